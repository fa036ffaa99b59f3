"""The gates after a region that ask: its own name, its alarms, Route 53's checkers."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.core.actions import ProbeRegion
from orchestrator.core.baking import Baking, looked
from orchestrator.core.errors import StepFailed
from orchestrator.core.gate_actions import AwaitHealthy, WatchAlarms
from orchestrator.core.health_answer import release_told
from orchestrator.executor.context import Context, Done, Progress, Waiting
from orchestrator.ports import ProbeResult

_LOOK_S = 15.0
"""An alarm keeps its state for a minute or more; one of ten seconds that came and went shows by its time."""


@dataclass(slots=True)
class ProbeRegionTask:
    """Ask the regional API domain for the health path, as Route 53's checkers will."""

    action: ProbeRegion
    context: Context
    _in_a_row: int = field(default=0)

    def start(self) -> Progress:
        """The first question."""
        return self.poll()

    def poll(self) -> Progress:
        """One question more."""
        action = self.action
        target = self.context.results.resolve(action.target)
        result = self.context.ports.probe.get(host=action.host, target=target, region=action.region, path=action.path)
        fault = answer_fault(result, host=action.host, path=action.path, release=action.release)
        self._in_a_row = 0 if fault else self._in_a_row + 1
        if self._in_a_row >= action.successes:
            return Done(f"{action.host} answers {result.status} in {result.latency_s * 1000:.0f} ms")
        detail = fault or f"{self._in_a_row} of {action.successes} good answers"
        return Waiting(detail, again_s=action.interval_s or None)


def answer_fault(result: ProbeResult, *, host: str, path: str, release: str) -> str:
    """What is wrong with the answer of a region that should run this release, "" when nothing is."""
    url = f"https://{host}{path}"
    if result.error:
        return f"{url} does not answer: {result.error}"
    if not result.ok:
        return f"{url} answers {result.status}"
    told = release_told(result.body)
    return f"{url} answers with release {told}, not {release}" if told and told != release else ""


@dataclass(slots=True)
class WatchAlarmsTask:
    """Look at the alarms until they have been OK for long enough."""

    action: WatchAlarms
    context: Context
    _baking: Baking = field(default_factory=Baking)

    def start(self) -> Progress:
        """The first look."""
        return self.poll()

    def poll(self) -> Progress:
        """One look more. An alarm that does not exist, or begins to ring, fails the gate at once."""
        action, ports = self.action, self.context.ports
        seen = ports.alarms.states(action.account, action.region, action.names)
        now = ports.clock.monotonic()
        baking = self._baking = looked(self._baking, action.names, seen, now)
        if baking.fault:
            where = f"{action.region} (account {action.account})"
            raise StepFailed(baking.fault, where=where, fix="mend it and deploy again; nothing after it was touched")
        if baking.began is None:
            return Waiting(baking.detail)
        left = baking.began + action.bake_s - now
        if left <= 0:
            return Done(f"{', '.join(action.names)}: OK" + (f" for {action.bake_s} s" if action.bake_s else ""))
        return Waiting(baking.detail or f"baking for {action.bake_s} s", again_s=min(left, _LOOK_S))


@dataclass(slots=True)
class AwaitHealthyTask:
    """What Route 53's checkers see, and see still once each of them has asked the new release."""

    action: AwaitHealthy
    context: Context
    _since: float | None = field(default=None)

    def start(self) -> Progress:
        """The first question."""
        return self.poll()

    def poll(self) -> Progress:
        """One question more; a bad answer begins it anew."""
        action, ports = self.action, self.context.ports
        health = ports.dns.health(action.check_id)
        now = ports.clock.monotonic()
        if not health:
            self._since = None
            found = "have not observed it yet" if health is None else "see it unhealthy"
            return Waiting(f"Route 53's checkers of {action.host} {found}")
        self._since = now if self._since is None else self._since
        left = self._since + action.interval_s - now
        if left <= 0:
            return Done(f"Route 53's checkers see {action.host} healthy")
        return Waiting(f"{action.host} is healthy: once more when all checkers have asked anew", again_s=left)
