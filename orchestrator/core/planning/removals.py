"""What regions.yaml no longer names goes last: records first, then a wait for resolvers, then the stacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.core.answers import ALIAS_TTL_S
from orchestrator.core.desired import DesiredState
from orchestrator.core.drill_actions import Pause
from orchestrator.core.names import LAYERS
from orchestrator.core.plan import Finding, Plane, Severity, Step
from orchestrator.core.planning.operations import Surroundings
from orchestrator.core.planning.part import Part, joined
from orchestrator.core.planning.region_work import unwanted_instances
from orchestrator.core.planning.stack_sets import plan_removals
from orchestrator.core.routing import Routing
from orchestrator.core.state import ObservedState, StackInstance

_DRAIN = "drain"


def removals(desired: DesiredState, observed: ObservedState, needs: tuple[str, ...]) -> Part:
    """From the top down, after `needs`: nothing goes while a record, or an answer kept of one, may send users there."""
    parts = [Part(findings=tuple(_left(desired, observed)))]
    if any(_unwanted(desired, observed)):
        drain = _drain(desired, observed, needs)
        parts.append(Part(steps=(drain,)))
        needs = (drain.id,)
    for stack_set in reversed(desired.stack_sets):
        rollout = desired.topology.rollout
        around = Surroundings(
            accounts=stack_set.targets.accounts,
            create_only={},
            fan_out=rollout.fan_out,
            deadline_s=rollout.operation_deadline_s,
        )
        part = plan_removals(stack_set, observed, around, needs)
        parts.append(part)
        needs = part.step_ids[-1:] or needs
    return joined([*parts, _kept_buckets(desired, observed)])


def _unwanted(desired: DesiredState, observed: ObservedState) -> Iterator[StackInstance]:
    for stack_set in (desired.infra, desired.compute):
        yield from unwanted_instances(stack_set, observed, stack_set.targets.accounts)


def _drain(desired: DesiredState, observed: ObservedState, needs: tuple[str, ...]) -> Step:
    """Also when the records went in an earlier run: nothing in the zone tells when that was."""
    routing = Routing(desired.topology, desired.environment, desired.names)
    names = routing.names_ever(desired.accounts, observed.instances, observed.health_checks)
    kept = [one.ttl_s or 0 for one in observed.records if one.name in names]
    seconds = max(ALIAS_TTL_S, desired.topology.failover.ttl_s, *kept)
    return Step(
        id=_DRAIN,
        action=Pause(seconds),
        needs=needs,
        reason=f"resolvers may keep answers that point there for {seconds} s after the records went",
        plane=Plane.DATA,
        home_region=desired.topology.home_region,
        deadline_s=seconds + 60,
        waits=True,
    )


def _left(desired: DesiredState, observed: ObservedState) -> Iterator[Finding]:
    """Accounts that left their unit: StackSets let their stacks be, and shows no instance of them any more."""
    if not desired.environment.organizational_units or not desired.accounts:
        return
    known = {*desired.accounts, *_seen(desired, observed.instances)}
    routing = Routing(desired.topology, desired.environment, desired.names)
    for account in routing.accounts_checked(observed.health_checks):
        if account not in known:
            message = f"account {account} is in no unit of regions.yaml now: its records and health checks go"
            fix = "its stacks stay as they are; delete them there by hand when nobody needs them"
            yield Finding("account-left", Severity.WARNING, account, message, fix)


def _seen(desired: DesiredState, instances: Sequence[StackInstance]) -> set[str]:
    layers = {desired.names.stack_set(layer) for layer in LAYERS}
    return {one.account for one in instances if one.stack_set in layers}


def _kept_buckets(desired: DesiredState, observed: ObservedState) -> Part:
    """CloudFormation retains artifact buckets; one that stays would be in the way should its region come back."""
    control = desired.control
    gone = unwanted_instances(control, observed, control.targets.accounts)
    buckets = ", ".join(desired.names.artifact_bucket(one.region) for one in gone)
    if not buckets:
        return Part()
    fix = "empty and delete it by hand; its region cannot come back before"
    return Part(findings=(Finding("artifacts-kept", Severity.INFO, control.name, f"{buckets} stays", fix),))
