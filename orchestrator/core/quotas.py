"""What a standby's quotas would do to the primary's users, and whether a plan fits into those of Route 53."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.core.actions import CreateHealthCheck
from orchestrator.core.plan import Finding, Plan, Severity
from orchestrator.core.topology import Topology

# Service Quotas' code of "Concurrent executions".
_CONCURRENCY_QUOTA = "L-B99A9384"


@dataclass(frozen=True, slots=True)
class Room:
    """How many of a kind there are, and how many there may be."""

    used: int
    limit: int


def narrower_standbys(topology: Topology, limits: Mapping[tuple[str, str], int]) -> Iterator[Finding]:
    """A warning per place whose Lambda runs fewer functions at once than the primary's of the same account.

    `limits` by (account, region); a place that could not be asked is left out.
    """
    primary = topology.primary.name
    for (account, region), limit in sorted(limits.items()):
        wanted = limits.get((account, primary), 0)
        if limit >= wanted:
            continue
        message = (
            f"Lambda runs at most {limit} functions at once in {region} for account {account}, {wanted} in {primary}: "
            f"users of {primary} may be throttled there"
        )
        fix = (
            f"ask for as many (account {account}): aws service-quotas request-service-quota-increase --service-code "
            f"lambda --quota-code {_CONCURRENCY_QUOTA} --desired-value {wanted} --region {region}"
        )
        yield Finding("standby-concurrency", Severity.WARNING, f"account {account}, {region}", message, fix)


def new_health_checks(plan: Plan) -> int:
    """How many health checks a plan makes."""
    return sum(1 for step in plan.steps if isinstance(step.action, CreateHealthCheck))


def too_many_health_checks(plan: Plan, room: Room) -> tuple[Finding, ...]:
    """A warning when the plan makes more checks than Route 53 lets the home account have."""
    new = new_health_checks(plan)
    if not new or room.used + new <= room.limit:
        return ()
    message = (
        f"the plan makes {new} health checks, and {room.used} of the {room.limit} that the home account may have are "
        "there: Route 53 will refuse some"
    )
    fix = "ask AWS for more (Service Quotas, Route 53, health checks) or delete some that nobody needs, then deploy"
    return (Finding("health-check-quota", Severity.WARNING, "Route 53", message, fix),)
