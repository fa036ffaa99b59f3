"""Which step begins first when not all can."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.actions import AwaitOperation, DeleteStackSet
from orchestrator.core.plan import Step
from orchestrator.core.urgency import urgency
from tests.core.landed import SAMPLE, landed, plan


def step(name, *needs, lasts=0.0):
    return Step(id=name, action=DeleteStackSet("set", "r"), needs=needs, reason="", expected_s=lasts)


def test_a_step_is_as_urgent_as_the_longest_chain_that_it_begins():
    steps = (step("a", lasts=10), step("b", "a", lasts=5), step("c", "a", lasts=50), step("d", "b", "c", lasts=1))

    assert urgency(steps) == {"a": 61, "b": 6, "c": 51, "d": 1}


def test_the_order_in_which_steps_are_listed_changes_nothing():
    steps = (step("d", "b", "c"), step("b", "a"), step("c", "a", lasts=50), step("a"))

    assert urgency(steps) == urgency(steps[::-1])


def test_an_operation_that_nobody_knows_counts_more_than_a_single_call():
    operation = Step(id="await", action=AwaitOperation("set", "r", "o"), needs=(), reason="")

    found = urgency((operation, step("call")))

    assert found["await"] > found["call"]


def test_in_every_plan_what_is_needed_is_more_urgent_than_what_needs_it():
    for observed in (landed(SAMPLE), replace(landed(SAMPLE), instances=(), records=(), replicas=())):
        steps = plan(SAMPLE.edited(code="second"), observed).steps
        found = urgency(steps)

        assert all(found[need] > found[one.id] for one in steps for need in one.needs)


@given(st.lists(st.floats(1, 100), min_size=1, max_size=40))
def test_a_chain_adds_up(lengths):
    chain = [step(str(number), lasts=one) for number, one in enumerate(lengths)]
    linked = tuple(one if number == 0 else replace(one, needs=(str(number - 1),)) for number, one in enumerate(chain))

    assert abs(urgency(linked)["0"] - sum(lengths)) < 1e-6
