"""From a run's events back to the run: what its journal tells, also of a run that was killed.

Several rounds of one run (each with its own plan) are one run, as its report tells it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from orchestrator.core.failure import with_failure
from orchestrator.core.former import Former
from orchestrator.core.former_json import formers_of
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.proof import Proof, ProofRow
from orchestrator.core.returns import ROLLBACK, Return
from orchestrator.core.run import Event, EventKind, Run, StepRecord, StepStatus, Verdict, joined
from orchestrator.core.run_facts_json import detection_of, facts_of
from orchestrator.core.run_report import PlannedStep, RunFacts
from orchestrator.core.traffic import TrafficRequest
from orchestrator.core.traffic_json import decode_requests

_ENDS = {
    EventKind.STEP_SUCCEEDED: StepStatus.SUCCEEDED,
    EventKind.STEP_FAILED: StepStatus.FAILED,
    EventKind.STEP_SKIPPED: StepStatus.SKIPPED,
}
_BESIDE = frozenset((EventKind.PLANNED, EventKind.TRAFFIC, EventKind.ROLLBACK, EventKind.JOURNAL_NOT_COPIED))
"""Events of the journal that are none of the run itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that a journal tells. Without a plan in it (older versions) application, steps and findings are empty.

    `basis` is that of the last plan that was no rollback. `formers` are what stood when the run began.
    """

    run: Run
    facts: RunFacts = field(default_factory=RunFacts)
    steps: tuple[PlannedStep, ...] = ()
    findings: tuple[Finding, ...] = ()
    proof: Proof | None = None
    requests: tuple[TrafficRequest, ...] = ()
    traffic_from: datetime | None = None
    basis: tuple[tuple[str, str], ...] = ()
    formers: tuple[Former, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    application: str = ""
    environment: str = ""
    verb: str = ""
    release: str = ""
    steps: tuple[PlannedStep, ...] = ()
    accounts: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    proof: Proof | None = None
    basis: tuple[tuple[str, str], ...] = ()
    complete: bool = True
    returns: tuple[Return, ...] = ()


def history(events: Sequence[Event]) -> History:
    """Raises ValueError, with what is wrong, for events that no version of this tool has written."""
    if not events:
        raise ValueError("it tells of nothing")
    try:
        return _history(events)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"its plan or its facts cannot be read: {error!r}") from error


def _history(events: Sequence[Event]) -> History:
    rounds = [(_planned(group), group) for group in _rounds(events)]
    over = len(rounds) > 1 and _is_last_look(*rounds[-1])
    if over:
        *rounds, _ = rounds
    known = [plan for plan, _ in rounds if plan is not None]
    runs = [_run(plan or _Plan(), group) for plan, group in rounds]
    # A round that planned nothing anew (an older journal) is still a round of the same application.
    subject = next((plan for plan in reversed(known) if plan.verb != ROLLBACK), _Plan())
    if not over and _goes_on(*rounds[-1]) and runs[-1].verdict is Verdict.SUCCEEDED:
        runs[-1] = replace(runs[-1], verdict=Verdict.INTERRUPTED)
    run = replace(
        joined(runs), application=subject.application, environment=subject.environment, release=subject.release
    )
    requests, traffic_from = _traffic(events)
    return History(
        run=run,
        facts=_facts(events),
        steps=tuple({step.id: step for plan in known for step in plan.steps}.values()),
        findings=tuple(dict.fromkeys(one for plan in known for one in plan.findings)),
        proof=next((plan.proof for plan in reversed(known) if plan.proof is not None), None),
        requests=requests,
        traffic_from=traffic_from,
        basis=subject.basis,
        formers=_formers(events),
    )


# -- rounds -------------------------------------------------------------------------------------------------------


def _rounds(events: Sequence[Event]) -> list[list[Event]]:
    """A round begins with its plan, or with RUN_STARTED when no plan stands before it.

    One that moved nothing, because somebody stopped the run, has an end without a start.
    """
    groups: list[list[Event]] = [[]]
    for event in events:
        begun = any(one.kind in (EventKind.RUN_STARTED, EventKind.RUN_ENDED) for one in groups[-1])
        if begun and event.kind in (EventKind.PLANNED, EventKind.RUN_STARTED):
            groups.append([])
        groups[-1].append(event)
    return groups


def _is_last_look(plan: _Plan | None, group: Sequence[Event]) -> bool:
    """A plan after the last round that had nothing to do: noted, not carried out."""
    nothing = plan is not None and plan.verb != ROLLBACK and not plan.steps
    return nothing and all(event.kind in _BESIDE for event in group)


def _goes_on(plan: _Plan | None, group: Sequence[Event]) -> bool:
    """Whether another round had to follow: its plan was not the whole truth, or the world changed under it."""
    again = any(dict(event.data).get("replan") for event in group if event.kind is EventKind.RUN_ENDED)
    return again or (plan is not None and not plan.complete)


def _run(plan: _Plan, group: Sequence[Event]) -> Run:
    events = tuple(event for event in group if event.kind not in _BESIDE)
    told = events or tuple(group)
    started = next((event for event in told if event.kind is EventKind.RUN_STARTED), told[0])
    ended = next((event for event in told if event.kind is EventKind.RUN_ENDED), None)
    return Run(
        id=told[0].run,
        verb=plan.verb or started.detail,
        application="",
        environment="",
        release="",
        verdict=Verdict(ended.detail) if ended else Verdict.INTERRUPTED,
        started_at=started.at,
        ended_at=(ended or told[-1]).at,
        steps=tuple(_records(plan, events)),
        events=events,
        returns=plan.returns if plan.verb == ROLLBACK else (),
    )


def _records(plan: _Plan, events: Iterable[Event]) -> Iterator[StepRecord]:
    """In the order of the plan; what has no plan stands in the order in which it happened."""
    found = {
        step.id: StepRecord(id=step.id, status=StepStatus.WAITING, region=step.region, account=account)
        for step, account in zip(plan.steps, plan.accounts, strict=True)
    }
    for event in events:
        if not event.step:
            continue
        blank = StepRecord(id=event.step, status=StepStatus.WAITING, region=event.region, account=event.account)
        found[event.step] = _after(found.get(event.step, blank), event)
    yield from found.values()


def _after(record: StepRecord, event: Event) -> StepRecord:
    if event.kind is EventKind.STEP_STARTED:
        return replace(record, status=StepStatus.RUNNING, started_at=event.at)
    if event.kind in _ENDS:
        ended = replace(record, status=_ENDS[event.kind], ended_at=event.at, reason=event.detail)
        return with_failure(ended, event.data)
    return record


# -- what stands beside the run -----------------------------------------------------------------------------------


def _of_kind(events: Iterable[Event], kind: EventKind) -> Iterator[dict[str, str]]:
    return (dict(event.data) for event in events if event.kind is kind)


def _facts(events: Iterable[Event]) -> RunFacts:
    told = next((data["facts"] for data in _of_kind(events, EventKind.PLANNED) if "facts" in data), None)
    return RunFacts() if told is None else facts_of(told)


def _formers(events: Iterable[Event]) -> tuple[Former, ...]:
    told = next((data["before"] for data in _of_kind(events, EventKind.PLANNED) if "before" in data), None)
    return () if told is None else formers_of(told)


def _traffic(events: Iterable[Event]) -> tuple[tuple[TrafficRequest, ...], datetime | None]:
    """All parts told from the zero of the first."""
    zero: datetime | None = None
    found: list[TrafficRequest] = []
    for data in _of_kind(events, EventKind.TRAFFIC):
        began = _time(data["from"])
        zero = zero or began
        later = (began - zero).total_seconds()
        part = decode_requests(data["requests"])
        found += (replace(one, at=one.at + later) for one in part) if later else part
    return tuple(found), zero


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return at


def _planned(group: Iterable[Event]) -> _Plan | None:
    text = next((data["plan"] for data in _of_kind(group, EventKind.PLANNED) if "plan" in data), None)
    if text is None:
        return None
    told = json.loads(text)
    return _Plan(
        application=str(told["application"]),
        environment=str(told["environment"]),
        verb=str(told["verb"]),
        release=str(told["release"]),
        steps=tuple(_step(one) for one in told["steps"]),
        accounts=tuple(str(one["account"]) for one in told["steps"]),
        findings=tuple(_finding(one) for one in told["findings"]),
        proof=_proof(told["proof"], told["detection"]) if told.get("proof") else None,
        basis=tuple(sorted((str(item), str(value)) for item, value in told.get("basis", {}).items())),
        complete=bool(told.get("complete", True)),
        returns=tuple(_return(one) for one in told.get("returns", ())),
    )


def _return(told: dict[str, Any]) -> Return:
    return Return(
        layer=str(told["layer"]),
        region=str(told["region"]),
        release=str(told["release"]),
        cause=str(told["cause"]),
        accounts=_texts(told["accounts"]),
    )


def _step(told: dict[str, Any]) -> PlannedStep:
    return PlannedStep(
        id=str(told["id"]),
        reason=str(told["reason"]),
        plane=str(told["plane"]),
        home_region=str(told["home_region"]),
        region=str(told["region"]),
    )


def _finding(told: dict[str, Any]) -> Finding:
    return Finding(
        str(told["rule"]), Severity(told["severity"]), str(told["where"]), str(told["message"]), str(told["fix"])
    )


def _proof(told: dict[str, Any], arithmetic: dict[str, Any]) -> Proof:
    rows = tuple(
        ProofRow(_texts(row["dead"]), _texts(row["evacuated"]), _texts(row["answers"]), str(row["reason"]))
        for row in told["rows"]
    )
    return Proof(
        _texts(told["regions"]), rows, detection_of(arithmetic), int(arithmetic["objective_s"]), bool(told["complete"])
    )


def _texts(told: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(one) for one in told)
