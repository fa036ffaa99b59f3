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
        """One DescribeAlarms per hundred names, none without names."""
        asked = tuple(dict.fromkeys(names))
        ringing: set[str] = set()
        for first in range(0, len(asked), _ASKED_AT_ONCE):
            ringing |= self._ringing(account, region, asked[first : first + _ASKED_AT_ONCE])
        return tuple(name for name in asked if name in ringing)

    def _ringing(self, account: str, region: str, names: Sequence[str]) -> set[str]:
        with self._sessions.calling("cloudwatch", "DescribeAlarms", region=region, account=account) as cloudwatch:
            answer = cloudwatch.describe_alarms(
                AlarmNames=list(names),
                # Without it CloudWatch tells of metric alarms only.
                AlarmTypes=["MetricAlarm", "CompositeAlarm"],
                StateValue="ALARM",
                MaxRecords=_ASKED_AT_ONCE,
            )
        return {one["AlarmName"] for one in (*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ()))}
