"""Steps that change nothing: wait for checkers, for users, for time, and watch the regions that take over."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.core.drill_actions import AwaitChecks, AwaitUsers, Pause, Watch
from orchestrator.core.drill_alarms import alarms_by_place
from orchestrator.core.errors import AwsError, StepFailed
from orchestrator.core.takeover import Observation, exceeded
from orchestrator.core.traffic import TrafficRequest, users_served
from orchestrator.executor.context import Context, Done, Progress, Waiting

_LOOK_S = 0.5
_USERS_S = 30.0
"""How far back the last request of a resolver may lie."""
_WATCH_S = 2.0


@dataclass(frozen=True, slots=True)
class AwaitChecksTask:
    """What Route 53's checkers observed last. Its verdict, which needs several observations, shows in DNS only."""

    action: AwaitChecks
    context: Context

    def start(self) -> Progress:
        """The first question."""
        return self.poll()

    def poll(self) -> Progress:
        """Ask for each check."""
        healths = [self.context.ports.dns.health(check) for check in self.action.checks]
        agreeing = sum(1 for health in healths if health is self.action.healthy)
        wanted = "healthy" if self.action.healthy else "unhealthy"
        detail = f"checkers see {agreeing} of {len(healths)} endpoints {wanted}"
        return Done(detail) if agreeing == len(healths) else Waiting(detail)


@dataclass(frozen=True, slots=True)
class AwaitUsersTask:
    """The users of this run's own traffic, resolver by resolver."""

    action: AwaitUsers
    context: Context

    def start(self) -> Progress:
        """The first look."""
        return self.poll()

    def poll(self) -> Progress:
        """Look at their last requests."""
        users = self.context.ports.users
        if not users.on:
            return Done("no traffic runs: nobody was asked")
        action = self.action
        served, detail = users_served(users.recent(_USERS_S), action.region, leaves=action.leaves, alone=action.alone)
        return Done(detail) if served else Waiting(detail, again_s=_LOOK_S)


@dataclass(slots=True)
class PauseTask:
    """Waits by the clock of the run."""

    action: Pause
    context: Context
    _until: float = field(default=0.0)

    def start(self) -> Progress:
        """From now on."""
        self._until = self.context.ports.clock.monotonic() + self.action.seconds
        return self.poll()

    def poll(self) -> Progress:
        """How long is left."""
        left = self._until - self.context.ports.clock.monotonic()
        if left <= 0:
            return Done(f"{self.action.seconds} s")
        return Waiting(f"holding for {self.action.seconds} s", again_s=left)


@dataclass(slots=True)
class WatchTask:
    """Asks those who take over by their own names, and fails when what they answer exceeds the limits."""

    action: Watch
    context: Context
    _seen: list[Observation] = field(default_factory=list)

    def start(self) -> Progress:
        """The first look."""
        return self.poll()

    def poll(self) -> Progress:
        """One question each; users and alarms are looked at too."""
        action, ports = self.action, self.context.ports
        if self.context.results.has_ended(action.until):
            return Done(f"{len(self._seen)} observations within the limits")
        now = ports.clock.monotonic()
        for _, region, host in action.hosts:
            result = ports.probe.get(host=host, target=host, region=region, path=action.path)
            self._seen.append(Observation(now, result.ok, result.latency_s))
        window = action.limits.window_s
        users = [_observed(one) for one in ports.users.recent(window) if one.region and one.region != action.region]
        recent = [one for one in self._seen if now - one.at <= window]
        # Apart: users whom nobody answers cannot be counted against a region, and those before them would hide it.
        fault = exceeded(recent, action.limits) or exceeded(users, action.limits) or self._alarming()
        if fault:
            others = ", ".join(dict.fromkeys(region for _, region, _ in action.hosts))
            raise StepFailed(fault, where=others, fix="everything is put back now; mend it before the next drill")
        return Waiting(f"{len(recent)} answers of those who take over are within the limits", again_s=_WATCH_S)

    def _alarming(self) -> str:
        takers = [(account, region) for account, region, _ in self.action.hosts]
        for (account, region), names in alarms_by_place(self.action.limits.alarms, takers).items():
            try:
                found = self.context.ports.alarms.in_alarm(account, region, names)
            except AwsError:
                # A lost answer is no alarm; what users meet is watched anyhow.
                continue
            if found:
                return f"alarm {', '.join(found)} is on in {region} (account {account})"
        return ""


def _observed(request: TrafficRequest) -> Observation:
    return Observation(request.ended, request.ok, request.latency_s)
