"""ports.Alarms: the user's own CloudWatch alarms in the target accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orchestrator.aws.sessions import Sessions

_ASKED_AT_ONCE = 100


class AwsAlarms:
    """Metric and composite alarms by their names."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def in_alarm(self, account: str, region: str, names: Sequence[str]) -> Sequence[str]:
        """One DescribeAlarms per hundred names, none without names."""
        ringing = self._found(account, region, names, StateValue="ALARM")
        return tuple(name for name in dict.fromkeys(names) if name in ringing)

    def missing(self, account: str, region: str, names: Sequence[str]) -> Sequence[str]:
        """As many calls."""
        there = self._found(account, region, names)
        return tuple(name for name in dict.fromkeys(names) if name not in there)

    def _found(self, account: str, region: str, names: Sequence[str], **only: str) -> set[str]:
        asked, found = tuple(dict.fromkeys(names)), set[str]()
        for first in range(0, len(asked), _ASKED_AT_ONCE):
            found |= self._described(account, region, asked[first : first + _ASKED_AT_ONCE], only)
        return found

    def _described(self, account: str, region: str, names: Sequence[str], only: Mapping[str, str]) -> set[str]:
        with self._sessions.calling("cloudwatch", "DescribeAlarms", region=region, account=account) as cloudwatch:
            answer = cloudwatch.describe_alarms(
                AlarmNames=list(names),
                # Without it CloudWatch tells of metric alarms only.
                AlarmTypes=["MetricAlarm", "CompositeAlarm"],
                MaxRecords=_ASKED_AT_ONCE,
                **only,
            )
        return {one["AlarmName"] for one in (*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ()))}
