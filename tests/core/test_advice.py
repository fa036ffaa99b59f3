"""What to do when a step is not done in time."""

from __future__ import annotations

import pytest

from orchestrator.core.actions import (
    AwaitOperation,
    AwaitReplica,
    ChangeRecords,
    DeleteStack,
    ProbeRegion,
    ValidateCertificates,
)
from orchestrator.core.advice import after_deadline
from orchestrator.core.planning.finish import inputs_of
from tests.core.landed import LANDED, SAMPLE, plan
from tests.sample_world import EAST, OTHER, WEST, artifact

CASES = [
    (AwaitReplica(artifact(), EAST, "bucket-east", "v1", (WEST, "bucket-west")), "replicates to bucket-east"),
    (AwaitOperation("set", WEST, "op"), "the stack-set operation goes on"),
    (ProbeRegion(OTHER, EAST, "host", "target", "/health", "r"), f"look at the function's log in {EAST}"),
    (ValidateCertificates(OTHER, EAST, "Z", ("host",), "step"), "check that the hosted zone"),
    (ChangeRecords("Z", "fed.dev", ()), "Route 53 has the change"),
    (DeleteStack(OTHER, WEST, "name"), "run the same command again: it repeats only what is not done"),
]


@pytest.mark.parametrize(("action", "expected"), CASES, ids=[type(action).__name__ for action, _ in CASES])
def test_every_kind_of_wait_has_its_advice(action, expected):
    assert after_deadline(action).startswith(expected) or expected in after_deadline(action)


def test_the_inputs_of_a_basis_are_what_the_user_brought():
    made = plan(SAMPLE.edited(code="second"), LANDED)

    names = [name for name, _ in inputs_of(made.basis)]
    assert names == ["code app", "template of compute", "template of control", "template of infra"]
