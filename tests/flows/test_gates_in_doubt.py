"""Standbys that could not take over, that flap, whose checkers or alarms cannot be believed at once: none passes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.gates import Gates
from orchestrator.core.run import EventKind, Verdict
from orchestrator.executor import Polling, execute
from orchestrator.ports import ProbeResult
from orchestrator.simulation import InlineWorkers
from tests.flows.gated import STANDBY, carried_out, failures, lasted, released, ringing, sick, stage_with
from tests.flows.stage import reasons
from tests.sample_world import EAST, OTHER, WEST


class _Answering:
    """A probe to which the standby gives one answer."""

    def __init__(self, inner, answer):
        self._inner, self._answer = inner, answer

    def get(self, **question):
        return self._answer if question["region"] == WEST else self._inner.get(**question)


POOR_STANDBYS = {
    "without code": ProbeResult(False, 404, '{"message": "Not Found"}', 0.02),
    "without capacity": ProbeResult(False, 429, '{"message": "Too Many Requests"}', 0.02),
    "without its secret": ProbeResult(False, 500, '{"error": "AccessDenied"}', 0.02),
    "with an older release": ProbeResult(True, 200, '{"release": "0123456789ab"}', 0.02),
    "with a bad certificate": ProbeResult(False, 0, "", 0.02, "certificate error"),
    "that hangs": ProbeResult(False, 0, "", 4.0, "no answer in time"),
}


@pytest.mark.parametrize("answer", POOR_STANDBYS.values(), ids=POOR_STANDBYS)
def test_a_standby_that_could_not_take_over_does_not_pass(answer):
    stage = stage_with(Gates())
    before = released(stage, EAST)

    run = carried_out(stage, probe=_Answering(stage.aws.ports.probe, answer))

    assert set(failures(run)) == {f"gate:{OTHER}:{WEST}"}
    assert released(stage, EAST) == before


# -- flapping, and checks that are always green ---------------------------------------------------------------------


class _EveryOther:
    """A probe whose every other answer is bad."""

    def __init__(self, inner):
        self._inner, self._asked = inner, 0

    def get(self, **question):
        self._asked += 1
        found = self._inner.get(**question)
        return found if self._asked % 2 else replace(found, ok=False, status=503)


@pytest.mark.parametrize(("probes", "passes"), [(1, True), (2, False), (3, False)])
def test_a_region_that_answers_every_other_time_passes_only_where_one_answer_is_enough(probes, passes):
    stage = stage_with(Gates(probes=probes, interval_s=5))
    before = released(stage, EAST)

    run = carried_out(stage, probe=_EveryOther(stage.aws.ports.probe))

    assert (run.verdict is Verdict.SUCCEEDED) is passes
    assert (released(stage, EAST) != before) is passes
    assert set(failures(run)) == (set() if passes else {f"gate:{OTHER}:{WEST}"})


def test_a_bad_answer_makes_the_probes_begin_anew():
    stage = stage_with(Gates(probes=3, interval_s=5))
    stage.aws.faults.sick.add(WEST)
    clock, faults = stage.aws.clock, stage.aws.faults
    plan = stage.plan()

    def heal_twice(event):
        stage.events.append(event)
        if event.kind is EventKind.STEP_STARTED and event.step == f"gate:{OTHER}:{WEST}":
            at = clock.monotonic()
            # Good at 5 and 10 s, bad at 15, good from 20 on: three in a row are there at 30 s.
            for after, heal in ((3, True), (12, False), (17, True)):
                change = faults.sick.discard if heal else faults.sick.add
                clock.schedule(at + after, lambda change=change: change(WEST))

    run = execute(plan, stage.aws.ports, run="run-9", emit=heal_twice, polling=Polling(), workers=InlineWorkers()).run

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert lasted(run, f"gate:{OTHER}:{WEST}") == pytest.approx(30, abs=0.5)


def test_checkers_that_change_their_minds_do_not_let_a_region_pass():
    stage = stage_with(Gates(probes=1, health_check=True))
    before = released(stage, EAST)
    health = iter(range(1000))
    dns = _Flapping(stage.aws.ports.dns, lambda: next(health) % 2 == 0)

    run = carried_out(stage, dns=dns)

    assert set(failures(run)) == {f"gate-health:{OTHER}:{WEST}"}
    assert released(stage, EAST) == before


class _Flapping:
    def __init__(self, inner, health):
        self._inner, self._health = inner, health

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def health(self, _check_id):
        return self._health()


def test_checks_that_are_always_green_do_not_let_a_sick_region_pass():
    stage = stage_with(Gates(health_check=True))
    before = released(stage, EAST)
    sick(stage)

    run = carried_out(stage, dns=_Flapping(stage.aws.ports.dns, lambda: True))

    assert set(failures(run)) == {f"gate:{OTHER}:{WEST}"}
    assert released(stage, EAST) == before


def test_a_check_that_nobody_has_observed_yet_is_waited_for():
    stage = stage_with(Gates(health_check=True), deadline_s=40)
    seen = iter([None, None, None])

    run = carried_out(stage, dns=_Flapping(stage.aws.ports.dns, lambda: next(seen, True)))

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert any("have not observed it yet" in one.detail for one in stage.events)


# -- bakes ----------------------------------------------------------------------------------------------------------


def test_an_alarm_of_the_release_before_may_calm_down_first():
    stage = stage_with(Gates(alarms=("errors",), bake_s=60))
    ringing(stage)
    stage.aws.clock.schedule(stage.aws.clock.monotonic() + 200, stage.aws.alarms.ringing.clear)

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert lasted(run, f"gate-alarms:{OTHER}:{WEST}") > 120


def test_an_alarm_that_came_and_went_between_two_looks_makes_the_bake_begin_anew():
    stage = stage_with(Gates(alarms=("errors",), bake_s=60))
    clock, alarms = stage.aws.clock, stage.aws.alarms

    def flicker(event):
        stage.events.append(event)
        if event.kind is EventKind.STEP_STARTED and event.step == f"gate-alarms:{OTHER}:{WEST}":
            clock.schedule(clock.monotonic() + 20, lambda: alarms.since.update({(*STANDBY, "errors"): "later"}))

    run = execute(
        stage.plan(), stage.aws.ports, run="run-9", emit=flicker, polling=Polling(), workers=InlineWorkers()
    ).run

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert lasted(run, f"gate-alarms:{OTHER}:{WEST}") == pytest.approx(90, abs=1)
