"""ports.Alarms: the user's own CloudWatch alarms in the target accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orchestrator.aws.sessions import Sessions
from orchestrator.core.baking import AlarmSeen
from orchestrator.core.check_health import AlarmState

_ASKED_AT_ONCE = 100


class AwsAlarms:
    """Metric and composite alarms by their names."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def states(self, account: str, region: str, names: Sequence[str]) -> Mapping[str, AlarmSeen]:
        """One DescribeAlarms per hundred names, none without names."""
        return {one["AlarmName"]: _seen(one) for one in self._alarms(account, region, names, {})}

    def in_alarm(self, account: str, region: str, names: Sequence[str]) -> Sequence[str]:
        """One DescribeAlarms per hundred names, none without names."""
        ringing = self._found(account, region, names, StateValue="ALARM")
        return tuple(name for name in dict.fromkeys(names) if name in ringing)

    def missing(self, account: str, region: str, names: Sequence[str]) -> Sequence[str]:
        """As many calls."""
        there = self._found(account, region, names)
        return tuple(name for name in dict.fromkeys(names) if name not in there)

    def _found(self, account: str, region: str, names: Sequence[str], **only: str) -> set[str]:
        return {one["AlarmName"] for one in self._alarms(account, region, names, only)}

    def _alarms(self, account: str, region: str, names: Sequence[str], only: Mapping[str, str]) -> Iterator[Any]:
        asked = tuple(dict.fromkeys(names))
        for first in range(0, len(asked), _ASKED_AT_ONCE):
            yield from self._described(account, region, asked[first : first + _ASKED_AT_ONCE], only)

    def _described(self, account: str, region: str, names: Sequence[str], only: Mapping[str, str]) -> Sequence[Any]:
        with self._sessions.calling("cloudwatch", "DescribeAlarms", region=region, account=account) as cloudwatch:
            answer = cloudwatch.describe_alarms(
                AlarmNames=list(names),
                # Without it CloudWatch tells of metric alarms only.
                AlarmTypes=["MetricAlarm", "CompositeAlarm"],
                MaxRecords=_ASKED_AT_ONCE,
                **only,
            )
        return (*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ()))


def _seen(alarm: Any) -> AlarmSeen:
    """A state that CloudWatch did not have when this was written is not OK."""
    known = {one.value: one for one in AlarmState}
    state = known.get(str(alarm.get("StateValue", "")), AlarmState.INSUFFICIENT_DATA)
    # An update may be of the evaluation's own state; a transition is the alarm's.
    return AlarmSeen(state, str(alarm.get("StateTransitionedTimestamp") or alarm.get("StateUpdatedTimestamp", "")))
