"""What drills ask of AWS: regions that are made to fail, notes in buckets, the user's own alarms."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.core.drill import DrillRecord, Outage
from orchestrator.ports import Clock
from orchestrator.simulation.faults import Gate


class SimulatedOutages:
    """A region whose application answers 500, for no longer than it was asked to."""

    def __init__(self, clock: Clock, gate: Gate) -> None:
        self._clock, self._gate = clock, gate
        self._until: dict[str, float] = {}

    def begin(self, outage: Outage, *, lasts_s: float) -> None:
        """From now on."""
        with self._gate.call("Outages.begin", region=outage.region, mutating=True):
            self._until.setdefault(outage.region, self._clock.monotonic() + lasts_s)

    def end(self, outage: Outage) -> None:
        """As before."""
        with self._gate.call("Outages.end", region=outage.region, mutating=True):
            self._until.pop(outage.region, None)

    def is_out(self, region: str) -> bool:
        """Whether the region refuses its users now."""
        return self._clock.monotonic() < self._until.get(region, float("-inf"))


class SimulatedDrillLog:
    """Notes by region and run."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._notes: dict[tuple[str, str], dict[str, DrillRecord]] = {}

    def read(self, region: str, bucket: str) -> Sequence[DrillRecord]:
        """Oldest first."""
        with self._gate.call("DrillLog.read", region=region):
            return tuple(sorted(self._notes.get((region, bucket), {}).values(), key=lambda one: one.started_at))

    def write(self, region: str, bucket: str, record: DrillRecord) -> None:
        """Add or replace."""
        with self._gate.call("DrillLog.write", region=region, mutating=True):
            self._notes.setdefault((region, bucket), {})[record.run] = record


class SimulatedAlarms:
    """Alarms that are on: set them in `ringing` as (account, region, name)."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.ringing: set[tuple[str, str, str]] = set()

    def in_alarm(self, account: str, region: str, names: Sequence[str]) -> Sequence[str]:
        """Those of the names that ring."""
        with self._gate.call("Alarms.in_alarm", region=region, account=account):
            return tuple(name for name in names if (account, region, name) in self.ringing)
