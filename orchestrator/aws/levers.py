"""ports.Levers: CloudWatch metrics and alarms of the home account, in the region where each lever lives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orchestrator.aws.sessions import Sessions
from orchestrator.core.levers import Lever, Position

_POSITIONS = {"ALARM": Position.OUT, "OK": Position.IN, "INSUFFICIENT_DATA": Position.IN}
_ASKED_AT_ONCE = 100


class AwsLevers:
    """Every lever by its metric; home account, so no role has to be taken first."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def move(self, lever: Lever, position: Position) -> None:
        """One PutMetricData: 1 is out. Standard resolution, the only one that Route 53 follows."""
        datum = {"MetricName": lever.metric, "Value": 1.0 if position is Position.OUT else 0.0, "Unit": "None"}
        with self._sessions.calling("cloudwatch", "PutMetricData", region=lever.place) as cloudwatch:
            cloudwatch.put_metric_data(Namespace=lever.namespace, MetricData=[datum])

    def positions(self, levers: Sequence[Lever]) -> Mapping[Lever, Position]:
        """One DescribeAlarms per region asked; a lever without an alarm is UNKNOWN."""
        states: dict[tuple[str, str], str] = {}
        for place in sorted({lever.place for lever in levers}):
            names = [lever.alarm for lever in levers if lever.place == place]
            for first in range(0, len(names), _ASKED_AT_ONCE):
                states |= self._states(place, names[first : first + _ASKED_AT_ONCE])
        return {lever: _POSITIONS.get(states.get((lever.place, lever.alarm), ""), Position.UNKNOWN) for lever in levers}

    def _states(self, place: str, names: Sequence[str]) -> dict[tuple[str, str], str]:
        with self._sessions.calling("cloudwatch", "DescribeAlarms", region=place) as cloudwatch:
            answer = cloudwatch.describe_alarms(
                AlarmNames=list(names), AlarmTypes=["MetricAlarm"], MaxRecords=_ASKED_AT_ONCE
            )
        return {(place, one["AlarmName"]): one["StateValue"] for one in answer.get("MetricAlarms", ())}
