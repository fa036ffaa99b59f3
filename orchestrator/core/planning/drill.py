"""The plan of a drill: a region out by its drill lever or by a real failure, users measured, everything put back.

Refused beforehand where the drill could hurt: who takes over must be proven to be able to.
"""

from __future__ import annotations

from typing import assert_never

from orchestrator.core.canonical import canonical_json, digest
from orchestrator.core.detection import detection, lever_detection
from orchestrator.core.drill import DrillMode
from orchestrator.core.levers import Position
from orchestrator.core.plan import Change, ChangeAction, ChangeKind, FieldChange, Finding, Plan, Risk, Severity, Step
from orchestrator.core.planning.drill_request import DrillRequest
from orchestrator.core.planning.drill_rules import drill_findings
from orchestrator.core.planning.drill_steps import drill_steps, put_right_steps


def plan_drill(request: DrillRequest) -> Plan:
    """Every step of the drill; none when a finding refuses it."""
    findings = (*drill_findings(request), _expected(request))
    refused = any(one.severity is Severity.ERROR for one in findings)
    return _plan(request, _change(request), () if refused else tuple(drill_steps(request)), findings)


def _expected(request: DrillRequest) -> Finding:
    """What arithmetic expects of this drill, beside which its report will put what it measured."""
    topology = request.topology
    ttl_s, health = topology.failover.ttl_s, topology.health
    by_lever = lever_detection(ttl_s)
    expected = by_lever if request.by_lever else detection(health.interval_s, health.failure_threshold, ttl_s)
    message = (
        f"by arithmetic users have left it {expected.moved_mean_s:.0f} s after it is out in the mean, "
        f"{expected.moved_worst_s:.0f} s at worst; the objective is {topology.objectives.rto_s} s"
    )
    return Finding("drill-expected", Severity.INFO, request.region, message)


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
    return _plan(request, change, tuple(put_right_steps(request, left)) if left or drilled else (), ())


def _plan(request: DrillRequest, change: Change, steps: tuple[Step, ...], findings: tuple[Finding, ...]) -> Plan:
    basis = ((change.id, digest(canonical_json([request.mode.value, request.hold_s, change.action.value]))),)
    return Plan(
        application=request.topology.application,
        environment=request.environment.name,
        verb="drill",
        release=request.of(request.region).release,
        changes=(change,),
        steps=steps,
        findings=findings,
        basis=basis,
        fingerprint=digest(canonical_json([list(item) for item in basis])),
        complete=bool(steps) or change.action is ChangeAction.NO_OP,
        proof=request.status.proof,
    )


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
