"""Every kind of wait ends in a sentence that says what to do next."""

from __future__ import annotations

import pytest

from orchestrator.core.actions import (
    Action,
    AwaitAnswer,
    AwaitOperation,
    AwaitReplica,
    ChangeRecords,
    DeleteHealthCheck,
    ProbeRegion,
    ValidateCertificates,
)
from orchestrator.core.advice import after_deadline
from orchestrator.core.gate_actions import AwaitHealthy, InvokeFunction, RunCommand, WatchAlarms
from orchestrator.core.state import Artifact

ARTIFACT = Artifact("app", "0" * 64, 1, "artifacts/app/0.zip", "app.zip")


@pytest.mark.parametrize(
    ("action", "named"),
    [
        (AwaitReplica(ARTIFACT, "us-east-1", "b-us-east-1", "v1", ("us-west-2", "b-us-west-2")), "b-us-east-1"),
        (AwaitOperation("set", "us-west-2", "op-1"), "waits for it"),
        (ProbeRegion("111111111111", "us-east-1", "h", "t", "/health", "r"), "function's log in us-east-1"),
        (ValidateCertificates("111111111111", "us-east-1", "Z", ("h",), "step"), "registrar"),
        (AwaitAnswer("www.fed.dev", "/health", "us-east-1", leaves=True), "what www.fed.dev resolves to"),
        (ChangeRecords("Z", "fed.dev", ()), "Route 53"),
        (WatchAlarms("111111111111", "us-east-1", ("errors",), 600), "notBreaching"),
        (AwaitHealthy("111111111111", "us-east-1", "hc-1", "h", 10), "--health-check-id hc-1"),
        (
            InvokeFunction("111111111111", "us-east-1", "judge", "{}"),
            "log of judge in us-east-1 (account 111111111111)",
        ),
        (RunCommand("111111111111", "us-east-1", ("./smoke",), ".", (), 300), "run it anew"),
        (DeleteHealthCheck("id", "name"), "run the same command again"),
    ],
)
def test_the_advice_names_what_to_look_at(action: Action, named: str) -> None:
    assert named in after_deadline(action)


@pytest.mark.parametrize(
    ("verb", "leaves", "told"), [("failover", True, True), ("drill", True, False), ("failback", False, False)]
)
def test_a_failover_whose_users_do_not_move_names_a_drill_as_a_possible_cause(
    verb: str, leaves: bool, told: bool
) -> None:
    advice = after_deadline(AwaitAnswer("www.fed.dev", "/health", "us-east-1", leaves=leaves), verb)

    assert ("orchestrator drill REGION --put-back" in advice) is told
