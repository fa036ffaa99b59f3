"""Regions that flap: none takes users over, and none gets its own back, before several answers in a row agree."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from orchestrator.core.errors import Refused
from orchestrator.core.levers import LeverKind, Position, lever_of
from orchestrator.core.plan import Severity
from orchestrator.core.run import EventKind, StepStatus, Verdict
from orchestrator.ports import ProbeResult
from tests.flows.moves import move
from tests.flows.stage import Stage, reasons
from tests.sample_world import EAST, NAMES, OTHER, WEST, Sample, topology

COOL_DOWN_S = 20


class Flapping:
    """A probe in which one region's answers are good and bad in turn, beginning with `first`."""

    def __init__(self, inner, region, *, first):
        self._inner, self._region, self._good = inner, region, first

    def get(self, **question):
        found = self._inner.get(**question)
        if question["region"] != self._region:
            return found
        good, self._good = self._good, not self._good
        return found if good else replace(found, ok=False, status=503)


class Scripted:
    """A probe in which one region's answers are, in turn: good, bad, or lost; then all good. After `late` it hangs."""

    def __init__(self, inner, region, *answers, late=None):
        self._inner, self._region, self._answers, self._late = inner, region, list(answers), late

    def get(self, **question):
        found = self._inner.get(**question)
        if question["region"] != self._region:
            return found
        if not self._answers and self._late:
            self._late.wait()
        answer = self._answers.pop(0) if self._answers else "good"
        bad = {"bad": replace(found, ok=False, status=503), "lost": ProbeResult(False, 0, "", 1.0, "no answer")}
        return bad.get(answer, found)


def asked_by(undertaking, probe):
    """The same, asking through this probe."""
    ports = replace(undertaking.plane.ports, probe=probe)
    return replace(undertaking, plane=replace(undertaking.plane, ports=ports))


@pytest.fixture
def stage():
    return Stage(Sample(topology())).deployed()


def position(stage):
    lever = lever_of(stage.sample.topology, NAMES.prefix, EAST, LeverKind.EVACUATE)
    return stage.aws.ports.levers.positions((lever,))[lever]


def carried_out(undertaking, on_event=lambda event: None):
    return undertaking.carry_out(undertaking.plan(), on_event=on_event)


def step(run, name):
    return next(one for one in run.steps if one.id.startswith(name))


@pytest.mark.parametrize("first", [True, False], ids=["good first", "bad first"])
def test_users_are_not_sent_to_a_region_whose_two_answers_do_not_agree(stage, tmp_path, first):
    undertaking = move(stage, tmp_path, "failover", EAST)
    ports = replace(undertaking.plane.ports, probe=Flapping(stage.aws.ports.probe, WEST, first=first))
    undertaking = replace(undertaking, plane=replace(undertaking.plane, ports=ports))

    with pytest.raises(Refused, match="no other region is proven to answer"):
        carried_out(undertaking)
    assert position(stage) is Position.IN


@pytest.mark.parametrize(
    ("answers", "rules"),
    [
        (("good", "lost", "good"), []),
        (("lost", "good", "lost", "good"), []),
        (("good", "lost", "lost"), ["standby-answered-once"]),
        (("good", "lost", "bad"), ["standby-unproven"]),
    ],
)
def test_a_lost_second_answer_is_asked_for_again_and_silence_is_no_bad_answer(stage, tmp_path, answers, rules):
    probe = Scripted(stage.aws.ports.probe, WEST, *answers)

    plan = asked_by(move(stage, tmp_path, "failover", EAST), probe).plan()

    assert [one.rule for one in plan.findings] == rules
    assert bool(plan.steps) == ("standby-unproven" not in rules)


def test_a_region_whose_second_answer_is_late_takes_over_with_a_warning_once_patience_has_ended(stage, tmp_path):
    over = threading.Event()
    probe = Scripted(stage.aws.ports.probe, WEST, "good", late=over)

    plan = replace(asked_by(move(stage, tmp_path, "failover", EAST), probe), patience_s=2).plan()
    over.set()

    assert [(one.rule, one.severity) for one in plan.findings] == [("standby-answered-once", Severity.WARNING)]
    assert plan.steps


def test_a_region_gets_its_users_back_after_the_cool_down(stage, tmp_path):
    carried_out(move(stage, tmp_path, "failover", EAST))

    run = carried_out(move(stage, tmp_path, "failback", EAST))

    cooled = step(run, f"steady:{OTHER}")
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert (cooled.ended_at - cooled.started_at).total_seconds() == pytest.approx(COOL_DOWN_S, abs=1)
    assert step(run, "lever:").started_at >= cooled.ended_at


def test_a_region_that_falls_sick_during_its_cool_down_begins_it_anew(stage, tmp_path):
    carried_out(move(stage, tmp_path, "failover", EAST))
    clock, faults = stage.aws.clock, stage.aws.faults

    def sick_for_a_moment(event):
        if event.kind is EventKind.STEP_STARTED and event.step.startswith("steady:"):
            clock.schedule(clock.monotonic() + 15, lambda: faults.sick.add(EAST))
            clock.schedule(clock.monotonic() + 25, lambda: faults.sick.discard(EAST))

    run = carried_out(move(stage, tmp_path, "failback", EAST), sick_for_a_moment)

    cooled = step(run, f"steady:{OTHER}")
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert (cooled.ended_at - cooled.started_at).total_seconds() >= 25 + COOL_DOWN_S


def test_a_region_that_comes_and_goes_stays_out_and_force_takes_the_risk(stage, tmp_path):
    carried_out(move(stage, tmp_path, "failover", EAST))
    undertaking = move(stage, tmp_path, "failback", EAST)
    plan = undertaking.plan()
    flapping = Flapping(stage.aws.ports.probe, EAST, first=True)
    ports = replace(undertaking.plane.ports, probe=flapping)

    refused = replace(undertaking, plane=replace(undertaking.plane, ports=ports)).carry_out(
        plan, on_event=lambda event: None
    )
    stayed = position(stage)
    forced = carried_out(move(stage, tmp_path, "failback", EAST, force=True))

    assert refused.verdict is Verdict.FAILED
    assert "comes and goes" in step(refused, "steady:").reason
    assert step(refused, "lever:").status is StepStatus.SKIPPED
    assert stayed is Position.OUT
    assert forced.verdict is Verdict.SUCCEEDED, reasons(forced)
    assert position(stage) is Position.IN
