"""What drills ask of AWS: regions that are made to fail, notes in buckets, the user's own alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orchestrator.core.baking import AlarmSeen
from orchestrator.core.check_health import AlarmState
from orchestrator.core.drill import DrillRecord, Outage
from orchestrator.ports import Clock
from orchestrator.simulation.faults import Gate


class SimulatedOutages:
    """A region whose application answers 429, as when throttled, or hangs, for no longer than it was asked to."""

    def __init__(self, clock: Clock, gate: Gate) -> None:
        self._clock, self._gate = clock, gate
        self._begun: dict[str, tuple[Outage, float]] = {}

    def begin(self, outage: Outage, *, lasts_s: float) -> None:
        """From now on."""
        with self._gate.call("Outages.begin", region=outage.region, mutating=True):
            if self.current(outage.region) is None:
                self._gate.changed("Outages.begin", outage.region)
                self._begun[outage.region] = (outage, self._clock.monotonic() + lasts_s)

    def end(self, outage: Outage) -> None:
        """As before."""
        with self._gate.call("Outages.end", region=outage.region, mutating=True):
            if self._begun.pop(outage.region, None) is not None:
                self._gate.changed("Outages.end", outage.region)

    def current(self, region: str) -> Outage | None:
        """The outage that the region suffers now."""
        outage, until = self._begun.get(region, (None, 0.0))
        return outage if self._clock.monotonic() < until else None


class SimulatedDrillLog:
    """Notes by region and run."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._notes: dict[tuple[str, str], dict[str, DrillRecord]] = {}
        self.copied = True

    def read(self, region: str, bucket: str, *, ended: int) -> Sequence[DrillRecord]:
        """Oldest first."""
        with self._gate.call("DrillLog.read", region=region):
            notes = sorted(self._notes.get((region, bucket), {}).values(), key=lambda one: one.started_at)
            over = [one for one in notes if one.ended_at is not None]
            kept = over[len(over) - min(ended, len(over)) :]
            return tuple(one for one in notes if one.ended_at is None or one in kept)

    def copies(self, region: str, bucket: str, place: str) -> Sequence[DrillRecord]:
        """Copied at once; `copied` False: not at all."""
        with self._gate.call("DrillLog.copies", region=region):
            written = [one for (where, _), notes in self._notes.items() if where == place for one in notes.values()]
            return tuple(one for one in written if one.ended_at is None and self.copied)

    def write(self, region: str, bucket: str, record: DrillRecord) -> None:
        """Add or replace."""
        with self._gate.call("DrillLog.write", region=region, mutating=True):
            self._notes.setdefault((region, bucket), {})[record.run] = record


class SimulatedAlarms:
    """Alarms that are on: set them in `ringing` as (account, region, name). Those in `unknown` are not there.

    All others are OK, but for those `without_data`. `since` are the times of those that were not OK meanwhile.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.ringing: set[tuple[str, str, str]] = set()
        self.unknown: set[tuple[str, str, str]] = set()
        self.without_data: set[tuple[str, str, str]] = set()
        self.since: dict[tuple[str, str, str], str] = {}

    def states(self, account: str, region: str, names: Sequence[str]) -> Mapping[str, AlarmSeen]:
        """Of those that are there."""
        with self._gate.call("Alarms.states", region=region, account=account):
            places = {name: (account, region, name) for name in names}
            return {name: self._seen(place) for name, place in places.items() if place not in self.unknown}

    def in_alarm(self, account: str, region: str, names: Sequence[str]) -> Sequence[str]:
        """Those of the names that ring."""
        with self._gate.call("Alarms.in_alarm", region=region, account=account):
            return tuple(name for name in names if (account, region, name) in self.ringing)

    def missing(self, account: str, region: str, names: Sequence[str]) -> Sequence[str]:
        """Those of the names that are not there."""
        with self._gate.call("Alarms.missing", region=region, account=account):
            return tuple(name for name in names if (account, region, name) in self.unknown)

    def _seen(self, place: tuple[str, str, str]) -> AlarmSeen:
        state = AlarmState.INSUFFICIENT_DATA if place in self.without_data else AlarmState.OK
        return AlarmSeen(AlarmState.ALARM if place in self.ringing else state, self.since.get(place, ""))
