"""The application as its users and its alarms see it, and the outages made for drills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from orchestrator.core.baking import AlarmSeen
from orchestrator.core.drill import Outage
from orchestrator.core.traffic import TrafficRequest


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One HTTP question and its answer; `status` 0 and an `error` when there was none. `latency_s` is measured."""

    ok: bool
    status: int
    body: str
    latency_s: float
    error: str = ""


class Probe(Protocol):
    """Questions asked from outside, as a user would."""

    def get(self, *, host: str, target: str, region: str, path: str) -> ProbeResult:
        """GET https://host/path, connecting to `target` (the regional API domain) whatever DNS says of `host`.

        A `target` that is `host` itself is what DNS says; `region` may then be "" (the shared name).
        """
        ...


class Alarms(Protocol):
    """CloudWatch alarms of the target accounts: the user's own, watched while a drill goes on or a region bakes."""

    def states(self, account: str, region: str, names: Sequence[str]) -> Mapping[str, AlarmSeen]:
        """How these metric or composite alarms stand; one that is not there is left out."""
        ...

    def in_alarm(self, account: str, region: str, names: Sequence[str]) -> Sequence[str]:
        """Those of these metric or composite alarms that are in ALARM, in their order; one that is not there is not."""
        ...

    def missing(self, account: str, region: str, names: Sequence[str]) -> Sequence[str]:
        """Those of these names that no metric or composite alarm has, in their order."""
        ...


class Outages(Protocol):
    """Regions that are made to fail on purpose. Both calls may be repeated."""

    def begin(self, outage: Outage, *, lasts_s: float) -> None:
        """Let the region's application refuse its users. Where it can, it ends by itself after `lasts_s`.

        Stops at the first account that fails; `end` puts back what was begun. Refused: no `outage.silent` to be had.
        """
        ...

    def end(self, outage: Outage) -> None:
        """Put everything back as it was, in every account; the error at the end names those where it failed."""
        ...


class UserTraffic(Protocol):
    """What users meet while a run goes on."""

    @property
    def on(self) -> bool:
        """Whether there are any users."""
        ...

    def recent(self, seconds: float) -> Sequence[TrafficRequest]:
        """The requests that ended in the last `seconds` of the run's clock, in the order of their ends."""
        ...


class NoTraffic:
    """Nobody calls."""

    on = False

    def recent(self, seconds: float) -> Sequence[TrafficRequest]:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return ()
