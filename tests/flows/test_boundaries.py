"""One thing goes wrong, at every call and every event of every scenario: it is made good, and all invariants hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.errors import ExitCode
from orchestrator.core.run import Verdict
from orchestrator.simulation import Death
from tests.flows.stage import Stage, reasons
from tests.invariants import i2_somebody_serves_at_any_moment, i7_drills_leave_no_trace, violations
from tests.mischief import Fault, Kind
from tests.scenarios import FIRST, SCENARIOS, SECOND, abandoned, boundaries, play, smooth

NAMES = [one.name for one in SCENARIOS]
DRILLS = [one for one in SCENARIOS if one.name.startswith("drill")]
ROLLBACKS = [one for one in SCENARIOS if one.goes_back]
# A datum of a lever counts for minutes; an outage ends by itself after the longest that the drill may take.
FORGOTTEN_S = {"drill-switch": 5 * 60.0, "drill-outage": 40 * 60.0}


def broken(ends):
    """Each fault that violated something, with what."""
    return {str(fault): found for fault, end in ends if (found := violations(end))}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=NAMES)
def test_nothing_is_violated_where_nothing_goes_wrong(scenario):
    assert violations(play(scenario)) == []
    assert smooth(scenario).calls > 0


@pytest.mark.parametrize("kind", [Kind.DIE_BEFORE, Kind.DIE_AFTER, Kind.LOSE_REQUEST, Kind.LOSE_ANSWER])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=NAMES)
def test_one_fault_at_any_call_is_made_good_by_the_same_commands(scenario, kind):
    assert broken((fault, play(scenario, [fault])) for fault in boundaries(scenario, [kind])) == {}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=NAMES)
def test_a_death_at_any_event_is_made_good_by_the_run_that_goes_on(scenario):
    """Its last line is torn: the event was told and half of it written."""
    faults = boundaries(scenario, [Kind.TEAR_EVENT])

    assert broken((fault, play(scenario, [fault], resume=True)) for fault in faults) == {}


@pytest.mark.parametrize("scenario", ROLLBACKS, ids=lambda one: one.name)
def test_a_rollback_that_dies_at_any_call_is_made_good_by_the_run_that_goes_on(scenario):
    faults = boundaries(scenario, [Kind.DIE_AFTER])

    assert broken((fault, play(scenario, [fault], resume=True)) for fault in faults) == {}


@pytest.mark.parametrize("scenario", ROLLBACKS, ids=lambda one: one.name)
def test_what_fails_goes_back_before_its_run_ends(scenario):
    end = play(scenario)

    failed, mended = end.commands
    was, wanted = FIRST.inputs.release, SECOND.inputs.release
    assert failed.exit_code is ExitCode.FAILED
    assert set(failed.runs.values()) == {was}
    assert failed.run.rollback.left == ()
    assert set(mended.runs.values()) == {wanted}


@pytest.mark.parametrize("scenario", DRILLS, ids=lambda one: one.name)
def test_a_drill_that_dies_at_any_call_ends_by_itself(scenario):
    for fault in boundaries(scenario, [Kind.DIE_BEFORE, Kind.DIE_AFTER]):
        end = abandoned(scenario, [fault], rest_s=FORGOTTEN_S[scenario.name])

        assert end.commands[-1].exit_code is None
        assert [*i2_somebody_serves_at_any_moment(end), *i7_drills_leave_no_trace(end)] == [], str(fault)


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
@pytest.mark.parametrize("scenario", DRILLS, ids=lambda one: one.name)
def test_ctrl_c_at_any_event_puts_everything_back_before_the_drill_ends(scenario, times):
    for number in range(1, smooth(scenario).events + 1):
        end = abandoned(scenario, [Fault(Kind.PRESS_AT_EVENT, number, times=times)], rest_s=0.0)

        assert end.commands[-1].exit_code is not None
        assert [*i2_somebody_serves_at_any_moment(end), *i7_drills_leave_no_trace(end)] == [], number


@pytest.mark.parametrize("call", ["StackSets.create", "StackSets.create_instances"])
def test_a_template_edited_after_a_death_is_the_one_that_is_deployed(call):
    stage = Stage(FIRST)
    stage.do("bootstrap")
    calls = len(stage.aws.gate.mutations())
    names = [one.name for one in Stage(FIRST).deployed().aws.gate.mutations()]
    stage.aws.faults.die_after = names.index(call, calls) + 1
    with pytest.raises(Death):
        stage.do("deploy")
    stage.sample = SECOND

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.plan().is_empty


def test_what_is_violated_is_named():
    """The invariants are not blind: an end that is not as it should be is told."""
    end = play(SCENARIOS[1])

    found = violations(replace(end, ends={}))

    assert found == ["I5: the last command ended well, and the world is not as it should be"]
