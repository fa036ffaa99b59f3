"""Health checks: what is missing or differs. Children come before the checks that join them, and go after them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from orchestrator.core.actions import CreateHealthCheck, DeleteHealthCheck, MoveLever, UpdateHealthCheck
from orchestrator.core.desired import DesiredState
from orchestrator.core.diff import check_changes
from orchestrator.core.dns import CheckKind, HealthCheck
from orchestrator.core.lever_exchange import fixed_key, is_unproven
from orchestrator.core.levers import Lever, LeverKind, Position
from orchestrator.core.pending import Pending, Value
from orchestrator.core.plan import Change, ChangeAction, ChangeKind, FieldChange, Plane, Risk, Step
from orchestrator.core.planning.part import Part, joined
from orchestrator.core.region_checks import RegionChecks
from orchestrator.core.state import ObservedState
from orchestrator.core.topology import Region


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What checks wait for: those of the levers for `levers`, those of an (account, region) for its steps in `places`.

    An update of the latter waits for `everything`: what goes back finds the checks as they were. Were each to name all
    that, a plan of n places would name n times n steps: the first update does, and the others come after it.
    """

    levers: tuple[str, ...]
    places: Mapping[tuple[str, str], tuple[str, ...]]
    everything: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckIds:
    """Ids for the records: by (account, region) the joined checks, by region those of the evacuate levers."""

    joined: Mapping[tuple[str, str], Value]
    evacuate: Mapping[str, Value]


def control_plane_region(partition: str) -> str:
    """Where Route 53's control plane lives."""
    return "us-gov-west-1" if partition == "aws-us-gov" else "us-east-1"


def plan_checks(desired: DesiredState, observed: ObservedState, after: After) -> tuple[Part, CheckIds]:
    """Every check that is wanted, and the ids for the records."""
    tags = tuple(sorted(desired.names.tags.items()))
    part, ids = _Checks(desired, observed, after, _by_key(observed), tags).plan()
    return replace(part, steps=tuple(_updates_last(part.steps, after.everything))), ids


def _updates_last(steps: Sequence[Step], everything: tuple[str, ...]) -> Iterator[Step]:
    needs = everything
    for step in steps:
        if not step.account or not isinstance(step.action, UpdateHealthCheck):
            yield step
            continue
        yield replace(step, needs=tuple(dict.fromkeys((*step.needs, *needs))))
        if needs is everything:
            needs = (step.id,)


def _by_key(observed: ObservedState) -> dict[tuple[str, CheckKind, int, str], HealthCheck]:
    """The first of each."""
    return {fixed_key(one): one for one in reversed(observed.health_checks)}


def leftover_checks(desired: DesiredState, observed: ObservedState, needs: tuple[str, ...]) -> Part:
    """Checks of ours that nothing wants: deleted after the records, for a deleted check counts as healthy."""
    wanted = {fixed_key(one) for one in _wanted(desired)}
    leftover = [one for one in observed.health_checks if fixed_key(one) not in wanted]
    return check_deletions(leftover, "no record needs it any more", needs, desired.topology.partition)


def check_deletions(checks: Sequence[HealthCheck], reason: str, needs: tuple[str, ...], partition: str) -> Part:
    """Deletes health checks, each after the records, and children after the checks that join them."""
    ordered = sorted(checks, key=lambda one: (one.kind is not CheckKind.CALCULATED, one.name, one.id))
    parents: dict[str, list[str]] = {}
    for one in ordered:
        for child in one.children:
            parents.setdefault(str(child), []).append(_deletion_id(one))
    changes = tuple(
        Change(
            id=f"health-check:{one.name}:{one.id}",
            kind=ChangeKind.HEALTH_CHECK,
            action=ChangeAction.DELETE,
            reason=reason,
            risk=Risk.LOW,
        )
        for one in ordered
    )
    steps = tuple(
        Step(
            id=_deletion_id(one),
            action=DeleteHealthCheck(one.id, one.name),
            needs=(*needs, *parents.get(one.id, ())),
            reason=reason,
            home_region=control_plane_region(partition),
        )
        for one in ordered
    )
    return Part(changes, steps)


def _deletion_id(check: HealthCheck) -> str:
    return f"uncheck:{check.id}"


def _wanted(desired: DesiredState) -> list[HealthCheck]:
    checks = RegionChecks(desired.topology, desired.environment, desired.names)
    places = [(account, region) for account in desired.accounts for region in desired.topology.regions]
    return [
        *(checks.lever(lever) for lever in checks.levers),
        *(checks.endpoint(account, region) for account, region in places),
        *(checks.in_service(account, region, ()) for account, region in places),
    ]


_NOTHING = HealthCheck(name="")


