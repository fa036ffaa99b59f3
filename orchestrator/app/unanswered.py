"""Regions in which a deployment would change nothing, and which do not answer well: their gates are asked again.

Instances that run what they should prove no gate: an earlier run may have died, or stopped, before the gate of the last
region passed. Without this look the next deployment would say that there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

from orchestrator.core.actions import ProbeRegion
from orchestrator.core.desired import DesiredState
from orchestrator.core.plan import Finding, Plan, Severity
from orchestrator.core.state import ObservedState
from orchestrator.executor import answer_fault
from orchestrator.ports import Probe

_WORKERS = 16
_TRIES = 2
"""A function that has not run for hours is slow, not down."""
_MOST_PLACES = 64
"""Beyond it the look would cost more than it tells; `status` shows each place."""

_Place = tuple[str, str, str]
"""Account, region, regional API domain."""


def unanswered(
    plan: Plan, desired: DesiredState, observed: ObservedState, probe: Probe, workers: Executor | None = None
) -> tuple[Finding, ...]:
    """One warning per account and region that stands, is asked by no gate of the plan, and does not answer well."""
    gated = {(one.action.account, one.action.region) for one in plan.steps if isinstance(one.action, ProbeRegion)}
    places = [one for one in _standing(desired, observed) if (one[0], one[1]) not in gated]
    if not plan.complete or len(places) > _MOST_PLACES:
        return ()
    if workers is not None:
        return tuple(found for one in workers.map(lambda place: _asked(desired, probe, place), places) for found in one)
    with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="answers") as threads:
        return tuple(found for one in threads.map(lambda place: _asked(desired, probe, place), places) for found in one)


def _standing(desired: DesiredState, observed: ObservedState) -> Iterator[_Place]:
    for region in desired.compute.regions:
        for account in desired.accounts:
            infra = observed.instance(desired.infra.name, account, region)
            compute = observed.instance(desired.compute.name, account, region)
            outputs = dict(infra.stack.outputs) if infra and infra.stack else {}
            if compute and outputs.get("RegionalTarget"):
                yield account, region, outputs["RegionalTarget"].lower()


def _asked(desired: DesiredState, probe: Probe, place: _Place) -> tuple[Finding, ...]:
    account, region, target = place
    host, path = desired.environment.regional_host_for(account, region), desired.topology.health.path
    fault = ""
    for _ in range(_TRIES):
        result = probe.get(host=host, target=target, region=region, path=path)
        fault = answer_fault(result, host=host, path=path, release=desired.release)
        if not fault:
            return ()
    message = f"nothing has to change there, and yet {fault}: its gates are asked again"
    return (Finding("region-unanswered", Severity.WARNING, region, message, "read the function's log there"),)
