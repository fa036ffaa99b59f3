"""ports.Alarms: the user's own CloudWatch alarms in the target accounts."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.aws.sessions import Sessions

_ASKED_AT_ONCE = 100


class AwsAlarms:
    """Metric and composite alarms by their names."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def in_alarm(self, account: str, region: str, names: Sequence[str]) -> Sequence[str]:
        """One DescribeAlarms per hundred names."""
        found: list[str] = []
        for first in range(0, len(names), _ASKED_AT_ONCE):
            with self._sessions.calling("cloudwatch", "DescribeAlarms", region=region, account=account) as cloudwatch:
                answer = cloudwatch.describe_alarms(
                    AlarmNames=list(names[first : first + _ASKED_AT_ONCE]),
                    AlarmTypes=["MetricAlarm", "CompositeAlarm"],
                    StateValue="ALARM",
                    MaxRecords=_ASKED_AT_ONCE,
                )
            both = [*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())]
            found += [one["AlarmName"] for one in both]
        return tuple(found)
