"""A clock that waits for nobody ends the run, whether it only waits or a call is under way all the time."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from orchestrator.clock import SystemClock
from orchestrator.core.actions import AwaitOperation
from orchestrator.core.errors import OrchestratorError
from orchestrator.core.plan import Plan, Step
from orchestrator.core.state import Operation, OperationStatus
from orchestrator.executor import Polling, execute
from orchestrator.simulation import SimulatedAws, World
from tests.sample_world import HOME, WEST

LONG_S = 30
"""Nothing comes so late: a run that waits for the call would see it succeed."""


class EndedClock(SystemClock):
    def sleep(self, seconds):
        raise OrchestratorError("the embedded AWS has ended")


class UnderWay:
    """StackSets in which a call is tried again and again, until `over`."""

    def __init__(self):
        self.over = threading.Event()

    def operation(self, stack_set, operation_id):
        self.over.wait(LONG_S)
        return Operation(operation_id, "UPDATE", OperationStatus.SUCCEEDED)


class GoingOn:
    """StackSets in which an operation never ends."""

    over = threading.Event()

    def operation(self, stack_set, operation_id):
        return Operation(operation_id, "UPDATE", OperationStatus.RUNNING)


@pytest.mark.parametrize("kind", [UnderWay, GoingOn])
def test_a_run_in_a_world_that_has_ended_says_so_at_once(kind):
    stack_sets = kind()
    aws = SimulatedAws(World(home_account=HOME, home_region=WEST))
    ports = replace(aws.ports, stack_sets=stack_sets, clock=EndedClock())
    step = Step(id="wait", action=AwaitOperation("set", WEST, "1"), needs=(), reason="")
    plan = Plan(
        application="sample",
        environment="production",
        verb="deploy",
        release="",
        changes=(),
        steps=(step,),
        findings=(),
        basis=(),
        fingerprint="",
    )

    with pytest.raises(OrchestratorError, match="has ended"):
        execute(plan, ports, run="r", emit=lambda _: None, polling=Polling())
    stack_sets.over.set()
