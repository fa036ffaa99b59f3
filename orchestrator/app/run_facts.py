"""What is known of a run before it begins, for its journal and its report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.core.detection import detection, lever_detection
from orchestrator.core.drill import DrillMode
from orchestrator.core.run_report import RunFacts

if TYPE_CHECKING:
    from orchestrator.app.settings import DataPlane, Workspace


def facts_of_run(
    plane: Workspace | DataPlane, *, region: str = "", mode: DrillMode | None = None, earlier_release: str = ""
) -> RunFacts:
    """`region` and `mode` of a drill, failover or failback. With a region, the arithmetic of what happens to it.

    `earlier_release` of a deployment that goes back to one.
    """
    topology = plane.topology
    health, objectives, ttl_s = topology.health, topology.objectives, topology.failover.ttl_s
    by_checks = mode is DrillMode.OUTAGE or not region
    checks = detection(health.interval_s, health.failure_threshold, ttl_s)
    return RunFacts(
        region=region,
        mode=mode,
        hosts=tuple(plane.environment.host_for(account) for account in plane.accounts),
        regions=tuple(one.name for one in topology.regions),
        policy=topology.failover.policy,
        clock_factor=plane.clock_factor,
        simulated=plane.simulated,
        rto_s=objectives.rto_s,
        longest_gap_s=objectives.longest_gap_s,
        availability_percent=objectives.availability_percent,
        detection=checks if by_checks else lever_detection(ttl_s),
        configuration_digest=plane.configuration_digest,
        earlier_release=earlier_release,
    )
