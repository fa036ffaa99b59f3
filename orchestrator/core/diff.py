"""Differences field by field, as a reviewer reads them: templates, parameters, records, health checks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from orchestrator.core.dns import HealthCheck, RecordSet
from orchestrator.core.pending import Value
from orchestrator.core.plan import FieldChange
from orchestrator.core.secrets import concealed, is_secret

ABSENT = ""
_SECTIONS = ("Resources", "Parameters", "Outputs", "Conditions", "Mappings", "Metadata", "Transform", "Description")

CreateOnly = Mapping[str, frozenset[str]]
"""Resource type -> property paths (`Properties/KeySchema`, slash-separated) whose change replaces the resource."""


_Templates = tuple[Mapping[str, object], Mapping[str, object]]


def template_changes(before: str, after: str, create_only: CreateOnly) -> tuple[FieldChange, ...]:
    """What differs between two templates, down to the property. Texts that are not JSON objects differ as a whole."""
    old, new = _loaded(before), _loaded(after)
    if old is None or new is None:
        return () if before == after else (FieldChange("template", _short(before), _short(after)),)
    found: list[FieldChange] = []
    for section in (*_SECTIONS, *sorted((old.keys() | new.keys()) - set(_SECTIONS))):
        found += _values(section, old.get(section), new.get(section), (old, new))
    return tuple(_marked(change, old, new, create_only) for change in found)


def replaced_resources(changes: Iterable[FieldChange]) -> tuple[str, ...]:
    """Logical ids of the resources that these template changes replace."""
    return tuple(sorted({change.path.split(".")[1] for change in changes if change.replaces}))


@lru_cache(maxsize=8)
def changed_types(before: str, after: str) -> frozenset[str]:
    """The types of the resources that differ: what to look up replacement rules for.

    Asked for every instance of a stack set, whose two templates are the same each time.
    """
    old, new = resources(before), resources(after)
    differing = [name for name in old.keys() | new.keys() if _differ(old.get(name), new.get(name))]
    both = [source.get(name, {}) for name in differing for source in (old, new)]
    return frozenset(str(resource["Type"]) for resource in both if "Type" in resource)


def resources(body: str) -> dict[str, dict[str, object]]:
    """The resources of a template by logical id; {} for a text that is no JSON object."""
    found = _mapping((_loaded(body) or {}).get("Resources"))
    return {name: _mapping(resource) for name, resource in found.items()}


def pair_changes(before: Iterable[tuple[str, str]], after: Iterable[tuple[str, object]]) -> tuple[FieldChange, ...]:
    """What differs between two sets of named values (parameters, tags)."""
    old, new = dict(before), {name: str(value) for name, value in after}
    return tuple(
        FieldChange(name, old.get(name, ABSENT), new.get(name, ABSENT))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    )


def record_text(record: RecordSet) -> str:
    """One record set as a line of a zone file would say it, with Route 53's own fields in brackets."""
    if record.alias:
        value = f"ALIAS {record.alias.name}" + (" (evaluates target)" if record.alias.evaluate_target_health else "")
    else:
        value = f"{record.ttl_s} {' '.join(str(one) for one in record.values)}"
    marks = [
        record.failover.value if record.failover else "",
        f"id={record.set_identifier}" if record.set_identifier else "",
        f"weight={record.weight}" if record.weight is not None else "",
        f"region={record.region}" if record.region else "",
        "multivalue" if record.multivalue else "",
        f"check={record.health_check}" if record.health_check else "",
    ]
    suffix = " ".join(mark for mark in marks if mark)
    return f"{record.name}. {record.type} {value}" + (f" [{suffix}]" if suffix else "")


_CHECK_FIELDS = (
    ("host", "host"),
    ("port", "port"),
    ("path", "path"),
    ("interval_s", "interval"),
    ("failure_threshold", "failure_threshold"),
    ("inverted", "inverted"),
    ("disabled", "disabled"),
    ("search", "search"),
    ("health_threshold", "health_threshold"),
    ("alarm_region", "alarm_region"),
    ("alarm_name", "alarm_name"),
    ("routing_control", "routing_control"),
)
_FIXED_FIELDS = frozenset({"kind", "interval", "routing_control"})


def check_changes(before: HealthCheck, after: HealthCheck) -> tuple[FieldChange, ...]:
    """What differs between two health checks; type, interval and routing control are fixed at creation."""
    pairs = [("kind", before.kind.value, after.kind.value)]
    values = [(label, getattr(before, name), getattr(after, name)) for name, label in _CHECK_FIELDS]
    pairs += [(label, str(old), str(new)) for label, old, new in values if old != new]
    pairs.append(("children", _listed(before.children), _listed(after.children)))
    pairs.append(("insufficient_data", before.insufficient_data.value, after.insufficient_data.value))
    return tuple(FieldChange(label, old, new, label in _FIXED_FIELDS) for label, old, new in pairs if old != new)


def _listed(values: Iterable[Value]) -> str:
    return ", ".join(sorted(str(value) for value in values))


def _loaded(text: str) -> dict[str, object] | None:
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _values(path: str, old: object, new: object, templates: _Templates) -> Iterator[FieldChange]:
    both = isinstance(old, dict) and isinstance(new, dict)
    if both or (path in _SECTIONS and isinstance(old, dict | None) and isinstance(new, dict | None)):
        before, after = _mapping(old), _mapping(new)
        for key in sorted(before.keys() | after.keys()):
            yield from _values(f"{path}.{key}", before.get(key), after.get(key), templates)
    elif _differ(old, new):
        yield _shown(path, old, new, secret=is_secret(path, *templates))


def _shown(path: str, old: object, new: object, *, secret: bool) -> FieldChange:
    """That a secret changes is shown, what it is never."""
    before, after = _text(concealed(old, secret=secret)), _text(concealed(new, secret=secret))
    return FieldChange(path, before, after if before != after else f"{after} (a hidden value changed)")


def _differ(old: object, new: object) -> bool:
    """Compared as JSON: to Python 1 equals true."""
    return json.dumps(old, sort_keys=True) != json.dumps(new, sort_keys=True)


def _marked(
    change: FieldChange, old: Mapping[str, object], new: Mapping[str, object], create_only: CreateOnly
) -> FieldChange:
    parts = change.path.split(".")
    if parts[0] != "Resources" or len(parts) < 3:
        return change
    before, after = _resource(old, parts[1]), _resource(new, parts[1])
    if parts[2] == "Type":
        return FieldChange(change.path, change.before, change.after, replaces=True)
    if not before or not after:
        return change
    fixed = create_only.get(str(after.get("Type")), frozenset())
    # A change above a fixed property (its whole parent was rewritten) touches it too.
    here = "/".join(parts[2:])
    replaces = any(here == path or here.startswith(f"{path}/") or path.startswith(f"{here}/") for path in fixed)
    return FieldChange(change.path, change.before, change.after, replaces)


def _resource(template: Mapping[str, object], name: str) -> dict[str, object]:
    return _mapping(_mapping(template.get("Resources")).get(name))


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    if value is None:
        return ABSENT
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _short(text: str) -> str:
    return f"{len(text.encode())} bytes"
