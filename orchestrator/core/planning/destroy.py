"""The plan of destroy: what the tool made, in reverse, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.core.actions import DeleteBucket, DeleteStack, DeleteStackSet
from orchestrator.core.desired import DesiredState
from orchestrator.core.diff import record_text, resources
from orchestrator.core.dns import RecordAction, RecordChange, RecordSet
from orchestrator.core.instances import blocking_finding
from orchestrator.core.plan import Change, ChangeAction, ChangeKind, Finding, Plan, Plane, Risk, Severity, Step
from orchestrator.core.planning.checks import check_deletions, control_plane_region
from orchestrator.core.planning.deploy import home_silence
from orchestrator.core.planning.dns import Batch, dns_silence, record_deletion
from orchestrator.core.planning.finish import finish
from orchestrator.core.planning.operations import Operations, Surroundings
from orchestrator.core.planning.part import Part, joined
from orchestrator.core.planning.region_work import deletion
from orchestrator.core.planning.stack_sets import await_in_flight
from orchestrator.core.record_owner import record_owner
from orchestrator.core.routing import Routing
from orchestrator.core.state import ObservedState, StackInstance, StackSet

_REASON = "destroy"
_RETAINING = ("Retain", "RetainExceptOnCreate")
_ADDRESS_TYPES = ("A", "AAAA", "CNAME")


def plan_destroy(desired: DesiredState, observed: ObservedState, *, artifacts: bool) -> Plan:
    """Records, health checks, compute, infra; with `artifacts` also the buckets, the control layer and the roles."""
    silence = (*home_silence(desired, observed), *dns_silence(desired, observed))
    if silence:
        return finish(desired, Part(findings=silence, complete=False), "destroy")
    in_flight = [_in_flight(one, observed) for one in desired.stack_sets if _is_busy(one, observed)]
    if in_flight:
        return finish(desired, joined(in_flight), "destroy")
    records = _records(desired, observed)
    checks = check_deletions(observed.health_checks, _REASON, records.step_ids, desired.topology.partition)
    compute = _stack_set(desired.compute, observed, records.step_ids)
    infra = _stack_set(desired.infra, observed, compute.step_ids[-1:] or records.step_ids)
    parts = [records, checks, compute, infra, _kept(desired.infra, observed)]
    parts.append(_foundation(desired, observed, joined(parts).step_ids) if artifacts else _kept_foundation(observed))
    return finish(desired, joined(parts), "destroy")


def _is_busy(stack_set: StackSet, observed: ObservedState) -> bool:
    present = observed.stack_set(stack_set.name)
    return bool(present and present.in_flight)


def _in_flight(stack_set: StackSet, observed: ObservedState) -> Part:
    present = observed.stack_set(stack_set.name)
    around = Surroundings(accounts=(), create_only={})
    return await_in_flight(stack_set, present, around) if present else Part()


def _records(desired: DesiredState, observed: ObservedState) -> Part:
    zone = observed.zone
    if zone is None:
        return Part()
    routing = Routing(desired.topology, desired.environment, desired.names)
    owned = routing.names_ever(desired.accounts, observed.instances, observed.health_checks)
    found = [one for one in observed.records if one.name in owned and one.type in _ADDRESS_TYPES]
    owner = record_owner(desired.names, owned, observed)
    ours = sorted((one for one in found if not owner.is_foreign(one)), key=lambda one: one.key)
    changes = tuple(record_deletion(one, _REASON) for one in ours)
    batch = Batch(zone.id, zone.name, control_plane_region(desired.topology.partition))
    steps = batch.steps([RecordChange(RecordAction.DELETE, one) for one in ours], (), _REASON, ours)
    return Part(changes, steps, tuple(_kept_record(one) for one in found if owner.is_foreign(one)))


def _kept_record(record: RecordSet) -> Finding:
    message = f"{record_text(record)} stays: it is not this tool's"
    fix = "ask who made it, then delete it by hand if nobody needs it"
    return Finding("record-kept", Severity.WARNING, record.name, message, fix)


def _stack_set(stack_set: StackSet, observed: ObservedState, needs: tuple[str, ...]) -> Part:
    present = observed.stack_set(stack_set.name)
    if present is None:
        return Part()
    instances = observed.instances_of(stack_set.name)
    around = Surroundings(accounts=(), create_only={}, first=needs)
    removals = Operations(stack_set, observed, present, around).removals(instances, needs, _REASON)
    last = tuple(step.id for step in removals[-1:]) or needs
    gone = Step(
        id=f"delete:{stack_set.layer}",
        action=DeleteStackSet(stack_set.name, stack_set.home_region),
        needs=last,
        reason=_REASON,
        home_region=stack_set.home_region,
    )
    change = Change(
        id=f"stack-set:{stack_set.layer}",
        kind=ChangeKind.CONTROL if stack_set.layer == "control" else ChangeKind.STACK_SET,
        action=ChangeAction.DELETE,
        reason=_REASON,
        region=stack_set.home_region,
        risk=Risk.HIGH,
    )
    changes = (change, *(deletion(stack_set.layer, one, _REASON) for one in instances))
    return Part(changes, (*removals, gone), _left_over(stack_set, instances))


def _left_over(stack_set: StackSet, instances: tuple[StackInstance, ...]) -> tuple[Finding, ...]:
    """A deletion may get out of what no update does: it is tried, and whoever sees it fail has the command."""
    found = (
        blocking_finding(one, deletion(stack_set.layer, one).id, stack_set.home_region, Severity.WARNING)
        for one in instances
    )
    return tuple(
        replace(one, fix=f"this run tries to delete it; where that fails, {one.fix}")
        for one in found
        if one is not None
    )


def _kept(infra: StackSet, observed: ObservedState) -> Part:
    """Resources that CloudFormation retains are named: they cost money and stand in the way of the next deployment."""
    present = observed.stack_set(infra.name)
    if present is None:
        return Part()
    found = sorted(resources(present.body).items())
    kept = [f"{name} ({one.get('Type')})" for name, one in found if one.get("DeletionPolicy") in _RETAINING]
    if not kept:
        return Part()
    message = f"CloudFormation retains {', '.join(kept)}: the data stays"
    fix = "delete or import them by hand when the data is no longer needed"
    return Part(findings=(Finding("data-kept", Severity.WARNING, infra.name, message, fix),))


def _kept_foundation(observed: ObservedState) -> Part:
    buckets = sorted(one.name for one in observed.buckets if one.exists)
    if not buckets:
        return Part()
    message = f"the artifact buckets {', '.join(buckets)}, the control layer and the roles stay"
    fix = "`orchestrator destroy --artifacts` empties and removes them too"
    return Part(findings=(Finding("artifacts-kept", Severity.INFO, "control", message, fix),))


def _foundation(desired: DesiredState, observed: ObservedState, needs: tuple[str, ...]) -> Part:
    """Buckets, control layer, roles: last, for everything above was made with them."""
    empties = tuple(
        Step(
            id=f"delete-bucket:{one.region}",
            action=DeleteBucket(one.region, one.name),
            needs=needs,
            reason="destroy --artifacts",
            region=one.region,
            plane=Plane.DATA,
            home_region=one.region,
            deadline_s=1800,
        )
        for one in observed.buckets
        if one.exists
    )
    emptied = tuple(
        Change(
            id=f"bucket:{step.region}",
            kind=ChangeKind.ARTIFACT,
            action=ChangeAction.DELETE,
            reason="every version of every artifact, and the bucket",
            region=step.region,
            risk=Risk.HIGH,
        )
        for step in empties
    )
    control = _stack_set(desired.control, observed, tuple(step.id for step in empties) or needs)
    last = control.step_ids[-1:] or needs
    access_set = _stack_set(desired.access_set, observed, last) if desired.access_set else Part()
    roles = [_role(desired, stack_account, name, last) for stack_account, name in _access_places(observed)]
    return joined([Part(emptied, empties), control, access_set, *_home_last(roles, desired)])


def _access_places(observed: ObservedState) -> list[tuple[str, str]]:
    return [(stack.account, stack.name) for stack in observed.access_stacks]


def _role(desired: DesiredState, account: str, name: str, needs: tuple[str, ...]) -> Part:
    region = desired.topology.home_region
    change = Change(
        id=f"access:{account}",
        kind=ChangeKind.ACCESS,
        action=ChangeAction.DELETE,
        reason=_REASON,
        region=region,
        account=account,
        risk=Risk.MEDIUM,
    )
    step = Step(
        id=f"access:{account}",
        action=DeleteStack(account, region, name),
        needs=needs,
        reason=_REASON,
        region=region,
        account=account,
        home_region=region,
        deadline_s=900,
    )
    return Part((change,), (step,))


def _home_last(roles: list[Part], desired: DesiredState) -> list[Part]:
    home = f"access:{desired.names.home_account}"
    others = [part for part in roles if not part.has(home)]
    needs = tuple(step_id for part in others for step_id in part.step_ids)
    last = [
        Part(part.changes, tuple(replace(step, needs=(*step.needs, *needs)) for step in part.steps))
        for part in roles
        if part.has(home)
    ]
    return [*others, *last]
