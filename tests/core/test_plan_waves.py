"""Waves: a canary goes through all regions, and answers there, before anybody else is touched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.fan_out import ConcurrencyMode, FanOut, Share
from orchestrator.core.plan import Severity
from orchestrator.core.planning.failure_leaves import left_behind
from orchestrator.core.planning.finish import moved
from orchestrator.core.state import Operation, OperationStatus, Targets
from tests.core.landed import Bent, landed, plan, step_ids
from tests.sample_world import (
    EAST,
    FAR_UNIT,
    HOME,
    OTHER,
    SOUTH,
    THIRD,
    TWO_ACCOUNTS,
    UNIT,
    WEST,
    Sample,
    compute_body,
    in_waves,
    infra_body,
    topology,
)

PLAIN = topology(accounts=(HOME, OTHER, THIRD))
SAMPLE = Sample(in_waves(PLAIN, canary=(OTHER,)))
LANDED = landed(SAMPLE)
RELEASE = SAMPLE.edited(compute=compute_body(memory=512))
UNITS = Sample(in_waves(topology(units=(UNIT, FAR_UNIT)), canary=(FAR_UNIT,)))


def waited_for(made, step_id):
    """Everything that must be done before a step begins."""
    needs = {step.id: step.needs for step in made.steps}
    found, todo = set(), [step_id]
    while todo:
        for need in needs[todo.pop()]:
            if need not in found:
                found.add(need)
                todo.append(need)
    return found


def gates(*accounts):
    return {f"gate:{account}:{region}" for account in accounts for region in (WEST, EAST)}


def stack_steps(made):
    return [one for one in step_ids(made) if ":infra:" in one or ":compute:" in one]


def in_order(kind, layer, *waves):
    return [f"{kind}:{layer}:{region}:{wave}" for wave in waves for region in (WEST, EAST)]


TABLE = {
    "everything as desired": (SAMPLE, LANDED, []),
    "a release": (RELEASE, LANDED, in_order("update", "compute", "canary", "rest")),
    "the canary has it already": (
        RELEASE,
        replace(
            LANDED,
            stack_sets=landed(RELEASE).stack_sets,
            instances=tuple(
                new if new.account == OTHER else old
                for old, new in zip(LANDED.instances, landed(RELEASE).instances, strict=True)
            ),
        ),
        in_order("update", "compute", "rest"),
    ),
    "nothing there": (
        SAMPLE,
        Bent(LANDED).without_set("infra", "compute"),
        [
            "create:infra",
            *in_order("instances", "infra", "canary", "rest"),
            "create:compute",
            *in_order("instances", "compute", "canary", "rest"),
        ],
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_operations_follow_wave_by_wave_in_each_standby_first(case):
    sample, observed, expected = TABLE[case]

    made = plan(sample, observed)

    steps = [one for one in step_ids(made) if ":infra" in one or ":compute" in one]
    assert steps == expected


def test_the_rest_waits_until_the_canary_answers_in_every_region():
    made = plan(RELEASE, LANDED)

    assert gates(OTHER) <= waited_for(made, f"update:compute:{WEST}:rest")
    assert f"gate:{OTHER}:{WEST}" in waited_for(made, f"update:compute:{EAST}:canary")
    assert not waited_for(made, f"update:compute:{WEST}:canary") & gates(OTHER, HOME, THIRD)


def test_a_canary_that_runs_it_already_must_still_answer():
    sample, observed, _ = TABLE["the canary has it already"]

    made = plan(sample, observed)

    assert gates(OTHER) <= waited_for(made, f"update:compute:{WEST}:rest")


def test_infra_of_the_rest_waits_for_the_application_of_the_canary():
    made = plan(SAMPLE.edited(infra=infra_body(note="new"), compute=compute_body(memory=512)), LANDED)

    before = waited_for(made, f"update:infra:{WEST}:rest")
    assert {f"update:compute:{WEST}:canary", f"update:compute:{EAST}:canary", *gates(OTHER)} <= before
    assert f"update:infra:{WEST}:canary" in waited_for(made, f"update:compute:{WEST}:canary")


def test_new_infra_alone_is_gated_between_waves_too():
    made = plan(SAMPLE.edited(infra=infra_body(note="new")), LANDED)

    assert {one for one in step_ids(made) if one.startswith("gate:")} == gates(OTHER)
    assert gates(OTHER) <= waited_for(made, f"update:infra:{WEST}:rest")
    assert f"update:infra:{EAST}:canary" in waited_for(made, f"gate:{OTHER}:{EAST}")


def test_an_operation_of_one_wave_names_its_accounts_only():
    made = plan(RELEASE, LANDED)

    targets = {step.id: step.action.targets for step in made.steps if step.id.startswith("update:compute")}
    assert targets[f"update:compute:{WEST}:canary"] == Targets((OTHER,))
    assert targets[f"update:compute:{WEST}:rest"] == Targets((HOME, THIRD))


def test_a_new_account_in_an_early_wave_comes_after_who_stands_while_the_template_changes():
    observed = LANDED
    for layer in ("infra", "compute"):
        observed = Bent(observed).instances(layer, lambda one: None, account=OTHER)
    sample = SAMPLE.edited(infra=infra_body(note="new"), compute=compute_body(memory=512))

    made = plan(sample, observed)

    assert stack_steps(made) == [
        *in_order("update", "infra", "rest"),
        *in_order("instances", "infra", "canary"),
        *in_order("update", "compute", "rest"),
        *in_order("instances", "compute", "canary"),
    ]
    assert gates(HOME, THIRD) <= waited_for(made, f"instances:infra:{WEST}:canary")
    assert [(one.severity, one.where) for one in made.findings if one.rule == "wave-order"] == [
        (Severity.WARNING, "wave canary")
    ]


def test_a_new_account_in_an_early_wave_comes_first_while_the_template_stays():
    observed = LANDED
    for layer in ("infra", "compute"):
        observed = Bent(observed).instances(layer, lambda one: None, account=OTHER)

    made = plan(SAMPLE, observed)

    assert stack_steps(made) == [*in_order("instances", "infra", "canary"), *in_order("instances", "compute", "canary")]
    assert not [one for one in made.findings if one.rule == "wave-order"]


def test_later_waves_of_infra_are_left_to_the_next_plan_while_compute_is_in_flight():
    running = Operation("theirs", "UPDATE", OperationStatus.RUNNING)
    observed = Bent(LANDED).stack_set("compute", operations=(running,))

    made = plan(SAMPLE.edited(infra=infra_body(note="new")), observed)

    assert stack_steps(made) == [*in_order("update", "infra", "canary"), "await:compute:theirs"]
    assert not made.complete


# -- organizational units -----------------------------------------------------------------------------------------


def test_units_make_waves_with_gates_for_the_accounts_they_hold():
    made = plan(UNITS.edited(compute=compute_body(memory=512)), landed(UNITS))

    targets = {step.id: step.action.targets for step in made.steps if step.id.startswith("update:compute")}
    assert targets[f"update:compute:{WEST}:canary"] == Targets((), (FAR_UNIT,))
    assert targets[f"update:compute:{WEST}:rest"] == Targets((), (UNIT,))
    assert gates(THIRD) <= waited_for(made, f"update:compute:{WEST}:rest")
    assert not gates(OTHER) & waited_for(made, f"update:compute:{WEST}:rest")


def test_units_that_hold_no_instance_yet_are_told_apart():
    made = plan(UNITS, Bent(landed(UNITS)).without_set("infra", "compute"))

    made_of = {one.id for one in made.changes if one.id.startswith("instance:compute")}
    assert made_of == {
        f"instance:compute:units:{wave}:{region}" for wave in ("canary", "rest") for region in (WEST, EAST)
    }
    tokens = [step.action.operation_id for step in made.steps if step.id.startswith("instances:")]
    assert len(tokens) == len(set(tokens)) == 8
    assert f"certificate:{THIRD}:{WEST}" in step_ids(made)
    waiting = next(step for step in made.steps if step.id == f"certificate:{THIRD}:{WEST}")
    assert waiting.action.beside == f"instances:infra:{WEST}:canary"


def test_members_are_taken_from_instances_when_nobody_else_tells_them():
    observed = landed(UNITS)

    desired = replace(UNITS.desired(observed), members=())
    seen = UNITS.edited().desired(observed)

    assert desired.units == {}
    assert seen.units == {OTHER: UNIT, THIRD: FAR_UNIT}


# -- what a failure leaves behind ---------------------------------------------------------------------------------


def test_each_wave_says_what_a_failed_account_would_leave_behind():
    made = plan(RELEASE, LANDED)

    told = {one.where: one.message for one in made.findings if one.rule == "failure-leaves"}
    assert told == {
        "compute, wave canary": (
            f"in {WEST} its only account may fail; {EAST}, wave rest untouched then; "
            f"in {EAST} its only account may fail; wave rest untouched then"
        ),
        "compute, wave rest": (
            f"in {WEST} up to 2 of 2 accounts may fail, and up to 1 may be on the new release when one does; "
            f"{EAST} untouched then; "
            f"in {EAST} up to 2 of 2 accounts may fail, and up to 1 may be on the new release when one does; "
            "nothing comes after it"
        ),
    }
    assert [bool(one.fix) for one in made.findings if one.rule == "failure-leaves"] == [False, True]


@pytest.mark.parametrize(
    ("fan_out", "expected"),
    [
        (FanOut(concurrency=Share(2)), "up to 2 of 9 accounts may fail, and up to 8"),
        (FanOut(concurrency=Share(2), tolerance=Share(3)), "up to 5 of 9 accounts may fail, and up to 8"),
    ],
)
def test_the_bounds_are_those_of_the_users_own_numbers(fan_out, expected):
    assert expected in left_behind(WEST, 9, fan_out, ())


def test_the_numbers_of_the_user_reach_the_operations():
    fan_out = FanOut(concurrency=Share(50, percent=True), tolerance=Share(1))
    limited = replace(PLAIN, rollout=replace(PLAIN.rollout, fan_out=fan_out))

    made = plan(RELEASE.edited(topology=limited), LANDED)

    assert {step.action.fan_out for step in made.steps if step.id.startswith("update:compute")} == {fan_out}
    assert any("fails the step all the same" in one.fix for one in made.findings if one.rule == "failure-leaves")


def test_who_already_lets_few_fail_gets_no_advice():
    strict = replace(PLAIN, rollout=replace(PLAIN.rollout, fan_out=FanOut(mode=ConcurrencyMode.STRICT)))

    made = plan(RELEASE.edited(topology=strict), LANDED)

    assert [one.fix for one in made.findings if one.rule == "failure-leaves"] == [""]


def test_a_single_account_needs_no_such_words():
    alone = Sample(topology())

    made = plan(alone.edited(compute=compute_body(memory=512)), landed(alone))

    assert not [one for one in made.findings if one.rule == "failure-leaves"]


def test_a_plan_made_for_other_waves_is_stale():
    here, there = plan(RELEASE, LANDED), plan(RELEASE.edited(topology=in_waves(PLAIN, canary=(HOME,))), LANDED)

    assert moved(here.basis, there.basis) == ("rollout of regions.yaml: is not as it was",)


# -- at the same time ---------------------------------------------------------------------------------------------

THREE = Sample(topology(EAST, WEST, SOUTH))


def test_new_infra_of_all_regions_begins_at_once():
    made = plan(THREE, Bent(landed(THREE)).without_set("infra", "compute"))

    for region in (EAST, WEST, SOUTH):
        assert waited_for(made, f"instances:infra:{region}") == {"create:infra"}


def test_new_compute_waits_for_its_own_infra_and_for_the_reference_region_alone():
    made = plan(THREE, Bent(landed(THREE)).without_set("infra", "compute"))

    infra = {one for one in waited_for(made, f"instances:compute:{SOUTH}") if one.startswith("instances:infra")}
    assert infra == {f"instances:infra:{SOUTH}", f"instances:infra:{WEST}"}


def test_no_region_gets_a_release_while_infra_of_another_is_updated():
    sample = THREE.edited(infra=infra_body(note="new"), compute=compute_body(memory=512))

    made = plan(sample, landed(THREE))

    updates = {f"update:infra:{region}" for region in (EAST, WEST, SOUTH)}
    assert updates <= waited_for(made, f"update:compute:{SOUTH}")
    assert f"update:infra:{WEST}" in waited_for(made, f"update:infra:{EAST}")


def test_new_regions_wait_for_the_update_that_brings_the_template():
    two = Sample(topology(accounts=TWO_ACCOUNTS))
    wider = two.edited(topology=topology(EAST, WEST, SOUTH, accounts=TWO_ACCOUNTS), infra=infra_body(note="new"))

    made = plan(wider, landed(two))

    assert f"update:infra:{WEST}" in waited_for(made, f"instances:infra:{SOUTH}")
    assert f"update:infra:{EAST}" not in waited_for(made, f"instances:infra:{SOUTH}")
