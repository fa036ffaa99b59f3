"""Which steps decided how long a run took."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.core.critical_path import critical_path
from orchestrator.core.drill import Limits
from orchestrator.core.drill_actions import KeepLever, Watch
from orchestrator.core.levers import Lever, LeverKind, Position
from orchestrator.core.run import Run, StepRecord, StepStatus
from tests.report.samples import EMPTY, NOON, run, step

LEVER = Lever(kind=LeverKind.DRILL, region="us-east-1", place="us-west-2", namespace="sample")
KEEP = KeepLever(LEVER, Position.OUT, "hold")
WATCH = Watch((), "/health", "us-east-1", Limits(error_rate_percent=25, latency_ms=900, window_s=30), "hold")
# Step -> (needs, start, end in seconds; None: it never began).
Times = dict[str, tuple[str, float | None, float | None]]
KEEPING = {
    "take": ("", 0, 1),
    "keep": ("take", 1, 9),
    "hold": ("take", 1, 8),
    "back": ("keep hold", 9, 12),
}


def timed(times: Times, after_s: float = 0, lasted_s: float | None = None) -> Run:
    def at(seconds: float | None):
        return None if seconds is None else NOON + timedelta(seconds=after_s + seconds)

    records = [
        StepRecord(id=name, status=StepStatus.SUCCEEDED, started_at=at(begin), ended_at=at(end))
        for name, (_, begin, end) in times.items()
    ]
    lasted = max([end or 0 for _, _, end in times.values()], default=0) if lasted_s is None else lasted_s
    return replace(run(*records), started_at=at(0), ended_at=at(lasted))


def planned(times: Times):
    return replace(EMPTY, steps=tuple(step(name, *needs.split()) for name, (needs, _, _) in times.items()))


def chain(times: Times) -> list[str]:
    return [link.step for link in critical_path([(planned(times), timed(times))]).links]


@pytest.mark.parametrize(
    ("times", "steps"),
    [
        ({}, []),
        ({"only": ("", 0, 5)}, ["only"]),
        ({"a": ("", 0, 5), "b": ("", 0, 3)}, ["a"]),
        ({"a": ("", 0, 5), "b": ("", 0, 3), "c": ("a b", 5, 6)}, ["a", "c"]),
        ({"late": ("early", 2, 9), "early": ("", 0, 2)}, ["early", "late"]),
        ({"a": ("", 0, 5), "b": ("", 0, 5), "c": ("b a", 5, 6)}, ["b", "c"]),
        ({"long": ("", 0, 9), "a": ("", 0, 5), "b": ("a", 5, 6)}, ["long"]),
        ({"a": ("", 0, 5), "skipped": ("a", None, 5), "end": ("a skipped", 5, 6)}, ["a", "end"]),
        ({"a": ("", 0, 5), "waiting": ("a", None, None)}, ["a"]),
        ({"a": ("elsewhere", 0, 5)}, ["a"]),
    ],
)
def test_the_chain_follows_the_needs_that_ended_last(times, steps):
    assert chain(times) == steps


def test_the_run_is_as_long_as_its_chain_and_what_lies_between():
    times: Times = {"a": ("", 0, 4), "b": ("a", 5, 9)}

    found = critical_path([(planned(times), timed(times, lasted_s=12))])

    assert (found.length_s, found.makespan_s, found.ratio) == (8, 12, 1.5)
    assert [(link.starts_s, link.lasts_s) for link in found.links] == [(0, 4), (5, 4)]


def test_a_run_without_steps_is_as_fast_as_can_be():
    found = critical_path([(EMPTY, timed({}))])

    assert (found.links, found.length_s, found.ratio) == ((), 0, 1.0)
    assert critical_path([]) == found


def test_rounds_follow_each_other_on_one_clock():
    first: Times = {"a": ("", 0, 4)}
    second: Times = {"b": ("", 0, 3)}

    found = critical_path([(planned(first), timed(first)), (planned(second), timed(second, after_s=10))])

    assert [(link.step, link.starts_s) for link in found.links] == [("a", 0), ("b", 10)]
    assert found.makespan_s == 13


def test_places_are_those_of_the_step():
    plan = replace(EMPTY, steps=(step("a", region="us-east-1", account="111111111111"),))

    link = critical_path([(plan, timed({"a": ("", 0, 1)}))]).links[0]

    assert (link.region, link.account) == ("us-east-1", "111111111111")


@pytest.mark.parametrize("action", [KEEP, WATCH], ids=["keep", "watch"])
@pytest.mark.parametrize(
    ("status", "steps"),
    [(StepStatus.SUCCEEDED, ["take", "hold", "back"]), (StepStatus.FAILED, ["take", "keep", "back"])],
)
def test_what_lasts_as_long_as_others_decides_only_when_it_fails(action, status, steps):
    plan, done = planned(KEEPING), timed(KEEPING)
    plan = replace(plan, steps=tuple(replace(one, action=action) if one.id == "keep" else one for one in plan.steps))
    done = replace(done, steps=tuple(replace(one, status=status) if one.id == "keep" else one for one in done.steps))

    assert [link.step for link in critical_path([(plan, done)]).links] == steps
