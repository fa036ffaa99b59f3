"""Whether a drill may hold out the region that a failover counts on, by copies of the notes that drills leave.

The drill lever of a standby may live in the region that fails, where nobody may ask. S3 has copied the note of the
drill to the buckets of the regions that are left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orchestrator.core.drill import DrillRecord
from orchestrator.core.drill_findings import UNFINISHED
from orchestrator.core.levers import LeverKind, Position, lever_of
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.planning.switch_request import SwitchRequest

STANDBY_IN_DRILL = "standby-in-drill"


def held_by_drill(request: SwitchRequest, counted: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
    """`counted`: by account, the regions that would take over. An ERROR where a drill may hold out all of them."""
    notes = request.drills
    unread = _unread(request)
    held = {one.region: one for one in notes.running if one.region in unread}
    stuck = {region for regions in counted.values() if regions and regions <= held.keys() for region in regions}
    for region, record in sorted(held.items()):
        refused = region in stuck and not request.force
        yield _in_drill(request, record, Severity.ERROR if refused else Severity.WARNING)
    for record in notes.old:
        if record.region in unread - held.keys():
            message = f"drill {record.run} by {record.by} has not ended: nobody can read whether {record.region} is out"
            yield Finding(UNFINISHED, Severity.WARNING, record.region, message, _put_back(record.region))
    taking = unread & {region for regions in counted.values() for region in regions}
    if not notes.heard and taking:
        message = f"whether a drill holds {', '.join(sorted(taking))} out could not be read without {request.region}"
        fix = "should users get no answer: orchestrator status, and orchestrator drill REGION --put-back"
        yield Finding("drill-lever-unread", Severity.WARNING, request.region, message, fix)


def _unread(request: SwitchRequest) -> frozenset[str]:
    """The other regions whose drill lever nobody has read."""
    regions = [one.name for one in request.topology.regions if one.name != request.region]
    positions, prefix = request.positions, request.names.prefix
    drilled = {one: lever_of(request.topology, prefix, one, LeverKind.DRILL) for one in regions}
    return frozenset(one for one, lever in drilled.items() if positions.get(lever) in (None, Position.UNKNOWN))


def _in_drill(request: SwitchRequest, record: DrillRecord, severity: Severity) -> Finding:
    began = f"{record.started_at:%Y-%m-%d %H:%M}Z"
    message = f"drill {record.run} by {record.by}, begun at {began}, has not ended: it may hold {record.region} out"
    fix = f"{_put_back(record.region)} first; its lever falls back by itself some minutes after its operator died"
    if severity is Severity.ERROR:
        fix += "; or add --force: until then users may get no answer at all"
    return Finding(STANDBY_IN_DRILL, severity, request.region, message, fix)


def _put_back(region: str) -> str:
    return f"orchestrator drill {region} --put-back"
