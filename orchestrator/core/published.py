"""Whether the name servers of a zone answer what the zone holds, name by name.

INSYNC is Route 53's word for its own servers; where the domain is delegated elsewhere, users ask others. And whether a
change of an earlier run ever became INSYNC nobody can ask for later: only the servers themselves can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orchestrator.core.dns import RecordSet

_TYPES = ("A", "CNAME")
MOST_NAMES = 64
"""Beyond it asking would cost more than it tells."""


def names_to_ask(records: Iterable[RecordSet]) -> tuple[str, ...]:
    """The names whose addresses tell something, sorted."""
    names = {one.name for one in records if one.type in _TYPES and "*" not in one.name and "\\" not in one.name}
    return tuple(sorted(names)[:MOST_NAMES])


def unpublished(records: Iterable[RecordSet], answers: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """One sentence per name that is answered otherwise than `records` say. A name that is not in `answers` is unknown.

    Which of several records is answered is Route 53's choice, and the addresses of an alias are those of its target.
    """
    held: dict[str, list[RecordSet]] = {}
    for record in records:
        if record.type in _TYPES:
            held.setdefault(record.name, []).append(record)
    told = (_doubt(name, held.get(name, []), answers[name]) for name in sorted(answers))
    return tuple(one for one in told if one)


def _doubt(name: str, records: list[RecordSet], told: tuple[str, ...]) -> str:
    said = ", ".join(told) or "nothing"
    if not records:
        return f"{name} is still answered with {said}" if told else ""
    if any(one.alias or one.type == "CNAME" for one in records):
        return "" if told else f"{name} is answered with nothing"
    values = {str(value) for one in records for value in one.values}
    if told and set(told) <= values:
        return ""
    return f"{name} is answered with {said} and not with {' or '.join(sorted(values))}"
