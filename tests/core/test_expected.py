"""How long operations will last, from how long their like took."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.core.actions import AwaitOperation, CreateInstances, DeleteInstances, OverrideInstances
from orchestrator.core.expected import with_expected
from orchestrator.core.plan import Step
from orchestrator.core.state import Operation, OperationStatus, Targets
from tests.core.landed import SAMPLE, landed, plan
from tests.sample_world import EAST, TAKEN, WEST

NAME = "sample-production-compute"
RELEASE = SAMPLE.edited(code="second")
WORLD = landed(SAMPLE)


def operations(*took):
    """(action, status, seconds), newest first; seconds None: it has not ended."""
    return tuple(
        Operation(f"op{number}", action, status, TAKEN, None if lasted is None else TAKEN + timedelta(seconds=lasted))
        for number, (action, status, lasted) in enumerate(took)
    )


def world(*took):
    sets = [replace(one, operations=operations(*took)) if one.name == NAME else one for one in WORLD.stack_sets]
    return replace(WORLD, stack_sets=tuple(sets))


def expected(observed, action=None):
    made = plan(RELEASE, WORLD)
    if action is not None:
        made = replace(made, steps=(Step(id="one", action=action, needs=(), reason=""),))
    found = with_expected(made, observed)

    return {step.id: step.expected_s for step in found.steps if step.expected_s}


DONE, FAILED, RUNNING = OperationStatus.SUCCEEDED, OperationStatus.FAILED, OperationStatus.RUNNING


@pytest.mark.parametrize(
    ("took", "lasts"),
    [
        ([("UPDATE", DONE, 240)], 240),
        ([("UPDATE", DONE, 100), ("UPDATE", DONE, 300), ("UPDATE", DONE, 120)], 120),
        # The last five: what was slow long ago is over.
        ([*[("UPDATE", DONE, 60)] * 5, *[("UPDATE", DONE, 900)] * 9], 60),
        ([("UPDATE", FAILED, 20), ("UPDATE", DONE, 200)], 200),
        ([("UPDATE", RUNNING, None), ("UPDATE", DONE, 200)], 200),
        ([("CREATE", DONE, 500), ("UPDATE", DONE, 200)], 200),
        # Only the definition was changed: that says nothing of stacks.
        ([("UPDATE", DONE, 0.4), ("UPDATE", DONE, 200)], 200),
    ],
)
def test_an_update_is_expected_to_last_as_the_last_ones_did(took, lasts):
    updates = {f"update:compute:{region}": lasts for region in (EAST, WEST)}

    assert expected(world(*took)) == updates


def test_nothing_is_expected_where_nothing_is_known():
    assert expected(world(("CREATE", DONE, 500))) == {}
    assert expected(replace(WORLD, stack_sets=())) == {}


def test_an_estimate_moves_no_plan():
    made = plan(RELEASE, WORLD)

    assert with_expected(made, world(("UPDATE", DONE, 77))).fingerprint == made.fingerprint


STACK_SET = next(step.action.stack_set for step in plan(RELEASE, WORLD).steps if step.id.startswith("update:compute"))
TARGETS = Targets(("1",))


@pytest.mark.parametrize(
    ("action", "lasts"),
    [
        (CreateInstances(STACK_SET, TARGETS, (EAST,), "o"), 300),
        (OverrideInstances(STACK_SET, TARGETS, (EAST,), "o"), 200),
        (DeleteInstances(NAME, WEST, TARGETS, (EAST,), "o"), 100),
        (AwaitOperation(NAME, WEST, "op0"), 300),
        (AwaitOperation(NAME, WEST, "unknown"), None),
        (AwaitOperation("gone", WEST, "op0"), None),
    ],
)
def test_every_kind_of_operation_is_compared_with_its_like(action, lasts):
    observed = world(("CREATE", DONE, 300), ("UPDATE", DONE, 200), ("DELETE", DONE, 100))

    assert expected(observed, action) == ({"one": lasts} if lasts else {})
