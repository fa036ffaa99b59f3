"""The plan of a drill: a region out by its drill lever or by a real failure, users measured, everything put back.

Refused beforehand where the drill could hurt: who takes over must be proven to be able to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from orchestrator.core.actions import Action, AwaitAnswer, HoldLever, MoveLever
from orchestrator.core.canonical import canonical_json, digest
from orchestrator.core.drill import DrillMode, DrillRecord, Limits, Outage
from orchestrator.core.drill_actions import (
    AwaitChecks,
    AwaitUsers,
    BeginDrill,
    BeginOutage,
    EndDrill,
    EndOutage,
    KeepLever,
    Pause,
    Watch,
)
from orchestrator.core.levers import Lever, LeverKind, Position, Positions, lever_of
from orchestrator.core.names import Names
from orchestrator.core.plan import (
    Change,
    ChangeAction,
    ChangeKind,
    FieldChange,
    Finding,
    Plan,
    Plane,
    Risk,
    Severity,
    Step,
)
from orchestrator.core.planning.drill_rules import drill_findings, takers
from orchestrator.core.planning.switch import comes_first
from orchestrator.core.status import Status
from orchestrator.core.topology import Environment, Topology

_NOTE_DEADLINE_S, _MOVE_DEADLINE_S, _AGREE_DEADLINE_S = 120, 120, 600
_PATIENCE = 3
"""Waits end after so many times the objective: a drill that misses it is measured, not cut off."""
_WATCHED_ACCOUNTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRequest:
    """What the operator wants, and what was seen. `accounts` are the target accounts.

    `checks`: ids of the region's endpoint checks. `record` is the note to be made; `records` those that were found.
    `hold_s`: how long the region stays out once every user has left it. `silent`: an outage that hangs, not refuses.
    """

    topology: Topology
    environment: Environment
    names: Names
    accounts: tuple[str, ...]
    region: str
    mode: DrillMode
    hold_s: int
    silent: bool
    status: Status
    positions: Positions
    checks: tuple[str, ...]
    record: DrillRecord
    records: tuple[DrillRecord, ...]
    now: datetime

    @property
    def lever(self) -> Lever:
        """The drill lever of the region."""
        return lever_of(self.topology, self.names.prefix, self.region, LeverKind.DRILL)

    @property
    def outage(self) -> Outage:
        """The failure of mode outage: of the region in every account."""
        hosts = tuple((one, self.environment.regional_host_for(one, self.region)) for one in self.accounts)
        return Outage(self.region, hosts, silent=self.silent)


def plan_drill(request: DrillRequest) -> Plan:
    """Every step of the drill; none when a finding refuses it."""
    findings = drill_findings(request)
    refused = any(one.severity is Severity.ERROR for one in findings)
    return _plan(request, _change(request), () if refused else tuple(_steps(request)), findings)


def plan_put_back(request: DrillRequest) -> Plan:
    """What a drill that died left behind, put right: its lever, its outage, its notes."""
    left = tuple(one for one in request.records if one.region == request.region and one.ended_at is None)
    drilled = request.positions.get(request.lever) is Position.OUT
    reason = "a drill that did not end left it so" if left or drilled else "no drill has left anything here"
    change = Change(
        id=f"lever:{request.lever.kind.value}:{request.region}",
        kind=ChangeKind.LEVER,
        action=ChangeAction.UPDATE if left or drilled else ChangeAction.NO_OP,
        reason=reason,
        region=request.region,
        risk=Risk.LOW if left or drilled else Risk.NONE,
    )
    return _plan(request, change, tuple(_put_right(request, left)) if left or drilled else (), ())


def _put_right(request: DrillRequest, left: tuple[DrillRecord, ...]) -> Iterator[Step]:
    lever = replace(request, mode=DrillMode.SWITCH)
    failed = any(one.mode is DrillMode.OUTAGE for one in left)
    if failed:
        yield replace(_return(replace(request, mode=DrillMode.OUTAGE)), id="put-back:outage")
    yield replace(_return(lever), needs=("put-back:outage",) if failed else ())
    yield replace(_agree(lever, out=False), needs=("put-back",), deadline_s=_AGREE_DEADLINE_S)
    for record in left:
        end = _step(
            request, f"note:end:{record.run}", EndDrill(record, *_bucket(request)), f"it began {record.started_at}"
        )
        yield replace(end, needs=("agree-back",), home_region=request.lever.place, deadline_s=_NOTE_DEADLINE_S)


def _plan(request: DrillRequest, change: Change, steps: tuple[Step, ...], findings: tuple[Finding, ...]) -> Plan:
    basis = ((change.id, digest(canonical_json([request.mode.value, request.hold_s, change.action.value]))),)
    return Plan(
        application=request.topology.application,
        environment=request.environment.name,
        verb="drill",
        release=_release(request),
        changes=(change,),
        steps=steps,
        findings=findings,
        basis=basis,
        fingerprint=digest(canonical_json([list(item) for item in basis])),
        complete=bool(steps) or change.action is ChangeAction.NO_OP,
        proof=request.status.proof,
    )


def _release(request: DrillRequest) -> str:
    return next((one.release for one in request.status.regions if one.name == request.region), "")


def _change(request: DrillRequest) -> Change:
    back = f"and comes back {request.hold_s} s after every user has left it"
    match request.mode:
        case DrillMode.SWITCH | DrillMode.TABLETOP:
            now = request.positions.get(request.lever, Position.UNKNOWN).value
            return Change(
                id=f"lever:{request.lever.kind.value}:{request.region}",
                kind=ChangeKind.LEVER,
                action=ChangeAction.UPDATE,
                reason=f"it takes the region out {back}",
                region=request.region,
                risk=Risk.HIGH,
                fields=(FieldChange("position", now, f"out, then {now}"),),
            )
        case DrillMode.OUTAGE:
            how = "hangs" if request.silent else "refuses its users"
            return Change(
                id=f"outage:{request.region}",
                kind=ChangeKind.OUTAGE,
                action=ChangeAction.UPDATE,
                reason=f"the region {how} in {len(request.accounts)} accounts {back}",
                region=request.region,
                risk=Risk.HIGH,
            )
        case _:
            assert_never(request.mode)


# -- the steps ----------------------------------------------------------------------------------------------------


def _steps(request: DrillRequest) -> Iterator[Step]:
    yield _note_begin(request)
    yield from _taken_out(request)
    yield from _while_out(request)
    yield from _put_back(request)
    yield replace(
        _step(request, "note:end", EndDrill(request.record, *_bucket(request)), "what is noted must end too"),
        needs=("put-back", *(f"{name}-back" for name in ("agree", *_answers(request), "users"))),
        home_region=request.lever.place,
        deadline_s=_NOTE_DEADLINE_S,
        always=True,
        undoes="note:begin",
    )


def _by_lever(request: DrillRequest) -> bool:
    return request.mode is not DrillMode.OUTAGE


def _step(request: DrillRequest, step_id: str, action: Action, reason: str) -> Step:
    return Step(id=step_id, action=action, needs=(), reason=reason, region=request.region, plane=Plane.DATA)


def _bucket(request: DrillRequest) -> tuple[str, str]:
    """Where the note lies: with the lever, outside the region."""
    place = request.lever.place
    return place, request.names.artifact_bucket(place)


def _note_begin(request: DrillRequest) -> Step:
    reason = "should this drill die, plan and status say so"
    begin = _step(request, "note:begin", BeginDrill(request.record, *_bucket(request)), reason)
    return replace(begin, home_region=request.lever.place, deadline_s=_NOTE_DEADLINE_S)


def _taken_out(request: DrillRequest) -> Iterator[Step]:
    lever = request.lever
    if _by_lever(request):
        move = _step(request, "take-out", MoveLever(lever, Position.OUT), f"{lever.metric} is out")
        yield replace(move, needs=("note:begin",), home_region=lever.place, deadline_s=_MOVE_DEADLINE_S)
        keep = _step(
            request, "keep", KeepLever(lever, Position.OUT, until="hold"), "a dead man's lever falls back by itself"
        )
        yield replace(keep, needs=("take-out",), home_region=lever.place, deadline_s=_lasts_s(request))
    else:
        begin = _step(request, "take-out", BeginOutage(request.outage, _lasts_s(request)), "users must meet it as real")
        yield replace(
            begin,
            needs=("note:begin",),
            plane=Plane.CONTROL,
            home_region=request.region,
            deadline_s=_MOVE_DEADLINE_S,
        )


def _lasts_s(request: DrillRequest) -> int:
    """No drill takes longer: its waits have ended by then."""
    return _AGREE_DEADLINE_S + 2 * _waits_s(request) + request.hold_s


def _waits_s(request: DrillRequest) -> int:
    return _PATIENCE * request.topology.objectives.rto_s


def _answers(request: DrillRequest) -> tuple[str, ...]:
    return tuple(f"answer:{account}" for account in request.accounts)


def _while_out(request: DrillRequest) -> Iterator[Step]:
    """Everything that only waits; the guard `watch` or Ctrl-C ends all of it."""

    def waits(step: Step, needs: tuple[str, ...], deadline_s: int) -> Step:
        return replace(step, needs=needs, deadline_s=deadline_s, waits=True, guard="watch")

    yield waits(_agree(request, out=True), ("take-out",), _AGREE_DEADLINE_S)
    for account in request.accounts:
        host = request.environment.host_for(account)
        action = AwaitAnswer(host, request.topology.health.path, request.region, leaves=True)
        step = replace(
            _step(request, f"answer:{account}", action, f"{host} must be answered elsewhere"), account=account
        )
        yield waits(step, ("take-out",), _waits_s(request))
    users = _step(request, "users", AwaitUsers(request.region, leaves=True), "resolvers keep answers for their TTL")
    yield waits(users, ("agree", *_answers(request)), _waits_s(request))
    hold = _step(request, "hold", Pause(request.hold_s), "users are served without the region")
    yield waits(hold, ("users",), request.hold_s + 60)
    watch = _step(request, "watch", _watch(request), "whoever takes over must stay within the limits, or all goes back")
    yield replace(watch, needs=("take-out",), deadline_s=_lasts_s(request), waits=True)


def _agree(request: DrillRequest, *, out: bool) -> Step:
    name = "agree" if out else "agree-back"
    if _by_lever(request):
        lever = request.lever
        action: Action = HoldLever(lever, Position.OUT if out else Position.IN)
        reason = f"alarm {lever.alarm} in {lever.place} must agree"
        return replace(_step(request, name, action, reason), home_region=lever.place)
    wanted = "unhealthy" if out else "healthy"
    return _step(request, name, AwaitChecks(request.checks, healthy=not out), f"checkers must find it {wanted}")


def _watch(request: DrillRequest) -> Watch:
    abort = request.topology.drills.abort
    hosts = tuple(
        (account, region, request.environment.regional_host_for(account, region))
        for region in takers(request.topology, request.region, request.positions)
        for account in request.accounts[:_WATCHED_ACCOUNTS]
    )
    limits = Limits(
        error_rate_percent=abort.error_rate_percent,
        latency_ms=abort.latency_ms,
        window_s=abort.window_s,
        alarms=abort.alarms,
    )
    return Watch(hosts, request.topology.health.path, request.region, limits, until="hold")


def _return(request: DrillRequest) -> Step:
    """The call that puts the region back."""
    lever = request.lever
    action: Action = MoveLever(lever, Position.IN) if _by_lever(request) else EndOutage(request.outage)
    return replace(
        _step(request, "put-back", action, "the region returns"),
        plane=Plane.DATA if _by_lever(request) else Plane.CONTROL,
        home_region=lever.place if _by_lever(request) else request.region,
        deadline_s=_AGREE_DEADLINE_S,
    )


def _put_back(request: DrillRequest) -> Iterator[Step]:
    """The region back in service, and the proof of it. Runs whatever happened before."""
    needs = ("hold", "watch", *(("keep",) if _by_lever(request) else ()))
    yield replace(_return(request), needs=needs, always=True, undoes="take-out")

    def waits(step: Step, after: tuple[str, ...], deadline_s: int) -> Step:
        return replace(step, needs=after, deadline_s=deadline_s, always=True, waits=True, undoes="take-out")

    # The lever's alarm is written to until it agrees: that is part of putting back, not a wait.
    yield replace(waits(_agree(request, out=False), ("put-back",), _AGREE_DEADLINE_S), waits=not _by_lever(request))
    first = comes_first(request.topology, request.region, request.positions)
    for account in request.accounts:
        host = request.environment.host_for(account)
        action = AwaitAnswer(host, request.topology.health.path, request.region, leaves=False, anywhere=not first)
        step = replace(
            _step(request, f"answer:{account}-back", action, f"{host} must be answered as before"), account=account
        )
        yield waits(step, ("agree-back",), _waits_s(request))
    users = AwaitUsers(request.region, leaves=False, alone=first)
    step = _step(request, "users-back", users, "every user must be served as before")
    yield waits(step, tuple(f"{one}-back" for one in _answers(request)) or ("agree-back",), _waits_s(request))
