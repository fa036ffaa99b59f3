"""Copies of the notes that drills leave, as a failover reads them in the buckets of the regions that are left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.core.drill import DrillMode, DrillRecord
from orchestrator.core.topology import Topology

_STEPS_S = 3 * 600
"""What a drill's calls and alarms may take at most: taken out, agreed, and put back."""
_WAITS = 12
"""For its users a drill waits four times, up to three times the objective."""


@dataclass(frozen=True, slots=True)
class CopiedNotes:
    """Drills by their lever that have not ended: those that may still run, and those that are too `old` for that.

    `heard`: whether any copy could be read.
    """

    running: tuple[DrillRecord, ...] = ()
    old: tuple[DrillRecord, ...] = ()
    heard: bool = True


NO_NOTES = CopiedNotes()


def copied_notes(topology: Topology, copies: Iterable[DrillRecord], now: datetime, *, heard: bool) -> CopiedNotes:
    """Each run once. A drill of mode outage holds nobody out by a lever: its region's own answer tells of it."""
    longest = timedelta(seconds=_STEPS_S + _WAITS * topology.objectives.rto_s + topology.drills.hold_s)
    runs = {one.run: one for one in copies if one.mode is DrillMode.SWITCH and one.ended_at is None}
    notes = [runs[run] for run in sorted(runs)]
    running = tuple(one for one in notes if now - one.started_at <= longest)
    return CopiedNotes(running, tuple(one for one in notes if one not in running), heard=heard)
