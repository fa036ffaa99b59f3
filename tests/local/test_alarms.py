"""Health checks that follow an alarm's data, and the alarms themselves. In the fast clock a minute is three seconds."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.embedded import Embedded
from tests.local.failover import EAST, make_zone, plain, put
from tests.servers import eventually

REGION = "eu-west-1"


class Lever:
    """A metric, its alarm (ALARM while the value is 1), and a health check that follows it."""

    def __init__(self, embedded: Embedded, zone: tuple[str, str], without_data: str, **alarm: Any) -> None:
        self.name = f"lever-{uuid.uuid4().hex[:8]}"
        self._cloudwatch = embedded.client("cloudwatch", REGION)
        self._route53 = embedded.client("route53", EAST)
        self._zone, self._host = zone[0], f"{self.name}.{zone[1]}"
        self._cloudwatch.put_metric_alarm(
            AlarmName=self.name,
            Namespace="levers",
            MetricName="off",
            Dimensions=[{"Name": "lever", "Value": self.name}],
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1.0,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            **alarm,
        )
        config = {
            "Type": "CLOUDWATCH_METRIC",
            "AlarmIdentifier": {"Region": REGION, "Name": self.name},
            "InsufficientDataHealthStatus": without_data,
        }
        made = self._route53.create_health_check(CallerReference=self.name, HealthCheckConfig=config)
        self.check = made["HealthCheck"]["Id"]
        pair = [
            plain(self._host, "A", "192.0.2.1", SetIdentifier="p", Failover="PRIMARY", HealthCheckId=self.check),
            plain(self._host, "A", "192.0.2.2", SetIdentifier="s", Failover="SECONDARY"),
        ]
        put(embedded, zone[0], *pair)
        assert eventually(self._answer)

    def pull(self, value: float) -> None:
        dimensions = [{"Name": "lever", "Value": self.name}]
        data = [{"MetricName": "off", "Dimensions": dimensions, "Value": value}]
        self._cloudwatch.put_metric_data(Namespace="levers", MetricData=data)

    def force(self, state: str) -> None:
        self._cloudwatch.set_alarm_state(AlarmName=self.name, StateValue=state, StateReason="by hand")

    def alarm(self) -> str:
        return str(self._cloudwatch.describe_alarms(AlarmNames=[self.name])["MetricAlarms"][0]["StateValue"])

    def statuses(self) -> set[str]:
        seen = self._route53.get_health_check_status(HealthCheckId=self.check)["HealthCheckObservations"]
        return {one["StatusReport"]["Status"] for one in seen}

    def healthy(self) -> bool:
        return self._answer() == ["192.0.2.1"]

    def _answer(self) -> list[str]:
        found = self._route53.test_dns_answer(HostedZoneId=self._zone, RecordName=self._host, RecordType="A")
        return list(found["RecordData"])


@pytest.fixture(scope="module")
def zone(fast: Embedded) -> tuple[str, str]:
    return make_zone(fast)


def test_a_datum_moves_the_check_and_the_alarm(fast: Embedded, zone: tuple[str, str]) -> None:
    lever = Lever(fast, zone, "LastKnownStatus")
    fresh = (lever.healthy(), lever.alarm())

    lever.pull(1)

    assert fresh == (True, "INSUFFICIENT_DATA")
    assert (lever.healthy(), lever.alarm()) == (False, "ALARM")
    assert lever.statuses() == {"Failure: its alarm is in ALARM."}


def test_without_data_a_dead_mans_lever_lets_go_and_a_latch_holds(fast: Embedded, zone: tuple[str, str]) -> None:
    dead_man, latch = Lever(fast, zone, "Healthy"), Lever(fast, zone, "LastKnownStatus")
    for lever in (dead_man, latch):
        lever.pull(1)
    pulled = (dead_man.healthy(), latch.healthy())

    assert eventually(lambda: dead_man.healthy() and latch.alarm() == "INSUFFICIENT_DATA", within_s=60)
    assert pulled == (False, False)
    assert not latch.healthy()
    latch.pull(0)
    assert eventually(latch.healthy)


def test_setting_the_alarm_by_hand_does_not_move_the_check(fast: Embedded, zone: tuple[str, str]) -> None:
    lever = Lever(fast, zone, "Unhealthy", TreatMissingData="notBreaching")
    lever.pull(0)

    lever.force("ALARM")

    assert lever.healthy()
    assert eventually(lambda: lever.alarm() == "OK")


def test_alarms_of_one_metric_are_told_apart_by_dimension(fast: Embedded, zone: tuple[str, str]) -> None:
    pulled, other = Lever(fast, zone, "Unhealthy"), Lever(fast, zone, "Healthy")

    pulled.pull(1)

    assert (pulled.alarm(), other.alarm()) == ("ALARM", "INSUFFICIENT_DATA")
    assert (pulled.healthy(), other.healthy()) == (False, True)


def test_a_check_whose_alarm_is_gone_has_no_data(fast: Embedded, zone: tuple[str, str]) -> None:
    lever = Lever(fast, zone, "Unhealthy")
    lever.pull(0)
    before = lever.healthy()

    fast.client("cloudwatch", REGION).delete_alarms(AlarmNames=[lever.name])

    assert before
    assert not lever.healthy()
