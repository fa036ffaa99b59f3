"""A release goes wave by wave: what breaks in the canary's accounts never reaches the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.errors import OperationInProgress
from orchestrator.core.fan_out import FanOut, Share
from orchestrator.core.names import TAG_RELEASE
from orchestrator.core.run import EventKind, StepStatus, Verdict
from orchestrator.simulation import Death
from tests.flows.stage import Stage, reasons
from tests.flows.test_faults import picture
from tests.sample_world import (
    EAST,
    FAR_UNIT,
    HOME,
    OTHER,
    SOUTH,
    THIRD,
    UNIT,
    WEST,
    Sample,
    in_waves,
    infra_body,
    topology,
)

THREE_ACCOUNTS = topology(accounts=(HOME, OTHER, THIRD))
CANARY = Sample(in_waves(THREE_ACCOUNTS, canary=(OTHER,)))
NEXT = "second"


def at(stage, run, kind):
    return {event.step: event.at for event in stage.events if event.run == run.id and event.kind is kind}


def releases(stage):
    """Account and region -> the release that the function there has."""
    return {
        (stack.account, stack.region): dict(stack.tags)[TAG_RELEASE]
        for stack, _ in stage.aws.stacks.all()
        if "-compute" in stack.name
    }


def released(stage):
    """The places that run what the sample is now."""
    wanted = stage.sample.inputs.release
    return {place for place, release in releases(stage).items() if release == wanted}


def test_the_canary_answers_in_all_regions_before_anybody_else_is_touched():
    stage = Stage(CANARY).deployed()
    stage.sample = stage.sample.edited(code=NEXT)

    run = stage.do("deploy")

    began, ended = at(stage, run, EventKind.STEP_STARTED), at(stage, run, EventKind.STEP_SUCCEEDED)
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert ended[f"gate:{OTHER}:{WEST}"] <= began[f"update:compute:{EAST}:canary"]
    assert ended[f"gate:{OTHER}:{EAST}"] <= began[f"update:compute:{WEST}:rest"]
    assert ended[f"gate:{HOME}:{WEST}"] <= began[f"update:compute:{EAST}:rest"]
    assert stage.plan().is_empty


def test_what_fails_for_the_canary_reaches_nobody_else_and_no_record():
    stage = Stage(CANARY).deployed()
    stage.sample = stage.sample.edited(code=NEXT)
    stage.aws.faults.broken[("compute", OTHER, WEST)] = "not with this code"
    before, records = releases(stage), set(stage.aws.dns.contents)

    run = stage.do("deploy")

    skipped = {step.id for step in run.steps if step.status is StepStatus.SKIPPED}
    assert run.verdict is Verdict.FAILED
    assert {f"update:compute:{EAST}:canary", f"update:compute:{WEST}:rest", f"update:compute:{EAST}:rest"} <= skipped
    assert releases(stage) == before
    assert set(stage.aws.dns.contents) == records


def test_after_the_cause_is_mended_the_same_command_goes_on_with_the_rest():
    stage = Stage(CANARY).deployed()
    stage.sample = stage.sample.edited(code=NEXT)
    stage.aws.faults.broken[("compute", OTHER, EAST)] = "not in the east"
    stage.do("deploy")
    assert released(stage) == {(OTHER, WEST)}
    stage.aws.faults.broken.clear()

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert f"update:compute:{WEST}:canary" not in {step.id for step in run.steps}
    assert len(released(stage)) == 6
    assert stage.plan().is_empty


def test_a_tolerated_failure_is_a_failure_and_no_later_region_is_touched():
    fan_out = FanOut(concurrency=Share(1), tolerance=Share(1))
    sample = Sample(replace(THREE_ACCOUNTS, rollout=replace(THREE_ACCOUNTS.rollout, fan_out=fan_out)))
    stage = Stage(sample).deployed()
    stage.sample = stage.sample.edited(code=NEXT)
    stage.aws.faults.broken[("compute", HOME, WEST)] = "not for this account"

    run = stage.do("deploy")

    assert run.verdict is Verdict.FAILED
    assert "ended SUCCEEDED" in reasons(run)[f"update:compute:{WEST}"]
    assert released(stage) == {(OTHER, WEST), (THIRD, WEST)}
    assert f"update:compute:{EAST}" in {step.id for step in run.steps if step.status is StepStatus.SKIPPED}


def test_without_tolerance_those_who_wait_are_not_begun():
    fan_out = FanOut(concurrency=Share(1))
    sample = Sample(replace(THREE_ACCOUNTS, rollout=replace(THREE_ACCOUNTS.rollout, fan_out=fan_out)))
    stage = Stage(sample).deployed()
    stage.sample = stage.sample.edited(code=NEXT)
    stage.aws.faults.broken[("compute", OTHER, WEST)] = "not for this account"

    stage.do("deploy")

    assert released(stage) == {(HOME, WEST)}


def test_units_go_wave_by_wave():
    stage = Stage(Sample(in_waves(topology(units=(UNIT, FAR_UNIT)), canary=(FAR_UNIT,)))).deployed()
    stage.sample = stage.sample.edited(code=NEXT)
    stage.aws.faults.broken[("compute", THIRD, EAST)] = "not in the east"

    broken = stage.do("deploy")
    halfway = released(stage)
    stage.aws.faults.broken.clear()
    mended = stage.do("deploy")

    assert broken.verdict is Verdict.FAILED
    assert halfway == {(THIRD, WEST)}
    assert mended.verdict is Verdict.SUCCEEDED, reasons(mended)
    assert released(stage) == {(account, region) for account in (OTHER, THIRD) for region in (WEST, EAST)}
    assert stage.plan().is_empty


def both_layers():
    stage = Stage(CANARY).deployed()
    stage.sample = stage.sample.edited(code=NEXT, infra=infra_body(note="new"))
    return stage


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_death_in_any_wave_is_made_good_and_never_lets_the_rest_go_first(moment):
    smooth = both_layers()
    before = len(smooth.aws.gate.mutations())
    smooth.do("deploy")
    end = picture(smooth)

    for number in range(before + 1, len(smooth.aws.gate.mutations()) + 1):
        stage = both_layers()
        setattr(stage.aws.faults, f"die_{moment}", number)
        with pytest.raises(Death):
            stage.do("deploy")
        halfway = released(stage)
        setattr(stage.aws.faults, f"die_{moment}", 0)
        run = stage.do("deploy")

        assert run.verdict is Verdict.SUCCEEDED, reasons(run)
        assert picture(stage) == end
        assert halfway <= {(OTHER, WEST), (OTHER, EAST)} or {(OTHER, WEST), (OTHER, EAST)} <= halfway


def test_new_infra_of_all_regions_is_made_at_the_same_time():
    stage = Stage(Sample(topology(EAST, WEST, SOUTH)))
    stage.do("bootstrap")

    run = stage.do("deploy")

    infra = [f"instances:infra:{region}" for region in (EAST, WEST, SOUTH)]
    began, ended = at(stage, run, EventKind.STEP_STARTED), at(stage, run, EventKind.STEP_SUCCEEDED)
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert max(began[one] for one in infra) < min(ended[one] for one in infra)
    assert ended[f"gate:{OTHER}:{SOUTH}"] <= began[f"instances:compute:{WEST}"]


def test_where_stack_sets_runs_one_operation_at_a_time_the_others_wait_their_turn():
    stage = Stage(Sample(topology(EAST, WEST, SOUTH)))
    stage.do("bootstrap")
    stage.aws.faults.refuse["StackSets.create_instances"] = [OperationInProgress("made before, one at a time")] * 8

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.plan().is_empty


def test_an_infra_that_cannot_be_made_costs_its_own_region_only():
    stage = Stage(Sample(topology(EAST, WEST, SOUTH)))
    stage.do("bootstrap")
    stage.aws.faults.broken[("infra", OTHER, EAST)] = "no quota here"

    run = stage.do("deploy")

    done = {step.id for step in run.steps if step.status is StepStatus.SUCCEEDED}
    assert run.verdict is Verdict.FAILED
    assert {f"gate:{OTHER}:{SOUTH}", f"gate:{OTHER}:{WEST}"} <= done
    assert not {f"instances:compute:{EAST}", "records"} & done


def test_a_region_that_goes_is_drained_for_the_time_that_resolvers_keep_answers():
    stage = Stage(Sample(topology(EAST, WEST, SOUTH))).deployed()
    stage.sample = stage.sample.edited(topology=topology(EAST, WEST))

    run = stage.do("deploy")

    began, ended = at(stage, run, EventKind.STEP_STARTED), at(stage, run, EventKind.STEP_SUCCEEDED)
    waited = (began[f"delete:compute:{SOUTH}"] - ended["records"]).total_seconds()
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert waited >= 60


def test_a_region_goes_by_calls_in_one_order():
    stage = Stage(Sample(topology(EAST, WEST, SOUTH))).deployed()
    stage.sample = stage.sample.edited(topology=topology(EAST, WEST))
    before = len(stage.aws.gate.calls)

    stage.do("deploy")

    calls = [call.name for call in stage.aws.gate.calls[before:]]
    written, gone = calls.index("Dns.change"), calls.index("StackSets.delete_instances")
    in_sync = written + calls[written:].index("Dns.in_sync")
    unchecked = [place for place, name in enumerate(calls) if name == "Dns.delete_health_check"]
    assert written < in_sync < min(unchecked) < gone
    assert calls.count("StackSets.delete_instances") == 3
    assert "Dns.change" not in calls[gone:]
