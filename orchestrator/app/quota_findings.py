"""What quotas would do to a deployment and to a failover after it, asked before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace

from orchestrator.core.desired import DesiredState
from orchestrator.core.errors import AwsError
from orchestrator.core.plan import Finding, Plan
from orchestrator.core.quotas import narrower_standbys, new_health_checks, too_many_health_checks
from orchestrator.core.state import ObservedState
from orchestrator.ports import Quotas

_WORKERS = 16
_MOST_PLACES = 64
"""Beyond it the look would cost more than it tells."""

_Place = tuple[str, str]
"""(account, region)."""


def with_quota_findings(
    plan: Plan, desired: DesiredState, observed: ObservedState, quotas: Quotas, workers: Executor | None = None
) -> Plan:
    """The plan with warnings. Whoever may not ask, or gets no answer, is not warned."""
    if not plan.steps:
        return plan
    places = _places(desired, observed)
    if workers is not None:
        found = _limits(places, workers, quotas)
    else:
        with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="quotas") as threads:
            found = _limits(places, threads, quotas)
    told = (*narrower_standbys(desired.topology, found), *_too_many(plan, quotas))
    return replace(plan, findings=(*plan.findings, *told)) if told else plan


def _places(desired: DesiredState, observed: ObservedState) -> list[_Place]:
    """One region alone has nobody to stand by for; silent places are not asked again."""
    regions = desired.compute.regions
    places = [(account, region) for account in desired.accounts for region in regions]
    if len(regions) < 2 or len(places) > _MOST_PLACES:
        return []
    return [(account, region) for account, region in places if not observed.is_silent(region, account)]


def _limits(places: Iterable[_Place], workers: Executor, quotas: Quotas) -> dict[_Place, int]:
    found: dict[_Place, int] = {}
    for limits in workers.map(lambda place: _limit(place, quotas), places):
        found |= limits
    return found


def _limit(place: _Place, quotas: Quotas) -> dict[_Place, int]:
    try:
        return {place: quotas.concurrency(*place)}
    except AwsError:
        return {}


def _too_many(plan: Plan, quotas: Quotas) -> Iterable[Finding]:
    if not new_health_checks(plan):
        return ()
    try:
        return too_many_health_checks(plan, quotas.health_checks())
    except AwsError:
        return ()
