"""Which "not found" may pass by itself, by step and error code."""

from __future__ import annotations

import pytest

from orchestrator.core.actions import (
    Action,
    ChangeRecords,
    DeleteHealthCheck,
    DeleteInstances,
    ReplicateBucket,
)
from orchestrator.core.gate_actions import AwaitHealthy
from orchestrator.core.just_made import not_seen_yet
from orchestrator.core.state import Targets
from tests.core.landed import landed, plan
from tests.sample_world import Sample, topology

SAMPLE = Sample(topology())
CREATED = next(
    one.action
    for one in plan(SAMPLE.edited(topology=topology("us-east-1", "us-west-2", "eu-west-1")), landed(SAMPLE)).steps
    if type(one.action).__name__ == "CreateInstances"
)
DELETED = DeleteInstances("set", "us-west-2", Targets(("111111111111",)), ("us-east-1",), "op")


@pytest.mark.parametrize(
    ("action", "code", "passes"),
    [
        (CREATED, "StackSetNotFoundException", True),
        (CREATED, "NoSuchBucket", False),
        (DELETED, "OperationNotFoundException", True),
        (DELETED, "StackSetNotFoundException", False),
        (ReplicateBucket("us-east-1", "b", (), "arn"), "NoSuchBucket", True),
        (AwaitHealthy("111111111111", "us-east-1", "hc-1", "h", 10), "NoSuchHealthCheck", True),
        (ChangeRecords("Z", "fed.dev", ()), "NoSuchChange", True),
        (ChangeRecords("Z", "fed.dev", ()), "NoSuchHostedZone", False),
        (DeleteHealthCheck("id", "name"), "NoSuchHealthCheck", False),
    ],
)
def test_a_not_found_may_pass_only_where_something_was_just_made(action: Action, code: str, passes: bool) -> None:
    assert not_seen_yet(action, code) is passes
