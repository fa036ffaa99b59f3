"""The plans of failover and failback: one lever moved by a data-plane write, and the proof that users have moved.

Neither asks nor changes anything through a control plane: what they know comes from regions.yaml, DNS and HTTP, and
from levers that can be read without the failing region.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from orchestrator.core.actions import AwaitAnswer, HoldLever, MoveLever
from orchestrator.core.canonical import canonical_json, digest
from orchestrator.core.drill_actions import AwaitUsers
from orchestrator.core.lever_rules import LAST_REGION, safe_to_take_out
from orchestrator.core.levers import LeverKind, Position, Positions, lever_of, out_regions
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
from orchestrator.core.planning.held_by_drill import STANDBY_IN_DRILL, held_by_drill
from orchestrator.core.planning.standby_release import doubtful_standbys
from orchestrator.core.planning.steady import steady_steps
from orchestrator.core.planning.switch_request import RegionAnswer, SwitchRequest
from orchestrator.core.topology import Environment, RoutingPolicy, Topology

_MOVE_DEADLINE_S = 120
_HOLD_DEADLINE_S = 300
_STANDBY, _REGION = "standby-unproven", "region-unproven"
UNPROVEN = frozenset((_STANDBY, _REGION))
"""Rules of findings that a later answer may take back."""
_PATIENCE = 3
"""Users are waited for so many times the objective: a failover that misses it is measured, not cut off."""


def plan_switch(request: SwitchRequest) -> Plan:
    """Lever, then hold and answers; before them who returns answers for a while.

    No steps when a finding refuses. Where the lever stands already, users are still asked for: it may not have helped.
    """
    findings = tuple(_findings(request))
    forbidden = any(one.severity is Severity.ERROR for one in findings)
    # Without accounts there is nobody to ask: to do nothing would look as if all were well.
    refused = forbidden and not (request.moved and request.environment.accounts)
    if request.moved and not refused:
        findings = tuple(_told(one) for one in findings)
    change = _change(request)
    basis = ((change.id, digest(canonical_json([request.position.value, change.action.value]))),)
    return Plan(
        application=request.topology.application,
        environment=request.environment.name,
        verb="failover" if request.out else "failback",
        release="",
        changes=(change,),
        steps=() if refused else tuple(_steps(request, forbidden=forbidden)),
        findings=findings,
        basis=basis,
        fingerprint=digest(canonical_json([list(item) for item in basis])),
        complete=not refused,
    )


def _change(request: SwitchRequest) -> Change:
    lever, now = request.lever, request.positions.get(request.lever, Position.UNKNOWN)
    goes = "takes it out of service, and stays until failback" if request.out else "puts it back into service"
    change = Change(
        id=f"lever:{lever.kind.value}:{lever.region}",
        kind=ChangeKind.LEVER,
        action=ChangeAction.NO_OP,
        reason=f"it is {request.position.value} already",
        region=lever.region,
    )
    if request.moved:
        return change
    fields = (FieldChange("position", now.value, request.position.value),)
    return replace(change, action=ChangeAction.UPDATE, reason=goes, risk=Risk.HIGH, fields=fields)


def _steps(request: SwitchRequest, *, forbidden: bool) -> Iterator[Step]:
    """`forbidden`: the lever stands already, and would not be moved there now: it is left alone."""
    needs: tuple[str, ...] = ()
    if not forbidden:
        cool = () if request.out or request.force or request.moved else _cool_down(request)
        # An alarm may say "out" for a minute after somebody wrote "in": who leaves a region writes anyhow.
        move = (_move(request, tuple(step.id for step in cool)),) if request.out or not request.moved else ()
        needs = tuple(step.id for step in move)
        yield from (*cool, *move, _hold(request, needs))
    yield from _answers(request, needs)
    yield from _users(request, needs)


def _cool_down(request: SwitchRequest) -> tuple[Step, ...]:
    return steady_steps(request, anybody=_anybody_serves(request))


def _move(request: SwitchRequest, needs: tuple[str, ...]) -> Step:
    lever = request.lever
    return Step(
        id=f"lever:{lever.kind.value}:{lever.region}",
        action=MoveLever(lever, request.position),
        needs=needs,
        reason=f"one {lever.call} in {lever.place}: {lever.setting(request.position)}",
        region=lever.region,
        plane=Plane.DATA,
        home_region=lever.place,
        deadline_s=_MOVE_DEADLINE_S,
    )


def _hold(request: SwitchRequest, needs: tuple[str, ...]) -> Step:
    lever = request.lever
    return Step(
        id=f"hold:{lever.kind.value}:{lever.region}",
        action=HoldLever(lever, request.position),
        needs=needs,
        reason=f"{lever.witness} in {lever.place} must agree",
        region=lever.region,
        plane=Plane.DATA,
        home_region=lever.place,
        deadline_s=_HOLD_DEADLINE_S,
    )


def _anybody_serves(request: SwitchRequest) -> bool:
    """Whether users have another region meanwhile: else every second of a failback counts."""
    others = [one for one in request.answers if one.region != request.region]
    return any(one.ok and _in_service(request, one.region) for one in others)


def _answers(request: SwitchRequest, needs: tuple[str, ...]) -> Iterator[Step]:
    """The shared name of each account, asked as users ask: by DNS and HTTP."""
    if not request.out and not comes_first(request.topology, request.region, request.positions):
        return
    wanted = f"no longer from {request.region}" if request.out else f"from {request.region}"
    for account in request.environment.accounts:
        host = request.environment.host_for(account)
        yield Step(
            id=f"answer:{account}",
            action=AwaitAnswer(host, request.topology.health.path, request.region, leaves=request.out),
            needs=needs,
            reason=f"{host} must be answered {wanted}",
            region=request.region,
            account=account,
            plane=Plane.DATA,
            deadline_s=request.topology.objectives.rto_s,
        )


def _users(request: SwitchRequest, needs: tuple[str, ...]) -> Iterator[Step]:
    """The users that call while the run goes on: the last of them moves when the answer that he keeps has run out."""
    if not request.environment.accounts:
        return
    first = comes_first(request.topology, request.region, request.positions)
    yield Step(
        id="users",
        action=AwaitUsers(request.region, leaves=request.out, alone=first),
        needs=(*needs, *(step.id for step in _answers(request, needs))),
        reason="resolvers keep answers for their TTL",
        region=request.region,
        plane=Plane.DATA,
        deadline_s=_PATIENCE * request.topology.objectives.rto_s,
        waits=True,
    )


def comes_first(topology: Topology, region: str, positions: Positions) -> bool:
    """Whether every user meets the region while it is in service: it then stands before all others in service."""
    match topology.failover.policy:
        case RoutingPolicy.FAILOVER:
            order = [topology.primary.name, *(one.name for one in topology.standbys)]
            before = order[: order.index(region)]
            return set(before) <= out_regions(positions)
        case RoutingPolicy.WEIGHTED | RoutingPolicy.LATENCY:
            return False
        case _:
            assert_never(topology.failover.policy)


# -- what forbids it ----------------------------------------------------------------------------------------------


def _findings(request: SwitchRequest) -> Iterator[Finding]:
    if request.moved:
        message = f"it is {request.position.value} already: users are asked for all the same"
        yield Finding("lever-stands", Severity.INFO, request.region, message)
    if request.out:
        yield from safe_to_take_out(request.topology, request.region, request.positions)
        yield from _unread(request)
        yield from _unproven_rest(request)
        yield from _answered_once(request)
        yield from held_by_drill(request, _counted(request))
    else:
        yield from _unproven_return(request)
        yield from _other_release(request)
        yield from _drilled(request)
        yield from _data_behind(request)


def _told(finding: Finding) -> Finding:
    """Of a lever that stands already: what would refuse now is only told."""
    if finding.severity is not Severity.ERROR:
        return finding
    fix = finding.fix if finding.rule in (LAST_REGION, STANDBY_IN_DRILL) else "mend it; the lever is left as it stands"
    return replace(finding, severity=Severity.WARNING, fix=fix)


def _unread(request: SwitchRequest) -> Iterator[Finding]:
    unread = sorted(
        {
            lever.region
            for lever, position in request.positions.items()
            if position is Position.UNKNOWN and lever.region != request.region and lever.kind is LeverKind.EVACUATE
        }
    )
    if unread:
        message = f"the levers of {', '.join(unread)} could not be read without {request.region}"
        fix = "who is not known to be in service is not counted on"
        yield Finding("levers-unread", Severity.INFO, request.region, message, fix)


def _unproven_rest(request: SwitchRequest) -> Iterator[Finding]:
    """In every account another region must answer on its own name, and be known to be in service."""
    price = "users may get no answer at all until a region is mended"
    if not request.environment.accounts:
        yield _unless_forced(request, _STANDBY, _nobody_asked(request.environment), price)
        return
    others = [one for one in request.answers if one.region != request.region]
    unproven = [account for account, regions in _counted(request).items() if not regions]
    if unproven:
        told = "; ".join(_doubt(request, one) for one in others if one.account in unproven[:1])
        where = f"in {len(unproven)} of {len(request.environment.accounts)} accounts"
        message = f"no other region is proven to answer {where} {told}"
        yield _unless_forced(request, _STANDBY, message, price, patience=True)
    taking = [one for one in others if one.ok and one.release and _in_service(request, one.region)]
    releases = sorted({one.release for one in taking})
    if len(releases) > 1:
        message = f"the other regions answer with different releases: {', '.join(releases)}"
        yield Finding("release-skew", Severity.WARNING, request.region, message, "orchestrator deploy evens them out")
    yield from doubtful_standbys({one.region: one.release for one in taking}, request.kept)


def _answered_once(request: SwitchRequest) -> Iterator[Finding]:
    """Regions that are counted on by one answer alone."""
    counted = _counted(request)
    once = {one.region for one in request.answers if one.once and one.region in counted.get(one.account, ())}
    for region in sorted(once):
        message = f"{region} answered well once; the second answer, which should confirm it, was lost or late"
        yield Finding(
            "standby-answered-once", Severity.WARNING, request.region, message, "see whether users are served"
        )


def _counted(request: SwitchRequest) -> dict[str, frozenset[str]]:
    """By account, the other regions that answer and are known to be in service."""
    good = [one for one in request.answers if one.region != request.region and one.ok]
    return {
        account: frozenset(one.region for one in good if one.account == account and _in_service(request, one.region))
        for account in request.environment.accounts
    }


def _in_service(request: SwitchRequest, region: str) -> bool:
    """No lever holds it out, and that is known of the one that latches."""
    evacuate = lever_of(request.topology, request.names.prefix, region, LeverKind.EVACUATE)
    return region not in out_regions(request.positions) and request.positions.get(evacuate) is Position.IN


def _doubt(request: SwitchRequest, answer: RegionAnswer) -> str:
    """Why a region does not count."""
    if answer.region in out_regions(request.positions):
        return f"{answer.region} is out of service"
    if answer.ok:
        return f"{answer.region} answers, but nobody could read whether it is held out as well"
    return f"{answer.region}: {answer.detail}"


def _nobody_asked(environment: Environment) -> str:
    units = ", ".join(environment.organizational_units)
    return f"nobody was asked: the accounts of {units} are known to AWS Organizations alone, a control plane"


def _unproven_return(request: SwitchRequest) -> Iterator[Finding]:
    price = "users are sent to a region that may not answer"
    if not request.environment.accounts:
        yield _unless_forced(request, _REGION, _nobody_asked(request.environment), price)
        return
    mine = {one.account: one for one in request.answers if one.region == request.region}
    silent = [account for account in request.environment.accounts if account not in mine or not mine[account].ok]
    if silent:
        told = next((one.detail for one in mine.values() if not one.ok), "it was not asked")
        message = f"{request.region} is not proven to answer in {len(silent)} accounts: {told}"
        yield _unless_forced(request, _REGION, message, price, patience=True)


def _other_release(request: SwitchRequest) -> Iterator[Finding]:
    """A release is named by its code and template: the same release proves that its replica arrived."""
    here = {one.account: one.release for one in request.answers if one.region == request.region and one.ok}
    there = [one for one in request.answers if one.region != request.region and one.ok]
    for one in there:
        mine = here.get(one.account, one.release)
        if mine != one.release:
            message = f"{request.region} answers with release {mine or '(unnamed)'}, {one.region} with {one.release}"
            yield _unless_forced(request, "release-differs", message, "users go back to another release")
            return
    if here and not there:
        message = f"no other region answered: nobody can say which release {request.region} should have"
        yield Finding("release-unknown", Severity.WARNING, request.region, message, "compare with orchestrator status")


def _drilled(request: SwitchRequest) -> Iterator[Finding]:
    drill = lever_of(request.topology, request.names.prefix, request.region, LeverKind.DRILL)
    if request.positions.get(drill) is Position.OUT:
        fix = "it comes back when the drill ends or its operator dies"
        yield Finding("region-in-drill", Severity.WARNING, request.region, "a drill holds it out as well", fix)


def _data_behind(request: SwitchRequest) -> Iterator[Finding]:
    """The application's data are its own business; whoever puts a region back is told that nobody looked at them."""
    if request.moved:
        return
    message = f"whether {request.region} has all data that users wrote elsewhere is not known here"
    fix = (
        f"look first, for example at AWS/DynamoDB ReplicationLatency (ReceivingRegion {request.region}) where users are"
    )
    yield Finding("data-lag-unknown", Severity.INFO, request.region, message, fix)


def _unless_forced(request: SwitchRequest, rule: str, message: str, price: str, *, patience: bool = False) -> Finding:
    """`patience`: whether asking longer may help."""
    if request.force:
        return Finding(rule, Severity.WARNING, request.region, f"{message.strip()}; forced", price)
    longer = ", ask longer (--patience 10)" if patience else ""
    fix = f"mend it first{longer}, or add --force: {price}"
    return Finding(rule, Severity.ERROR, request.region, message.strip(), fix)