@dataclass(frozen=True, slots=True)
class _Place:
    """What a check is about: the ids of its change and step follow from it."""

    label: str
    region: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class _Checks:
    desired: DesiredState
    observed: ObservedState
    after: After
    present: Mapping[tuple[str, CheckKind, int, str], HealthCheck]
    tags: tuple[tuple[str, str], ...]

    def plan(self) -> tuple[Part, CheckIds]:
        checks = RegionChecks(self.desired.topology, self.desired.environment, self.desired.names)
        parts: list[Part] = []
        levers: dict[str, tuple[Value, ...]] = {}
        evacuate: dict[str, Value] = {}
        for lever in checks.levers:
            part, value = self._lever(checks, lever)
            parts.append(part)
            levers[lever.region] = (*levers.get(lever.region, ()), value)
            if lever.kind is LeverKind.EVACUATE:
                evacuate[lever.region] = value
        ids: dict[tuple[str, str], Value] = {}
        for account in self.desired.accounts:
            for region in self.desired.topology.regions:
                part, value = self._region(checks, account, region, levers.get(region.name, ()))
                parts.append(part)
                ids[(account, region.name)] = value
        return joined(parts), CheckIds(ids, evacuate)

    def _lever(self, checks: RegionChecks, lever: Lever) -> tuple[Part, Value]:
        place = _Place(f"{lever.kind.value}:{lever.region}", lever.region)
        part, value = self._one(checks.lever(lever), place, f"follows {lever.witness} in {lever.place}")
        new = lever.routing_control and isinstance(value, Pending)
        # A check that was lost must not bring back the region that its control holds out.
        if not new or not is_unproven(checks, lever, self.desired.accounts, self.observed):
            return part, value
        on = self._turned_on(lever)
        steps = tuple(replace(step, needs=(*step.needs, *on.step_ids)) for step in part.steps)
        return joined([on, replace(part, steps=steps)]), value

    def _turned_on(self, lever: Lever) -> Part:
        """ARC makes routing controls Off: followed as it is, a new one would take its region out."""
        label = f"lever:{lever.kind.value}:{lever.region}"
        reason = "ARC makes routing controls Off: turned On before a health check follows it"
        change = Change(
            id=label,
            kind=ChangeKind.LEVER,
            action=ChangeAction.UPDATE,
            reason=reason,
            region=lever.region,
            risk=Risk.LOW,
            fields=(FieldChange("position", Position.UNKNOWN.value, Position.IN.value),),
        )
        step = Step(
            id=label,
            action=MoveLever(lever, Position.IN),
            needs=self.after.levers,
            reason=reason,
            region=lever.region,
            plane=Plane.DATA,
            home_region=lever.place,
        )
        return Part((change,), (step,))

    def _region(
        self, checks: RegionChecks, account: str, region: Region, levers: tuple[Value, ...]
    ) -> tuple[Part, Value]:
        want = checks.endpoint(account, region)
        place = _Place(f"{account}:{region.name}", region.name, account)
        endpoint, child = self._one(want, place, f"watches {want.host}{want.path}")
        place = _Place(f"in-service:{account}:{region.name}", region.name, account)
        reason = "healthy while the endpoint answers and no lever holds the region out"
        both, value = self._one(checks.in_service(account, region, (child, *levers)), place, reason)
        return joined([endpoint, both]), value

    def _one(self, want: HealthCheck, place: _Place, reason: str) -> tuple[Part, Value]:
        have = self.present.get(fixed_key(want))
        if have is None:
            fields = tuple(FieldChange(one.path, "", one.after) for one in check_changes(_NOTHING, want))
            step = self._step(CreateHealthCheck(want, self.tags), want, place, reason)
            return Part((_change(place, ChangeAction.CREATE, reason, fields),), (step,)), Pending(step.id, "id")
        fields = check_changes(have, want)
        if not fields:
            return Part((_change(place, ChangeAction.NO_OP, reason),)), have.id
        differs = "its settings differ"
        update = UpdateHealthCheck(replace(want, id=have.id, version=have.version), self.tags)
        step = self._step(update, want, place, differs)
        return Part((_change(place, ChangeAction.UPDATE, differs, fields),), (step,)), have.id

    def _step(
        self, action: CreateHealthCheck | UpdateHealthCheck, want: HealthCheck, place: _Place, reason: str
    ) -> Step:
        children = tuple(child.step for child in want.children if isinstance(child, Pending))
        return Step(
            id=f"check:{place.label}",
            action=action,
            needs=(*(self.after.places.get((place.account, place.region), ()) or self.after.levers), *children),
            reason=reason,
            region=place.region,
            account=place.account,
            home_region=control_plane_region(self.desired.topology.partition),
        )


def _change(place: _Place, action: ChangeAction, reason: str, fields: tuple[FieldChange, ...] = ()) -> Change:
    return Change(
        id=f"health-check:{place.label}",
        kind=ChangeKind.HEALTH_CHECK,
        action=action,
        reason=reason,
        region=place.region,
        account=place.account,
        risk=Risk.NONE if action is ChangeAction.NO_OP else Risk.LOW,
        fields=fields,
    )
