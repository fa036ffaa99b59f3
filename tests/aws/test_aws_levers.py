"""Levers on the wire: one datum in the region where the lever lives, positions from its alarms."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.stub import Stubber

from orchestrator.aws.credentials import LocalAccounts
from orchestrator.aws.denial import Denial
from orchestrator.aws.levers import AwsLevers
from orchestrator.aws.sessions import Sessions
from orchestrator.core.errors import CallDenied
from orchestrator.core.levers import Lever, LeverKind, Position

EAST = Lever(kind=LeverKind.EVACUATE, region="us-east-1", place="us-west-2", namespace="sample-production")
DRILL = Lever(kind=LeverKind.DRILL, region="us-east-1", place="us-west-2", namespace="sample-production")


@pytest.mark.parametrize(("position", "value"), [(Position.OUT, 1.0), (Position.IN, 0.0)])
def test_a_move_is_one_datum_where_the_lever_lives(
    sessions: Sessions, stubbed: Callable[..., Stubber], position: Position, value: float
) -> None:
    datum = {"MetricName": "Evacuate-us-east-1", "Value": value, "Unit": "None"}
    stubbed("cloudwatch", "us-west-2").add_response(
        "put_metric_data", {}, {"Namespace": "sample-production", "MetricData": [datum]}
    )

    AwsLevers(sessions).move(EAST, position)


def test_positions_are_those_of_the_alarms_and_unknown_without_one(
    sessions: Sessions, stubbed: Callable[..., Stubber]
) -> None:
    names = ["sample-production-evacuate-us-east-1", "sample-production-drill-us-east-1"]
    stubbed("cloudwatch", "us-west-2").add_response(
        "describe_alarms",
        {"MetricAlarms": [{"AlarmName": names[0], "StateValue": "ALARM"}]},
        {"AlarmNames": names, "AlarmTypes": ["MetricAlarm"], "MaxRecords": 100},
    )

    found = AwsLevers(sessions).positions((EAST, DRILL))

    assert found == {EAST: Position.OUT, DRILL: Position.UNKNOWN}


@pytest.mark.parametrize(
    ("service", "region"), [("cloudwatch", "us-east-1"), ("route53", "us-west-2"), ("sts", "us-west-2")]
)
def test_what_is_denied_raises_before_a_client_is_made(service: str, region: str) -> None:
    denial = Denial(frozenset({"us-east-1"}), frozenset({"cloudwatch"}))
    sessions = Sessions("aws", credentials=LocalAccounts("111111111111"), deny=denial)

    with pytest.raises(CallDenied, match="must not be called"):
        sessions.client(service, region=region)
