"""What holds for every plan, whatever was observed."""

from __future__ import annotations

from dataclasses import replace
from graphlib import TopologicalSorter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.desired import desired_state
from orchestrator.core.errors import ExitCode
from orchestrator.core.plan import ChangeAction, FieldChange, Finding, Severity
from orchestrator.core.planning.bootstrap import plan_bootstrap
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.planning.destroy import plan_destroy
from orchestrator.core.planning.finish import moved, refusals
from orchestrator.core.state import InstanceStatus, Operation, OperationStatus, ReplicaStatus, Silent
from orchestrator.core.tokens import operation_id, request_token
from tests.core.landed import LANDED, NOTHING, SAMPLE, Bent, landed, plan
from tests.sample_world import (
    EAST,
    FAR_UNIT,
    MEMBERS,
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

TOPOLOGIES = [
    topology(),
    topology(WEST, EAST),
    topology(EAST, WEST, SOUTH),
    topology(accounts=TWO_ACCOUNTS),
    topology(accounts=(*TWO_ACCOUNTS, THIRD)),
    topology(home=SOUTH),
    in_waves(topology(EAST, WEST, SOUTH, accounts=(*TWO_ACCOUNTS, THIRD)), canary=(THIRD,), early=(TWO_ACCOUNTS[0],)),
    in_waves(topology(units=(UNIT, FAR_UNIT)), canary=(FAR_UNIT,)),
    topology(units=(UNIT,)),
]
WORLDS = [landed(Sample(one)) for one in TOPOLOGIES]

samples = st.builds(
    Sample,
    st.sampled_from(TOPOLOGIES),
    st.sampled_from(["first", "second"]),
    st.sampled_from([infra_body(), infra_body(note="new"), infra_body(domain="EDGE")]),
    st.sampled_from([compute_body(), compute_body(memory=512)]),
)


@st.composite
def worlds(draw):
    seen = draw(st.sampled_from([*WORLDS, NOTHING]))
    bent = []
    for one in seen.instances:
        bend = draw(st.sampled_from(["", "", "", "gone", "no stack", "other template", "outdated", "no outputs"]))
        match bend:
            case "gone":
                continue
            case "no stack":
                one = replace(one, stack=None)
            case "other template":
                one = replace(one, stack=replace(one.stack, digest="f" * 64))
            case "outdated":
                one = replace(one, status=InstanceStatus.OUTDATED)
            case "no outputs":
                one = replace(one, stack=replace(one.stack, outputs=()))
        bent.append(one)
    keep = [one for one in seen.stack_sets if draw(st.integers(0, 5))]
    names = {one.name for one in keep}
    replicas = [
        replace(read, status=status, head=read.head if status in KEEPS else None)
        for read in seen.replicas
        for status in [draw(st.sampled_from([ReplicaStatus.PROVEN, *ReplicaStatus]))]
    ]
    silent = draw(st.sampled_from([(), (), (Silent(EAST, "", "stacks", "no answer"),)]))
    return replace(
        seen,
        stack_sets=tuple(keep),
        instances=tuple(one for one in bent if one.stack_set in names),
        replicas=tuple(replicas),
        records=tuple(one for one in seen.records if draw(st.booleans())),
        health_checks=tuple(one for one in seen.health_checks if draw(st.booleans())),
        silent=silent,
    )


KEEPS = (ReplicaStatus.PROVEN, ReplicaStatus.DIFFERENT)


def plans(sample, observed):
    desired = sample.desired(observed)
    yield plan_deploy(desired, observed, {})
    yield plan_bootstrap(desired, observed, {})
    yield plan_destroy(desired, observed, artifacts=True)


@settings(max_examples=120, deadline=None)
@given(samples, worlds())
def test_step_ids_are_unique_and_needs_exist_without_a_cycle(sample, observed):
    for made in plans(sample, observed):
        ids = [step.id for step in made.steps]

        assert len(ids) == len(set(ids))
        assert all(need in ids for step in made.steps for need in step.needs)
        TopologicalSorter({step.id: step.needs for step in made.steps}).prepare()


@settings(max_examples=60, deadline=None)
@given(samples, worlds())
def test_change_ids_are_unique_and_every_change_has_a_reason(sample, observed):
    for made in plans(sample, observed):
        ids = [one.id for one in made.changes]

        assert len(ids) == len(set(ids))
        assert all(one.reason for one in made.changes)
        assert all(step.reason and step.home_region for step in made.steps)


@settings(max_examples=60, deadline=None)
@given(samples, worlds(), st.randoms())
def test_the_order_in_which_aws_answers_changes_nothing(sample, observed, random):
    def shuffled(values):
        mixed = list(values)
        random.shuffle(mixed)
        return tuple(mixed)

    mixed = replace(
        observed,
        instances=shuffled(observed.instances),
        records=shuffled(observed.records),
        stack_sets=shuffled(observed.stack_sets),
        health_checks=shuffled(observed.health_checks),
        replicas=shuffled(observed.replicas),
    )

    for one, other in zip(plans(sample, observed), plans(sample, mixed), strict=True):
        assert one.fingerprint == other.fingerprint
        assert {step.id: step.action for step in one.steps} == {step.id: step.action for step in other.steps}


@pytest.mark.parametrize("regions", TOPOLOGIES[:-1])
def test_a_world_as_desired_needs_nothing(regions):
    sample = Sample(regions)

    made = plan(sample, landed(sample))

    assert made.is_empty
    assert made.complete
    assert made.pending_changes == ()
    assert made.count(ChangeAction.NO_OP) == len(made.changes)
    assert made.findings == ()


def test_the_basis_says_what_moved_between_two_plans():
    before = plan(SAMPLE.edited(code="second"), LANDED)
    world = Bent(LANDED).stack("compute", region=EAST, digest="f" * 64)
    now = plan(SAMPLE.edited(code="third"), replace(world, records=()))

    lines = moved(before.basis, now.basis)

    assert "code app: is not as it was" in lines
    assert f"instance:compute:222222222222:{EAST}: is not as it was" in lines
    assert f"record:{EAST}.sample.fed.dev:A: must change now, not in the plan" in lines
    assert f"record:{EAST}.sample.fed.dev:A: planned then, needs nothing now" in moved(now.basis, before.basis)
    assert moved(before.basis, before.basis) == ()
    assert before.fingerprint != now.fingerprint


def test_only_errors_refuse():
    made = plan(SAMPLE, NOTHING)
    warned = replace(made, findings=(Finding("r", Severity.WARNING, "w", "m"),))

    assert [one.rule for one in refusals(made)] == ["not-bootstrapped"]
    assert refusals(warned) == ()


# -- tokens -------------------------------------------------------------------------------------------------------


def operations(*statuses):
    present = LANDED.stack_sets[0]
    return lambda ids: replace(
        present, operations=tuple(Operation(one, "UPDATE", status) for one, status in zip(ids, statuses, strict=True))
    )


@settings(deadline=None)
@given(st.lists(st.text(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
def test_tokens_differ_exactly_when_the_intention_does(one, other):
    assert (operation_id("update", one, None) == operation_id("update", other, None)) == (one == other)


@pytest.mark.parametrize("status", OperationStatus)
def test_a_token_is_spent_once_its_operation_has_ended(status):
    first = operation_id("update", ["x"], None)

    again = operation_id("update", ["x"], operations(status)([first]))

    assert (again != first) == status.ended


def test_a_token_spent_twice_needs_a_third():
    first = operation_id("update", ["x"], None)
    failed = operations(OperationStatus.FAILED, OperationStatus.FAILED)
    second = operation_id("update", ["x"], operations(OperationStatus.FAILED)([first]))

    third = operation_id("update", ["x"], failed([second, first]))

    assert len({first, second, third}) == 3


def test_the_operation_id_changes_with_what_the_instances_last_saw():
    sample = SAMPLE.edited(code="second")
    later = Bent(LANDED).instances("compute", lambda one: replace(one, last_operation="op-2"))

    tokens = [
        {step.id: step.action.operation_id for step in plan(sample, observed).steps if ":compute:" in step.id}
        for observed in (LANDED, LANDED, later)
    ]

    assert tokens[0] == tokens[1]
    assert not set(tokens[0].values()) & set(tokens[2].values())


def test_request_tokens_fit_what_cloudformation_takes():
    token = request_token("run-1", "create:infra")

    assert token == request_token("run-1", "create:infra")
    assert token != request_token("run-2", "create:infra")
    assert len(token) <= 128
    assert token.isalnum()


def test_exit_codes_are_those_of_the_command_reference():
    assert {code.name: int(code) for code in ExitCode} == {
        "DONE": 0,
        "FAILED": 1,
        "CHANGES_PENDING": 2,
        "REFUSED": 3,
        "USAGE": 64,
        "INTERRUPTED": 130,
    }


def test_a_field_says_before_and_after():
    assert FieldChange("a", "1", "2") != FieldChange("a", "1", "2", replaces=True)


def test_accounts_that_left_their_units_are_known_by_their_instances():
    units = Sample(topology(units=(UNIT,)))
    left = replace(units.inputs, accounts=())

    assert units.desired(NOTHING).accounts == MEMBERS
    assert desired_state(left, landed(Sample(topology(accounts=TWO_ACCOUNTS)))).accounts == TWO_ACCOUNTS


def test_units_without_accounts_leave_dns_for_the_next_look():
    sample = Sample(topology(units=(UNIT,)))
    observed = Bent(landed(sample)).without_set("infra", "compute")
    desired = desired_state(replace(sample.inputs, accounts=()), observed)

    made = plan_deploy(desired, observed, {})

    assert not made.complete
    assert not any(change.id.startswith(("record", "health-check")) for change in made.changes)
