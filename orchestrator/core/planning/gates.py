"""The gates of a deployment: what each account must pass in a region before the next region is touched."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import assert_never

from orchestrator.core.actions import ProbeRegion
from orchestrator.core.canonical import canonical_json
from orchestrator.core.desired import DesiredState
from orchestrator.core.dns import HealthCheck
from orchestrator.core.drill_alarms import alarms_by_place
from orchestrator.core.gate_actions import (
    COMMANDS_AT_ONCE,
    FUNCTION_ANSWERS_S,
    FUNCTIONS_AT_ONCE,
    AwaitHealthy,
    GateAction,
    InvokeFunction,
    RunCommand,
    WatchAlarms,
)
from orchestrator.core.gates import function_gates
from orchestrator.core.plan import Finding, Plane, Severity, Step
from orchestrator.core.planning.checks import control_plane_region
from orchestrator.core.planning.part import Part
from orchestrator.core.planning.targets import ApiDomains
from orchestrator.core.region_checks import RegionChecks
from orchestrator.core.secrets import without_secrets
from orchestrator.core.state import ObservedState

_MARGIN_S = 30
"""A command is killed at its own deadline, with its last words; the step's comes after it."""
_SHOWN = 80


class GateKind(Enum):
    """The beginnings of gates' ids, in the order in which they are told."""

    PROBE = "gate"
    ALARMS = "gate-alarms"
    HEALTH = "gate-health"
    COMMAND = "gate-command"
    FUNCTION = "gate-function"


def region_gates(desired: DesiredState, observed: ObservedState) -> RegionGates:
    """The gates of every place; pure in what is desired and what was observed."""
    return RegionGates(desired, observed, {_asked(one): one.id for one in observed.health_checks})


