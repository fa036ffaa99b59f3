"""Alarms of templates that the emulator's CloudFormation does not take: metric math, and alarms over alarms."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from orchestrator.local.alarms import MATH
from orchestrator.local.metric_math import understood

ALARM, COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"


def alarm_handlers(original: Mapping[str, Any], stand_in: Mapping[str, Any]) -> dict[str, Any]:
    """Alarms with metric math are kept with it and judged by `alarms.AlarmWatch`; with a band, they are stood in for.

    An alarm that changes between the two kinds is made anew, as one whose name changes.
    """

    def create(logical_id: str, props: Mapping[str, Any], stack_name: str) -> Any:
        if not props.get("Metrics"):
            return original["create"](logical_id, props, stack_name)
        if not understood(props["Metrics"]):
            return stand_in["create"](logical_id, props, stack_name)
        made = original["create"](logical_id, _without_math(props), stack_name)
        _keep(made[0], props)
        return made

    def update(physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], *rest: Any, **named: Any) -> Any:
        if _stood_in(physical_id):
            return stand_in["update"](physical_id)
        made = original["update"](physical_id, _without_math(old), _without_math(new), *rest, **named)
        _keep(made[0], new)
        return made

    def delete(physical_id: str, props: Mapping[str, Any]) -> None:
        (stand_in if _stood_in(physical_id) else original)["delete"](physical_id, props)

    return {**original, "create": create, "update": update, "delete": delete}


def composite_handlers() -> dict[str, Callable[..., Any]]:
    """Alarms over alarms, by the emulator's own API: it judges them as soon as one of theirs changes."""

    def create(_logical_id: str, props: Mapping[str, Any], _stack_name: str) -> tuple[str, dict[str, str]]:
        from ministack.services import cloudwatch

        _raise_refusal(cloudwatch._put_composite_alarm({}, dict(props), False, is_json=True))
        return props["AlarmName"], {"Arn": cloudwatch._composite_alarms[props["AlarmName"]]["AlarmArn"]}

    def update(_physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], stack_name: str) -> Any:
        made = create("", new, stack_name)
        if old["AlarmName"] != new["AlarmName"]:
            delete(old["AlarmName"], old)
        return made

    def delete(physical_id: str, _props: Mapping[str, Any]) -> None:
        from ministack.services import cloudwatch

        _raise_refusal(cloudwatch._delete_alarms({}, {"AlarmNames": [physical_id]}, False, is_json=True))

    return {"create": create, "update": update, "delete": delete}


def _without_math(props: Mapping[str, Any]) -> dict[str, Any]:
    """As an alarm on the first of its metrics."""
    queries = props.get("Metrics")
    if not queries:
        return dict(props)
    stat = next(one["MetricStat"] for one in queries if "MetricStat" in one)
    rest = {key: value for key, value in props.items() if key != "Metrics"}
    return {**rest, **stat["Metric"], "Period": stat["Period"], "Statistic": "Sum"}


def _keep(name: str, props: Mapping[str, Any]) -> None:
    from ministack.services import cloudwatch

    alarm = cloudwatch._alarms[name]
    if props.get("Metrics"):
        alarm[MATH] = list(props["Metrics"])
    else:
        alarm.pop(MATH, None)


def _stood_in(physical_id: str) -> bool:
    return physical_id.startswith("skipped-in-the-embedded-aws-")


def _raise_refusal(answer: Any) -> None:
    """Raises ValueError with the emulator's words: its CloudFormation fails the resource with them."""
    status, _, body = answer
    if status != 200:
        raise ValueError(json.loads(body)["message"])
