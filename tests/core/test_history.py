"""A run read from its events is the run that happened."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.core.history import history
from orchestrator.core.run import Event, EventKind, StepStatus, Verdict, has_ended
from orchestrator.core.run_report import RunFacts
from tests.report.drill_runs import (
    ANSWER,
    FINDING,
    KILLED,
    OLD,
    OUTAGE,
    OUTAGE_STEPS,
    OUTAGE_USERS,
    PASSED,
    PROOF,
    Told,
    at,
    events_of,
)
from tests.report.samples import NOON, PRIMARY


def test_run_plan_facts_and_users_come_from_the_journal() -> None:
    told = history(PASSED)

    assert (told.run.verb, told.run.application, told.run.environment) == ("drill", "sample", "production")
    assert (told.run.verdict, told.run.ended_at) == (Verdict.SUCCEEDED, at(150.3))
    assert [step.id for step in told.run.steps] == [name for name, *_ in OUTAGE_STEPS]
    assert told.run.steps[1].reason == "us-east-1 refuses its users"
    assert (told.facts, told.findings, told.proof) == (OUTAGE, (FINDING,), PROOF)
    assert (told.requests, told.traffic_from) == (OUTAGE_USERS, at(-2))
    assert (told.steps[0].id, told.steps[0].plane) == ("note:begin", "data")
    assert {event.kind for event in told.run.events}.isdisjoint({EventKind.PLANNED, EventKind.TRAFFIC})


def test_a_killed_run_was_interrupted_and_its_steps_stand_where_they_stood() -> None:
    told = history(KILLED).run

    assert told.verdict is Verdict.INTERRUPTED
    assert told.ended_at == max(event.at for event in KILLED)
    assert [step.status.value for step in told.steps[:4]] == ["succeeded", "succeeded", "waiting", "running"]


def test_a_run_that_died_before_its_first_step_has_all_of_them_waiting() -> None:
    told = history(PASSED[:1]).run

    assert {step.status for step in told.steps} == {StepStatus.WAITING}
    assert (told.verdict, told.started_at) == (Verdict.INTERRUPTED, NOON)
    assert told.steps[0].region == PRIMARY


def test_an_older_journal_without_a_plan_tells_its_steps() -> None:
    told = history(OLD)

    assert (told.run.verb, told.run.application, told.facts) == ("failover", "", RunFacts())
    assert [step.id for step in told.run.steps][-1] == ANSWER
    assert (told.steps, told.findings, told.proof, told.traffic_from) == ((), (), None, None)


@pytest.mark.parametrize("second", [PASSED, OLD], ids=["with a plan", "without"])
def test_rounds_are_joined_and_later_records_replace_earlier_ones(second: tuple[Event, ...]) -> None:
    first = list(events_of([("records", 0, 1, EventKind.STEP_FAILED, "no")], ended=(1, "failed")))

    told = history([*first, *second]).run

    assert told.steps[0].id == "records"
    assert len(told.steps) > 3
    assert (told.started_at, told.verdict, told.application) == (NOON, Verdict.SUCCEEDED, "sample")


def _round(steps: Sequence[Told], ended: tuple[float, str] | None, **plan: object) -> list[Event]:
    """One round of a deployment; `plan` changes keys of its plan."""
    events = list(events_of(steps, verb="deploy", ended=ended))
    told = json.loads(dict(events[0].data)["plan"]) | plan
    data = dict(events[0].data) | {"plan": json.dumps(told)}
    return [replace(events[0], data=tuple(data.items())), *events[1:]]


BROKEN_OFF = [
    ("done", 0, 1, EventKind.STEP_SUCCEEDED, "proven"),
    ("failing", 1, 2, EventKind.STEP_FAILED, "no"),
    ("open", 2, None, EventKind.STEP_SUCCEEDED, ""),
    ("skipped", 3, 3, EventKind.STEP_SKIPPED, "interrupted before it began"),
]


@pytest.mark.parametrize("verdict", ["succeeded", "nothing-to-do"])
def test_what_a_broken_round_left_open_was_found_done_when_a_later_one_succeeded(verdict: str) -> None:
    later = _round([("later", 5, 6, EventKind.STEP_SUCCEEDED, "proven")], (6, verdict))

    told = history([*_round(BROKEN_OFF, None), *later]).run

    assert {step.id: step.status for step in told.steps} == dict.fromkeys(
        ("done", "failing", "open", "later"), StepStatus.SUCCEEDED
    )
    assert {step.id: step.reason for step in told.steps} == {
        "done": "proven",
        "failing": "failed when the run was broken off, and was done when it went on",
        "open": "was under way when the run was broken off, and was done when it went on",
        "later": "proven",
    }


def test_what_a_broken_round_left_open_stays_so_while_no_later_one_succeeds() -> None:
    later = _round([("later", 5, 6, EventKind.STEP_FAILED, "no")], (6, "failed"))

    told = history([*_round(BROKEN_OFF, None), *later]).run

    assert [step.status.value for step in told.steps] == ["succeeded", "failed", "running", "skipped", "failed"]


DONE_STEP = [("done", 0, 1, EventKind.STEP_SUCCEEDED, "proven")]


def test_a_round_that_was_not_the_whole_truth_is_not_the_end_of_a_run() -> None:
    assert history(_round(DONE_STEP, (1, "succeeded"))).run.verdict is Verdict.SUCCEEDED
    assert history(_round(DONE_STEP, (1, "succeeded"), complete=False)).run.verdict is Verdict.INTERRUPTED
    assert history(_round(DONE_STEP, (1, "failed"), complete=False)).run.verdict is Verdict.FAILED


def test_a_round_under_which_the_world_changed_is_not_the_end_of_a_run() -> None:
    *events, ended = _round(DONE_STEP, (1, "succeeded"))

    assert history([*events, replace(ended, data=(("replan", "true"),))]).run.verdict is Verdict.INTERRUPTED


def test_a_last_look_that_found_nothing_to_do_is_the_end_of_a_run() -> None:
    look = _round([], None)[0]

    told = history([*_round(DONE_STEP, (1, "succeeded"), complete=False), look]).run

    assert (told.verdict, told.ended_at) == (Verdict.SUCCEEDED, at(1))
    assert [step.id for step in told.steps] == ["done"]


def test_the_basis_is_that_of_the_last_plan() -> None:
    rounds = [_round(DONE_STEP, (1, "succeeded"), basis={"code app": number}) for number in ("1", "2")]

    assert history([*rounds[0], *rounds[1]]).basis == (("code app", "2"),)


def test_parts_of_the_traffic_are_told_from_the_zero_of_the_first() -> None:
    traffic = next(event for event in PASSED if event.kind is EventKind.TRAFFIC)
    later = dict(traffic.data) | {"from": (at(-2) + timedelta(seconds=10)).isoformat()}

    told = history([*PASSED, replace(traffic, data=tuple(later.items()))])

    assert told.requests[len(OUTAGE_USERS)].at == OUTAGE_USERS[0].at + 10
    assert told.traffic_from == at(-2)


def test_progress_and_words_of_the_run_change_no_step() -> None:
    progress = Event(at=at(1), run="r", kind=EventKind.STEP_PROGRESS, step="agree", detail="waiting")

    assert history([*PASSED, progress]).run.steps == history(PASSED).run.steps


def test_a_plan_without_facts_has_default_facts() -> None:
    bare = replace(PASSED[0], data=PASSED[0].data[:1])

    assert history([bare, *PASSED[1:]]).facts == RunFacts()


def _with(kind: EventKind, key: str, text: str) -> list[Event]:
    return [
        replace(event, data=tuple((dict(event.data) | {key: text}).items())) if event.kind is kind else event
        for event in PASSED
    ]


@pytest.mark.parametrize(
    "events",
    [
        [],
        _with(EventKind.PLANNED, "plan", "{}"),
        _with(EventKind.PLANNED, "plan", "[" * 5 + "]" * 5),
        _with(EventKind.PLANNED, "plan", "[" * 100_000),
        _with(EventKind.PLANNED, "facts", "{}"),
        _with(EventKind.TRAFFIC, "requests", "{}"),
        _with(EventKind.TRAFFIC, "from", "2026-01-01T00:00:00"),
        [replace(event, detail="odd") for event in PASSED],
    ],
    ids=["nothing", "no plan", "a list", "deep", "no facts", "no requests", "no zone", "odd verdict"],
)
def test_nonsense_is_refused_with_words(events: list[Event]) -> None:
    with pytest.raises(ValueError, match=r"read|tells|not|odd|zone"):
        history(events)


@pytest.mark.parametrize(
    ("kinds", "ended"),
    [
        ((), False),
        ((EventKind.PLANNED,), False),
        ((EventKind.RUN_STARTED, EventKind.STEP_FAILED), False),
        ((EventKind.RUN_STARTED, EventKind.RUN_ENDED, EventKind.TRAFFIC), True),
        ((EventKind.RUN_STARTED, EventKind.RUN_ENDED, EventKind.RUN_STARTED), False),
    ],
)
def test_a_run_has_ended_when_its_last_round_has(kinds: tuple[EventKind, ...], ended: bool) -> None:
    assert has_ended([replace(PASSED[0], kind=kind) for kind in kinds]) is ended
