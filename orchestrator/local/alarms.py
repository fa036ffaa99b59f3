"""The data streams that CLOUDWATCH_METRIC checks watch, read from the emulator's alarms and metrics.

A check follows the stream and not the alarm: SetAlarmState moves the alarm, never the check. The emulator itself judges
an alarm without regard to its dimensions and never comes back to INSUFFICIENT_DATA: its judgement is replaced as well.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.core.check_health import AlarmState, CheckState
from orchestrator.core.dns import CheckKind, HealthCheck
from orchestrator.core.metric_alarm import MORE_PERIODS, AlarmRule, MissingData, Point, alarm_state
from orchestrator.local.checks_in_core import core_check
from orchestrator.local.emulator import acting_in
from orchestrator.local.health_checks import HealthCheckStore
from orchestrator.local.metric_math import points_of

MATH = "OrchestratorMetrics"
"""Where an alarm of the emulator keeps the `Metrics` of its template."""

_LOOKS_PER_MINUTE = 12


@dataclass(slots=True)
class _Stream:
    alarm: AlarmState
    last_known: bool | None


class AlarmWatch:
    """Follows the alarm of every CLOUDWATCH_METRIC check; a missing alarm has insufficient data."""

    def __init__(self, store: HealthCheckStore, clock_factor: float) -> None:
        self._store, self._factor = store, clock_factor
        self._streams: dict[str, _Stream] = {}

    def install(self) -> None:
        """Replaces the emulator's judgement of an alarm. Called once, before the first request."""
        from ministack.services import cloudwatch

        cloudwatch._evaluate_alarm = self._move

    async def run(self) -> None:
        """Looks often enough that no datum comes and goes unseen: a check remembers its last known status."""
        from ministack.services import cloudwatch

        while True:
            await asyncio.sleep(60 / self._factor / _LOOKS_PER_MINUTE)
            for (account, region, _), alarm in cloudwatch._alarms.all_items():
                with acting_in(account, region):
                    self._move(alarm)
            for account, one in self._store.everything():
                if one.config["Type"] == CheckKind.CLOUDWATCH_METRIC.value:
                    self.state(account, core_check(one))

    def state(self, account: str, check: HealthCheck) -> CheckState:
        """The state of the check's stream by now."""
        stream = self._streams.setdefault(check.id, _Stream(AlarmState.INSUFFICIENT_DATA, None))
        stream.alarm = self._judge(account, check, stream.alarm)
        if stream.alarm is not AlarmState.INSUFFICIENT_DATA:
            stream.last_known = stream.alarm is AlarmState.OK
        return CheckState(alarm=stream.alarm, last_known=stream.last_known)

    def _judge(self, account: str, check: HealthCheck, before: AlarmState) -> AlarmState:
        from ministack.services import cloudwatch

        with acting_in(account, check.alarm_region):
            alarm = cloudwatch._alarms.get(check.alarm_name)
            if alarm is None:
                return AlarmState.INSUFFICIENT_DATA
            return self._state_of(alarm, before)

    def _state_of(self, alarm: Mapping[str, Any], before: AlarmState) -> AlarmState:
        """In the alarm's own account and region."""
        now, rule = time.time(), _rule(alarm, self._factor)
        if not (queries := alarm.get(MATH)):
            return alarm_state(rule, _points(alarm), now=now, before=before)
        measured = {one["Id"]: _points(_as_alarm(one)) for one in queries if "MetricStat" in one}
        points = points_of(
            queries, measured, now=now, period_s=rule.period_s, periods=rule.evaluation_periods + MORE_PERIODS
        )
        return alarm_state(rule, points, now=now, before=before)

    def _move(self, alarm: dict[str, Any]) -> None:
        """Puts the alarm itself into its state, with history, actions and composite alarms as the emulator has them."""
        from ministack.services import cloudwatch

        before = AlarmState(alarm["StateValue"])
        after = self._state_of(alarm, before)
        if after is before or not (alarm.get("MetricName") or alarm.get(MATH)):
            return
        reason = (
            f"The last data of {alarm.get('MetricName')} give {after.value} for a threshold of {alarm['Threshold']:g}"
        )
        alarm.update(StateValue=after.value, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
        cloudwatch._record_history(alarm["AlarmName"], before.value, after.value, reason)
        cloudwatch._dispatch_alarm_actions(alarm, before.value, after.value, reason)
        cloudwatch._evaluate_parent_alarms(alarm)


def _rule(alarm: Mapping[str, Any], factor: float) -> AlarmRule:
    return AlarmRule(
        comparison=alarm.get("ComparisonOperator") or "",
        threshold=float(alarm.get("Threshold", 0)),
        statistic=alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average",
        period_s=max(float(alarm.get("Period", 60)), 1.0) / factor,
        evaluation_periods=int(alarm.get("EvaluationPeriods", 1)),
        datapoints=int(alarm["DatapointsToAlarm"]) if alarm.get("DatapointsToAlarm") else None,
        missing=MissingData(alarm.get("TreatMissingData") or "missing"),
    )


def _as_alarm(query: Mapping[str, Any]) -> dict[str, Any]:
    """A metric of an expression, named as an alarm names its own."""
    metric = query["MetricStat"]["Metric"]
    return {key: metric.get(key) for key in ("Namespace", "MetricName", "Dimensions")}


def _points(alarm: Mapping[str, Any]) -> list[Point]:
    """The points of exactly the alarm's metric: name, namespace and all dimensions."""
    from ministack.services import cloudwatch

    dimensions = cloudwatch._dims_from_list(alarm.get("Dimensions") or [])
    key = (alarm.get("Namespace"), alarm.get("MetricName"), cloudwatch._dims_key(dimensions))
    return [Point(one["Timestamp"], one["Value"]) for one in cloudwatch._metrics.get(key) or ()]