@dataclass(frozen=True, slots=True)
class Gated:
    """Where there are gates, and the last step that changes something there, "" when none does.

    Gates of one kind and `group` are asked no longer once one of them has failed; those of "" are each asked to their
    end.
    """

    account: str
    region: str
    last: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class RegionGates:
    """`checks` maps what a health check asks to its id."""

    desired: DesiredState
    observed: ObservedState
    checks: Mapping[tuple[object, ...], str]

    def ids(self, account: str, region: str) -> tuple[str, ...]:
        """What the next region waits for."""
        return tuple(_id(kind, account, region) for kind in self._kinds(account, region))

    def part(self, infra: Part, places: Sequence[Gated]) -> Part:
        """The gates of these places, at the same time as far as they can."""
        domains = ApiDomains(self.desired, self.observed, infra)
        steps = [_grouped(step, place) for place in places for step in self._steps(domains, place)]
        return Part(steps=tuple(steps), findings=tuple(self._unwatched(places)))

    def _kinds(self, account: str, region: str) -> Iterator[GateKind]:
        gates = self.desired.topology.gates
        yield GateKind.PROBE
        if self._alarms(account, region):
            yield GateKind.ALARMS
        if gates.health_check and self._check_id(account, region):
            yield GateKind.HEALTH
        if gates.command:
            yield GateKind.COMMAND
        if function_gates(gates.function, account, region):
            yield GateKind.FUNCTION

    def _alarms(self, account: str, region: str) -> tuple[str, ...]:
        alarms = self.desired.topology.gates.alarms
        return alarms_by_place(alarms, ((account, region),)).get((account, region), ())

    def _check_id(self, account: str, region: str) -> str:
        """The endpoint check as it should be; one that asks for something else would judge another release."""
        checks = RegionChecks(self.desired.topology, self.desired.environment, self.desired.names)
        where = next(one for one in self.desired.topology.regions if one.name == region)
        return self.checks.get(_asked(checks.endpoint(account, where)), "")

    def _unwatched(self, places: Sequence[Gated]) -> Iterator[Finding]:
        if not self.desired.topology.gates.health_check:
            return
        for region in dict.fromkeys(place.region for place in places):
            accounts = [place.account for place in places if place.region == region]
            without = [one for one in accounts if not self._check_id(one, region)]
            if without:
                where = f"{region} in {len(without)} of {len(accounts)} accounts"
                message = f"no health check asks {where} as this release is to be asked: only the other gates judge it"
                fix = "nothing: this deployment makes the check, and the next one is judged by it"
                yield Finding("gate-health-later", Severity.INFO, region, message, fix)

    # -- steps -------------------------------------------------------------------------------------------------------

    def _steps(self, domains: ApiDomains, place: Gated) -> Iterator[Step]:
        account, region = place.account, place.region
        probe = replace(self._probe(domains, account, region), needs=(place.last,) if place.last else ())
        for kind in self._kinds(account, region):
            match kind:
                case GateKind.PROBE:
                    yield probe
                case GateKind.ALARMS:
                    yield replace(self._watch(account, region), needs=probe.needs)
                case GateKind.HEALTH:
                    yield replace(self._health(account, region), needs=probe.needs)
                case GateKind.COMMAND:
                    yield replace(self._command(account, region), needs=(probe.id,))
                case GateKind.FUNCTION:
                    yield replace(self._function(account, region), needs=(probe.id,))
                case _:
                    assert_never(kind)

    def _probe(self, domains: ApiDomains, account: str, region: str) -> Step:
        topology = self.desired.topology
        action = ProbeRegion(
            account,
            region,
            self.desired.environment.regional_host_for(account, region),
            domains.of(account, region).regional.name,
            topology.health.path,
            self.desired.release,
            topology.gates.probes,
            topology.gates.interval_s,
        )
        return Step(
            id=_id(GateKind.PROBE, account, region),
            action=action,
            needs=(),
            reason=f"{region} must answer on its own name before the next region is touched",
            region=region,
            account=account,
            plane=Plane.DATA,
            home_region=region,
            deadline_s=topology.rollout.gate_deadline_s,
            waits=True,
        )

    def _watch(self, account: str, region: str) -> Step:
        names, bake_s = self._alarms(account, region), self.desired.topology.gates.bake_s
        lasting = f" for {bake_s} s" if bake_s else ""
        reason = f"{', '.join(names)} must be OK{lasting} before the next region is touched"
        step = self._own(GateKind.ALARMS, WatchAlarms(account, region, names, bake_s), reason)
        return replace(step, deadline_s=bake_s + step.deadline_s)

    def _health(self, account: str, region: str) -> Step:
        topology = self.desired.topology
        host = self.desired.environment.regional_host_for(account, region)
        interval_s = topology.health.interval_s
        action = AwaitHealthy(account, region, self._check_id(account, region), host, interval_s)
        reason = f"Route 53's checkers must see {region} healthy before the next region is touched"
        step = self._own(GateKind.HEALTH, action, reason)
        home = control_plane_region(topology.partition)
        return replace(step, home_region=home, deadline_s=interval_s + step.deadline_s)

    def _command(self, account: str, region: str) -> Step:
        topology = self.desired.topology
        argv, deadline_s = topology.gates.command, topology.rollout.gate_deadline_s
        action = RunCommand(account, region, argv, topology.base_dir, self._environment(account, region), deadline_s)
        reason = (
            f"`{_cut(without_secrets(shlex.join(argv)))}` must succeed for {region} before the next region is touched"
        )
        step = replace(self._own(GateKind.COMMAND, action, reason), plane=Plane.DATA, home_region="")
        return replace(step, deadline_s=self._turns(COMMANDS_AT_ONCE) * deadline_s + _MARGIN_S)

    def _function(self, account: str, region: str) -> Step:
        function = self.desired.topology.gates.function
        action = InvokeFunction(account, region, function, canonical_json(self._told(account, region)))
        reason = f"{function} must let {region} pass before the next region is touched"
        step = replace(self._own(GateKind.FUNCTION, action, reason), plane=Plane.DATA)
        return replace(step, deadline_s=self._turns(FUNCTIONS_AT_ONCE) * FUNCTION_ANSWERS_S + step.deadline_s)

    def _own(self, kind: GateKind, action: GateAction, reason: str) -> Step:
        return Step(
            id=_id(kind, action.account, action.region),
            action=action,
            needs=(),
            reason=reason,
            region=action.region,
            account=action.account,
            home_region=action.region,
            deadline_s=self.desired.topology.rollout.gate_deadline_s,
            waits=True,
        )

    def _told(self, account: str, region: str) -> dict[str, str]:
        """What commands and functions are told."""
        topology, environment = self.desired.topology, self.desired.environment
        role = next(one.role for one in topology.regions if one.name == region)
        return {
            "application": topology.application,
            "environment": environment.name,
            "account": account,
            "region": region,
            "role": role.value,
            "host": environment.regional_host_for(account, region),
            "release": self.desired.release,
        }

    def _environment(self, account: str, region: str) -> tuple[tuple[str, str], ...]:
        return tuple((f"ORCHESTRATOR_{name.upper()}", value) for name, value in self._told(account, region).items())

    def _turns(self, at_once: int) -> int:
        return -(-len(self.desired.accounts) // at_once)


def _asked(check: HealthCheck) -> tuple[object, ...]:
    return check.name, check.host, check.port, check.path, check.kind


def _id(kind: GateKind, account: str, region: str) -> str:
    return f"{kind.value}:{account}:{region}"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _grouped(step: Step, place: Gated) -> Step:
    """Each kind by itself: what one of them found says nothing of the others, and each has a reason to tell."""
    return replace(step, group=f"{step.id.partition(':')[0]}:{place.group}") if place.group else step
