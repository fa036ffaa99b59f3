"""The steps of a drill: note it, take the region out, watch and wait, put it back whatever happens, end the note."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orchestrator.core.actions import Action, AwaitAnswer, HoldLever, MoveLever
from orchestrator.core.drill import DrillMode, DrillRecord, Limits
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
from orchestrator.core.levers import Position
from orchestrator.core.plan import Plane, Step
from orchestrator.core.planning.drill_request import DrillRequest
from orchestrator.core.planning.drill_rules import takers
from orchestrator.core.planning.switch import comes_first
from orchestrator.core.status import InstanceCounts

_NOTE_DEADLINE_S, _MOVE_DEADLINE_S, _AGREE_DEADLINE_S = 120, 120, 600
_PATIENCE = 3
"""Waits end after so many times the objective: a drill that misses it is measured, not cut off."""
_WATCHED_ACCOUNTS = 10


def drill_steps(request: DrillRequest) -> Iterator[Step]:
    """Every step of a drill, in the order in which people read it."""
    yield _note_begin(request)
    yield from _taken_out(request)
    yield from _while_out(request)
    yield from _put_back(request)
    yield replace(
        _step(request, "note:end", EndDrill(request.record, *request.bucket), "what is noted must end too"),
        needs=("put-back", "agree-back", *_answers(request, "answer-back"), "users-back"),
        home_region=request.lever.place,
        deadline_s=_NOTE_DEADLINE_S,
        always=True,
        undoes="note:begin",
    )


def _step(request: DrillRequest, step_id: str, action: Action, reason: str) -> Step:
    return Step(id=step_id, action=action, needs=(), reason=reason, region=request.region, plane=Plane.DATA)


def _note_begin(request: DrillRequest) -> Step:
    reason = "should this drill die, plan and status say so"
    begin = _step(request, "note:begin", BeginDrill(request.record, *request.bucket), reason)
    return replace(begin, home_region=request.lever.place, deadline_s=_NOTE_DEADLINE_S)


def _taken_out(request: DrillRequest) -> Iterator[Step]:
    lever = request.lever
    if request.by_lever:
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


def _answers(request: DrillRequest, name: str = "answer") -> tuple[str, ...]:
    return tuple(f"{name}:{account}" for account in request.accounts)


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
    if request.by_lever:
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
    action: Action = MoveLever(lever, Position.IN) if request.by_lever else EndOutage(request.outage)
    return replace(
        _step(request, "put-back", action, "the region returns"),
        plane=Plane.DATA if request.by_lever else Plane.CONTROL,
        home_region=lever.place if request.by_lever else request.region,
        deadline_s=_AGREE_DEADLINE_S,
    )


def _put_back(request: DrillRequest) -> Iterator[Step]:
    """The region back in service, and the proof of it. Runs whatever happened before."""
    needs = ("hold", "watch", *(("keep",) if request.by_lever else ()))
    yield replace(_return(request), needs=needs, always=True, undoes="take-out")

    def waits(step: Step, after: tuple[str, ...], deadline_s: int) -> Step:
        return replace(step, needs=after, deadline_s=deadline_s, always=True, waits=True, undoes="take-out")

    # The lever's alarm is written to until it agrees: that is part of putting back, not a wait.
    yield replace(waits(_agree(request, out=False), ("put-back",), _AGREE_DEADLINE_S), waits=not request.by_lever)
    first = comes_first(request.topology, request.region, request.positions)
    for account in request.accounts:
        host = request.environment.host_for(account)
        action = AwaitAnswer(host, request.topology.health.path, request.region, leaves=False, anywhere=not first)
        step = replace(
            _step(request, f"answer-back:{account}", action, f"{host} must be answered as before"), account=account
        )
        yield waits(step, ("agree-back",), _waits_s(request))
    users = AwaitUsers(request.region, leaves=False, alone=first)
    step = _step(request, "users-back", users, "every user must be served as before")
    yield waits(step, _answers(request, "answer-back") or ("agree-back",), _waits_s(request))


def put_right_steps(request: DrillRequest, left: tuple[DrillRecord, ...]) -> Iterator[Step]:
    """What a drill that died left behind: its outage, its lever, its notes."""
    lever = replace(request, mode=DrillMode.SWITCH)
    failed = any(one.mode is DrillMode.OUTAGE for one in left)
    if failed:
        yield replace(_return(replace(request, mode=DrillMode.OUTAGE)), id="put-back:outage")
    yield replace(_return(lever), needs=("put-back:outage",) if failed else ())
    yield replace(_agree(lever, out=False), needs=("put-back",), deadline_s=_AGREE_DEADLINE_S)
    answers = tuple(_answers_itself(request)) if failed else ()
    yield from answers
    for record in left:
        end = _step(
            request, f"note:end:{record.run}", EndDrill(record, *request.bucket), f"it began {record.started_at}"
        )
        needs = ("agree-back", *(one.id for one in answers))
        yield replace(end, needs=needs, home_region=request.lever.place, deadline_s=_NOTE_DEADLINE_S)


def _answers_itself(request: DrillRequest) -> Iterator[Step]:
    """Only an answer proves that an outage has ended. The region's own name: who meets the shared one is not asked."""
    region = request.of(request.region)
    if region.reachable and region.instances == InstanceCounts():
        return
    for account in request.accounts:
        host = request.environment.regional_host_for(account, request.region)
        action = AwaitAnswer(host, request.topology.health.path, request.region, leaves=False)
        step = _step(request, f"answer-back:{account}", action, "what is put back must answer again")
        yield replace(step, account=account, needs=("agree-back",), deadline_s=_waits_s(request), waits=True)
