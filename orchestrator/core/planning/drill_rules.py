"""What forbids a drill: nobody who could take over, something that runs, or a time that was closed for drills."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from orchestrator.core.drill import DrillMode
from orchestrator.core.drill_findings import UNFINISHED
from orchestrator.core.drill_windows import blocking
from orchestrator.core.lever_rules import safe_to_take_out
from orchestrator.core.levers import Position, Positions, out_regions
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.planning.drill_request import DrillRequest
from orchestrator.core.state import ReplicaStatus
from orchestrator.core.status import RegionStatus
from orchestrator.core.topology import RoutingPolicy, Topology

_STATUS = "orchestrator status"


def takers(topology: Topology, region: str, positions: Positions) -> tuple[str, ...]:
    """The regions that take over: the next in service, or all others where several serve."""
    out = out_regions(positions)
    order = (topology.primary.name, *(one.name for one in topology.standbys))
    others = tuple(one for one in order if one != region and one not in out)
    return others[:1] if topology.failover.policy is RoutingPolicy.FAILOVER else others


def drill_findings(request: DrillRequest) -> tuple[Finding, ...]:
    """ERROR findings refuse the drill, each with its reason and what to do."""
    return (
        *safe_to_take_out(request.topology, request.region, request.positions),
        *_own_region(request),
        *_takers(request),
        *_at_work(request),
        *_times(request),
    )


def _error(rule: str, where: str, message: str, fix: str) -> Finding:
    return Finding(rule, Severity.ERROR, where, message, fix)


def _own_region(request: DrillRequest) -> Iterator[Finding]:
    mine = request.of(request.region)
    if not mine.release:
        yield _error("not-deployed", mine.name, "nothing is known to be deployed there", "orchestrator deploy")
    if mine.evacuated:
        yield _error("region-out", mine.name, "it is evacuated already", f"orchestrator failback --to {mine.name}")
    elif mine.drilled:
        yield _error(
            "region-out", mine.name, "a drill holds it out already", f"orchestrator drill {mine.name} --put-back"
        )
    elif mine.healthy is False:
        yield _error("region-sick", mine.name, "it is unhealthy: this is no drill any more", _STATUS)
    elif request.met(mine.name):
        yield _error("region-sick", mine.name, f"asked just now: {request.met(mine.name)}", _STATUS)
    if request.mode is DrillMode.SWITCH and request.positions.get(request.lever, Position.UNKNOWN) is Position.UNKNOWN:
        message = f"its drill lever in {request.lever.place} cannot be read"
        yield _error("lever-unread", mine.name, message, "orchestrator bootstrap, then orchestrator deploy")


def _takers(request: DrillRequest) -> Iterator[Finding]:
    mine = request.of(request.region)
    for name in takers(request.topology, request.region, request.positions):
        region = request.of(name)
        yield from _unfit(region, mine)
        # Checkers notice later than we do: a region that fails just now must get no users.
        if region.healthy and request.met(name):
            yield _error("standby-unhealthy", name, f"asked just now: {request.met(name)}", _STATUS)


def _unfit(region: RegionStatus, mine: RegionStatus) -> Iterator[Finding]:
    """Why users must not be sent there."""
    if not region.reachable:
        yield _error("standby-unreachable", region.name, f"it does not answer: {region.why}", _STATUS)
    if region.healthy is None:
        yield _error("standby-unproven", region.name, "nobody knows whether it is healthy", _STATUS)
    elif not region.healthy:
        yield _error("standby-unhealthy", region.name, "it is not healthy in every account", _STATUS)
    if region.release != mine.release:
        message = f"it runs release {region.release or '(none)'}, {mine.name} runs {mine.release or '(none)'}"
        yield _error("standby-release", region.name, message, "orchestrator deploy brings all to one release")
    if region.replica and region.replica != ReplicaStatus.PROVEN.value:
        message = f"its replica of the code is {region.replica}"
        yield _error("standby-replica", region.name, message, "orchestrator deploy")


def _at_work(request: DrillRequest) -> Iterator[Finding]:
    for operation in request.status.operations:
        yield _error("deployment-running", operation, "a deployment runs", "wait until it has ended, then drill")
    for record in request.records:
        if record.ended_at is None and record.run != request.record.run:
            message = f"drill {record.run} by {record.by} has not ended"
            fix = f"if nobody works at it any more: orchestrator drill {record.region} --put-back"
            yield _error(UNFINISHED, record.region, message, fix)


def _times(request: DrillRequest) -> Iterator[Finding]:
    if request.mode is DrillMode.TABLETOP:
        return
    drills = request.topology.drills
    window = blocking(drills.blocked, request.now)
    if window is not None:
        message = f"drills are blocked now ({window.text}, UTC)"
        yield _error("drill-blocked", request.topology.source, message, "drill outside drills.blocked")
    least = timedelta(hours=drills.min_distance_h)
    ended = [one.started_at for one in request.records if one.verdict is not None]
    # Noted by other clocks: a drill may seem to have begun after now.
    if least and ended and request.now - max(ended) < least:
        next_at = max(ended) + least
        message = f"the last drill was at {max(ended):%Y-%m-%d %H:%M}Z; the next may begin at {next_at:%Y-%m-%d %H:%M}Z"
        yield _error("drill-distance", request.topology.source, message, "drills.min_distance says so")
