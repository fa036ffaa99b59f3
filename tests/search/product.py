"""What the search asks of the product: each question is put to its own pure functions, and each answer is kept.

Positions are told by two sets of regions: those that a drill lever holds out, and those that an evacuate lever does.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from orchestrator.core.actions import MoveLever
from orchestrator.core.check_health import AlarmState, CheckState, check_health
from orchestrator.core.drill import DrillMode, DrillRecord
from orchestrator.core.drill_actions import BeginDrill, EndDrill
from orchestrator.core.drill_findings import unfinished_drills
from orchestrator.core.history import history
from orchestrator.core.journal_lines import events_in, line_of
from orchestrator.core.lever_rules import safe_to_take_out
from orchestrator.core.levers import Lever, LeverKind, Position, alarm_rule, levers
from orchestrator.core.lock import LockRecord, Owner, Refusal, Stored, acquiring, held_until
from orchestrator.core.measure import measure_history
from orchestrator.core.metric_alarm import Point, alarm_state
from orchestrator.core.owed import owed
from orchestrator.core.plan import Plan
from orchestrator.core.planning.drill import plan_drill, plan_put_back
from orchestrator.core.planning.drill_request import DrillRequest
from orchestrator.core.planning.finish import refusals
from orchestrator.core.planning.switch import plan_switch
from orchestrator.core.planning.switch_request import RegionAnswer, SwitchRequest
from orchestrator.core.proof import Subject, who_answers
from orchestrator.core.proof_subject import desired_subject
from orchestrator.core.run import Event, EventKind
from orchestrator.core.run_facts_json import facts_json
from orchestrator.core.run_report import RunFacts
from orchestrator.core.status import InstanceCounts, RegionStatus, Status
from orchestrator.report import plan_json
from tests.sample_world import EAST, NAMES, OTHER, SOUTH, WEST, topology

REGIONS = (EAST, WEST, SOUTH)
TOPOLOGY = topology(*REGIONS)
ENVIRONMENT = TOPOLOGY.environments[0]
START = datetime(2026, 1, 2, tzinfo=UTC)
MINE = "mine"
"""The run of a drill that is planned: its note is known by the fencing number that it gets."""
_LONG_S = 1e6

Course = tuple[tuple[str, bool], ...]
"""What a plan changes, in its order: note, end RUN, out, in; and whether it happens whatever came before."""
Held = frozenset[str]
"""Names of regions."""
Notes = frozenset[tuple[str, int]]
"""Notes of drills that have not ended: region, and the fencing number of its run."""


# -- levers and answers -------------------------------------------------------------------------------------------


def _positions(drilled: Held, evacuated: Held) -> dict[Lever, Position]:
    held = {LeverKind.DRILL: drilled, LeverKind.EVACUATE: evacuated}
    return {
        one: Position.OUT if one.region in held[one.kind] else Position.IN for one in levers(TOPOLOGY, NAMES.prefix)
    }


@cache
def leaves_one(region: str, drilled: Held, evacuated: Held) -> bool:
    """Whether taking the region out leaves one that no lever holds out."""
    return not safe_to_take_out(TOPOLOGY, region, _positions(drilled, evacuated))


@cache
def falls_back(kind: LeverKind) -> bool:
    """Whether a lever that was moved out, and is written no more, is in after a long time."""
    points = (Point(0.0, 1.0),)
    return alarm_state(alarm_rule(kind), points, now=_LONG_S, before=AlarmState.ALARM) is AlarmState.OK


@cache
def _subject() -> Subject:
    return desired_subject(TOPOLOGY, ENVIRONMENT, NAMES)


@cache
def answering(dead: Held, out: Held) -> Held:
    """The regions to which Route 53 sends users of the records that a deployment makes."""
    subject = _subject()
    states = {check: CheckState(observations=(region not in dead,)) for check, region in subject.watches}
    states |= {
        check: CheckState(alarm=AlarmState.ALARM if region in out else AlarmState.OK)
        for check, region in subject.levers
    }
    checks = {check.id: check for check in subject.checks}
    healthy = {one.id: check_health(one, states, checks)[0] for one in subject.checks}
    return frozenset(region for region, _ in who_answers(subject.host, subject.regions, subject.records, healthy))


# -- plans --------------------------------------------------------------------------------------------------------


@cache
def may_switch(region: str, position: Position, dead: Held, drilled: Held, evacuated: Held) -> bool:
    """Whether failover or failback of the region would move its lever now."""
    answers = tuple(
        RegionAnswer(account=OTHER, region=one, ok=one not in dead, release="r1" if one not in dead else "")
        for one in REGIONS
    )
    request = SwitchRequest(
        topology=TOPOLOGY,
        environment=ENVIRONMENT,
        names=NAMES,
        region=region,
        position=position,
        positions=_positions(drilled, evacuated),
        answers=answers,
    )
    return any(isinstance(step.action, MoveLever) for step in plan_switch(request).steps)


def _note(region: str, fencing: int) -> DrillRecord:
    return DrillRecord(run=str(fencing), region=region, mode=DrillMode.SWITCH, started_at=START, by="ann")


def _drill_request(region: str, dead: Held, drilled: Held, evacuated: Held, notes: Notes) -> DrillRequest:
    seen = tuple(
        RegionStatus(
            name=one.name,
            role=one.role,
            reachable=one.name not in dead,
            release="r1",
            instances=InstanceCounts(current=1),
            replica="proven",
            healthy=one.name not in dead,
            evacuated=one.name in evacuated,
            drilled=one.name in drilled,
        )
        for one in TOPOLOGY.regions
    )
    return DrillRequest(
        topology=TOPOLOGY,
        environment=ENVIRONMENT,
        names=NAMES,
        accounts=(OTHER,),
        region=region,
        mode=DrillMode.SWITCH,
        hold_s=1,
        silent=False,
        status=Status(application="sample", environment="production", serving_region="", regions=seen),
        positions=_positions(drilled, evacuated),
        checks=(),
        record=DrillRecord(run=MINE, region=region, mode=DrillMode.SWITCH, started_at=START, by="ann"),
        records=tuple(_note(*one) for one in sorted(notes)),
        now=START + timedelta(days=30),
    )


def _effects(plan: Plan) -> tuple[tuple[str, bool], ...]:
    """What the plan changes, in its order: note, end RUN, out, in; and whether it happens whatever came before."""
    made = []
    for step in plan.steps:
        match step.action:
            case BeginDrill():
                made.append(("note", step.always))
            case EndDrill() as action:
                made.append((f"end {action.record.run}", step.always))
            case MoveLever() as action:
                made.append((action.position.value, step.always))
            case _:
                pass
    return tuple(made)


@cache
def drill_effects(region: str, dead: Held, drilled: Held, evacuated: Held, notes: Notes) -> Course:
    """The course of a drill that begins now, () when it is refused."""
    plan = plan_drill(_drill_request(region, dead, drilled, evacuated, notes))
    return () if refusals(plan) else _effects(plan)


@cache
def put_back_effects(region: str, drilled: Held, notes: Notes) -> tuple[tuple[str, bool], ...]:
    """The course of `drill REGION --put-back`, () when a drill has left nothing there."""
    return _effects(plan_put_back(_drill_request(region, frozenset(), drilled, frozenset(), notes)))


@cache
def named(notes: Notes) -> Held:
    """The regions of which plan and status say that a drill has left them."""
    return frozenset(finding.where for finding in unfinished_drills(_note(*one) for one in notes))


# -- the journal --------------------------------------------------------------------------------------------------


@cache
def journal_owes(region: str, started: int) -> bool:
    """Whether the journal of a drill that died after beginning so many of its changes tells that something is owed.

    It goes through the lines of its file, of which the last is torn.
    """
    nothing: Held = frozenset()
    plan = plan_drill(_drill_request(region, nothing, nothing, nothing, frozenset()))
    changing = [step for step in plan.steps if isinstance(step.action, BeginDrill | EndDrill | MoveLever)]
    facts = facts_json(RunFacts(region=region, mode=DrillMode.SWITCH, regions=REGIONS))
    planned = (("plan", plan_json(plan)), ("facts", facts))
    events = [_event(EventKind.PLANNED, data=planned), _event(EventKind.RUN_STARTED)]
    for place, step in enumerate(changing[:started]):
        events.append(_event(EventKind.STEP_STARTED, step.id))
        if place < started - 1:
            events.append(_event(EventKind.STEP_SUCCEEDED, step.id))
    torn = line_of(_event(EventKind.STEP_SUCCEEDED, "torn"))[:-20]
    lines = [line_of(event).encode() for event in events] + [torn.encode()]
    return owed(measure_history(history(tuple(events_in(lines, "journal"))))) is not None


def _event(kind: EventKind, step: str = "", data: tuple[tuple[str, str], ...] = ()) -> Event:
    return Event(at=START, run="run", kind=kind, step=step, detail="" if step else "drill", data=data)


# -- the lock -----------------------------------------------------------------------------------------------------

AGES_S = (0, 60, 63)
"""How old the record may be: its owner is sure of it, is not sure any more, and has lost it."""


def owner_of(who: int) -> Owner:
    """An operator in the product's words."""
    return Owner(by="ann", host="box", run=f"run-{who}", purpose="drill")


@cache
def stored(who: int, fencing: int, *, released: bool, age_s: int) -> Stored:
    """The lock as S3 tells it."""
    record = LockRecord(owner=owner_of(who), fencing=fencing, released=released)
    return Stored(record=record, etag=str(fencing), written_at=START, read_at=START + timedelta(seconds=age_s))


@cache
def is_sure(age_s: int) -> bool:
    """Whether who renewed it so long ago still believes in it without asking."""
    return age_s < held_until(0.0, stored(0, 1, released=False, age_s=0))


def taken(who: int, there: Stored | None, *, breaks: str = "") -> int:
    """The fencing number with which the operator would have it, 0 when he is refused."""
    decision = acquiring(owner_of(who), there, breaks=breaks)
    return 0 if isinstance(decision, Refusal) else decision.record.fencing
