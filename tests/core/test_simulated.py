"""What a simulated deployment says: durations, releases left behind, which losses are tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.core.gate_actions import InvokeFunction
from orchestrator.core.run import StepRecord, StepStatus
from orchestrator.core.simulated import (
    DeploySimulation,
    Expected,
    ReleaseSeen,
    Rollout,
    Round,
    expected,
    loss_cases,
    problem_of,
    release_seen,
)
from tests.report.samples import ACCOUNTS, EMPTY, FAILED_RUN, NOON, run, step

OLD, NEW, MIXED, UNKNOWN = ReleaseSeen.OLD, ReleaseSeen.NEW, ReleaseSeen.MIXED, ReleaseSeen.UNKNOWN
REGIONS = ("us-east-1", "us-west-2")
ONE, TWO = ACCOUNTS


@pytest.mark.parametrize(
    ("releases", "seen"),
    [
        (["a", "a"], OLD),
        (["b"], NEW),
        (["a", "b"], MIXED),
        (["a", ""], UNKNOWN),
        (["b", "c"], UNKNOWN),
        ([], UNKNOWN),
    ],
)
def test_a_region_runs_what_all_its_accounts_run(releases, seen):
    assert release_seen(releases, old="a", new="b") is seen


@pytest.mark.parametrize(
    ("seconds", "failures", "told"),
    [
        ([3, 1, 2], [], Expected(tries=3, median_s=2, worst_s=3)),
        ([4, 1], ["x: late"], Expected(tries=3, median_s=2.5, worst_s=4, failures=("x: late",))),
        ([], ["x: late"], Expected(tries=1, median_s=None, worst_s=None, failures=("x: late",))),
    ],
)
def test_the_expected_duration_is_that_of_the_tries_that_succeeded(seconds, failures, told):
    assert expected(seconds, failures) == told


def begun(*steps):
    """A round whose steps began one second after another, the last in the plan first; `-` ones never began."""
    records = [
        StepRecord(
            id=one.id,
            status=StepStatus.SUCCEEDED,
            started_at=None if one.id.startswith("-") else NOON + timedelta(seconds=len(steps) - place),
        )
        for place, one in enumerate(steps)
    ]
    return Round(replace(EMPTY, steps=steps), run(*records))


def cases(*steps, most=99):
    return loss_cases([begun(*steps)], REGIONS, most=most)


def test_every_step_that_began_is_tried_with_every_region_in_order_of_time():
    found = cases(step("b"), step("-never"), step("a"))

    assert found.cases == (("a", REGIONS[0]), ("a", REGIONS[1]), ("b", REGIONS[0]), ("b", REGIONS[1]))
    assert found.left_out == 0


def test_equal_steps_of_several_accounts_are_one():
    gates = [step(f"gate:{account}:us-west-2", account=account) for account in (ONE, TWO)]

    assert {one for one, _ in cases(*gates).cases} == {f"gate:{TWO}:us-west-2"}


def test_of_too_many_steps_the_first_of_each_phase_is_tried():
    steps = [step(f"replica:{name}:{region}", region=region) for name in "dcba" for region in REGIONS]

    found = cases(step("records"), *steps, most=6)

    tried = list(dict.fromkeys(one for one, _ in found.cases))
    assert tried == ["replica:a:us-west-2", "replica:a:us-east-1", "records"]
    assert found.left_out == 2 * 9 - 6


def test_no_more_is_tried_than_there_is_time_for():
    found = cases(step("a:1"), step("b:1"), most=3)

    assert (len(found.cases), found.left_out) == (3, 1)


def test_a_problem_is_the_first_step_that_failed():
    assert problem_of([Round(EMPTY, run()), Round(EMPTY, FAILED_RUN)]).startswith("update:compute:us-west-2: Function")
    assert problem_of([Round(EMPTY, run())]) == ""


def test_the_gates_that_a_user_brought_are_known_as_not_run():
    asked = replace(step("gate-function:x"), action=InvokeFunction(ONE, REGIONS[0], "judge", "{}"))

    plain, guarded = (
        DeploySimulation(
            application="sample",
            environment="production",
            regions=REGIONS,
            accounts=ACCOUNTS,
            accounts_in_all=2,
            seed=0,
            durations=(),
            spread=0.4,
            rollouts=(Rollout(name="release", rounds=(begun(*steps),), expected=expected([1], [])),),
        )
        for steps in ((step("a"),), (step("a"), asked))
    )

    assert plain.not_run == ()
    assert guarded.not_run == ("gates.function",)


@pytest.mark.parametrize(("done", "succeeded"), [(run(), True), (FAILED_RUN, False)])
def test_a_simulation_succeeds_when_nothing_failed_that_was_not_made_to_fail(done, succeeded):
    rollout = Rollout(name="release", rounds=(Round(EMPTY, done),), expected=expected([1], []))
    found = DeploySimulation(
        application="sample",
        environment="production",
        regions=REGIONS,
        accounts=ACCOUNTS,
        accounts_in_all=2,
        seed=0,
        durations=(),
        spread=0.4,
        rollouts=(rollout,),
    )

    assert found.succeeded is succeeded
    assert rollout.path.makespan_s == 75
