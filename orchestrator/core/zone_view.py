"""A hosted zone's records as questions are asked of them: by name and type, and which of them count as healthy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestrator.core.dns import RecordSet

Place = tuple[str, str]
"""Name and type: the record sets of one place are a group."""


@dataclass(frozen=True, slots=True)
class ZoneView:
    """The groups of records, and the health of the checks by their ids (an unknown id counts as healthy).

    `names` are those that exist: they have records, or names below them have.
    """

    groups: Mapping[Place, tuple[RecordSet, ...]]
    healthy: Mapping[str, bool]
    names: frozenset[str]

    @staticmethod
    def of(records: Iterable[RecordSet], healthy: Mapping[str, bool]) -> ZoneView:
        """Sorted by set identifier: equal questions get equal answers."""
        groups: dict[Place, list[RecordSet]] = {}
        for record in sorted(records, key=lambda one: one.key):
            groups.setdefault((record.name, record.type), []).append(record)
        names = frozenset(above for name in {at for at, _ in groups} for above in _and_above(name))
        return ZoneView({place: tuple(group) for place, group in groups.items()}, healthy, names)

    def group(self, name: str, type_: str) -> tuple[RecordSet, ...]:
        """What answers a question: the records of that type, else a CNAME; () when there are none."""
        at = self.owner(name)
        return self.groups.get((at, type_)) or self.groups.get((at, "CNAME"), ())

    def owner(self, name: str) -> str:
        """The name whose records answer: the name itself, or the nearest wildcard. The name when there is none.

        A wildcard covers no name that exists, nor anything below one (RFC 4592).
        """
        if self.exists(name):
            return name
        present = {at for at, _ in self.groups}
        labels = name.split(".")
        for depth in range(1, len(labels)):
            above = ".".join(labels[depth:])
            if f"*.{above}" in present:
                return f"*.{above}"
            if self.exists(above):
                return name
        return name

    def exists(self, name: str) -> bool:
        """The name has records, or names below it have."""
        return name in self.names

    def holds(self, name: str) -> bool:
        """The name lies in a zone of these records: one has its SOA record here."""
        tops = [at for at, type_ in self.groups if type_ == "SOA"]
        return any(name == top or name.endswith(f".{top}") for top in tops)

    def is_healthy(self, record: RecordSet, above: frozenset[Place] = frozenset()) -> bool:
        """Its own check, and with EvaluateTargetHealth its targets. Without either a record counts as healthy.

        An alias is as healthy as the best record of its target. Targets outside the zone count as healthy: that of an
        API Gateway domain fails only when the service is down in the whole region. `above`: what led here.
        """
        if record.health_check and not self.healthy.get(str(record.health_check), True):
            return False
        alias = record.alias
        if alias is None or not alias.evaluate_target_health:
            return True
        place = (str(alias.name), record.type)
        targets = self.group(*place)
        if not targets or place in above:
            return True
        return any(self.is_healthy(target, above | {place}) for target in targets)


def _and_above(name: str) -> list[str]:
    labels = name.split(".")
    return [".".join(labels[depth:]) for depth in range(len(labels))]
