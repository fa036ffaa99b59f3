"""ports.Levers: CloudWatch metrics and alarms where each lever lives, or routing controls of an ARC cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orchestrator.aws.recovery_cluster import RecoveryCluster
from orchestrator.aws.sessions import Sessions
from orchestrator.core.levers import Lever, Position

_POSITIONS = {"ALARM": Position.OUT, "OK": Position.IN, "INSUFFICIENT_DATA": Position.IN}
_ASKED_AT_ONCE = 100


class AwsLevers:
    """Every lever by its metric or its routing control; home account, so no role has to be taken first."""

    def __init__(self, sessions: Sessions, cluster: RecoveryCluster | None = None) -> None:
        self._sessions, self._cluster = sessions, cluster or RecoveryCluster(sessions, ())

    def move(self, lever: Lever, position: Position) -> None:
        """One UpdateRoutingControlStates: Off is out. Or one PutMetricData: 1 is out.

        Data have standard resolution, the only one that Route 53 follows.
        """
        if lever.routing_control:
            self._cluster.switch({lever.routing_control: position is Position.IN})
            return
        datum = {"MetricName": lever.metric, "Value": 1.0 if position is Position.OUT else 0.0, "Unit": "None"}
        with self._sessions.calling("cloudwatch", "PutMetricData", region=lever.place) as cloudwatch:
            cloudwatch.put_metric_data(Namespace=lever.namespace, MetricData=[datum])

    def positions(self, levers: Sequence[Lever]) -> Mapping[Lever, Position]:
        """One DescribeAlarms per region asked, one GetRoutingControlState per control.

        A lever without an alarm, or whose control does not exist, is UNKNOWN.
        """
        alarms = self._of_alarms([lever for lever in levers if not lever.routing_control])
        return alarms | self._of_controls([lever for lever in levers if lever.routing_control])

    def _of_controls(self, levers: Sequence[Lever]) -> dict[Lever, Position]:
        found = self._cluster.states([lever.routing_control for lever in levers])
        known = {arn: Position.IN if on else Position.OUT for arn, on in found.items()}
        return {lever: known.get(lever.routing_control, Position.UNKNOWN) for lever in levers}

    def _of_alarms(self, levers: Sequence[Lever]) -> dict[Lever, Position]:
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
