"""Whether Route 53 counts a health check as healthy, and why: from what its checkers and its alarm last said.

Source: Route 53 developer guide, "How Amazon Route 53 determines whether a health check is healthy".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from orchestrator.core.dns import CheckKind, HealthCheck, InsufficientData

HEALTHY_SHARE = 0.18
"""An endpoint is healthy when MORE than this share of the checkers say so: one network's trouble decides nothing."""


class AlarmState(Enum):
    """CloudWatch's words for the data stream that an alarm watches."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


@dataclass(frozen=True, slots=True)
class CheckState:
    """What is known of one check. Every field is of the time before `inverted` is applied.

    `observations`: one verdict per checker, () before the first. `alarm`: None until the data stream was seen.
    `last_known`: the last verdict that data gave; of a RECOVERY_CONTROL check, whether its control is On.
    """

    observations: tuple[bool, ...] = ()
    alarm: AlarmState | None = None
    last_known: bool | None = None


def check_health(
    check: HealthCheck, states: Mapping[str, CheckState], checks: Mapping[str, HealthCheck]
) -> tuple[bool, str]:
    """(healthy, reason). `states` and `checks` by health check id; a check without a state is new.

    A child that is not among `checks` was deleted, and counts as healthy.
    """
    healthy, reason = _before_inversion(check, states, checks)
    # Inversion is applied to every verdict, that of a new or disabled check included: this is how a check is forced.
    return (not healthy, f"{reason}, inverted") if check.inverted else (healthy, reason)


def _before_inversion(
    check: HealthCheck, states: Mapping[str, CheckState], checks: Mapping[str, HealthCheck]
) -> tuple[bool, str]:
    if check.disabled:
        return True, "disabled, which counts as healthy"
    state = states.get(check.id, CheckState())
    match check.kind:
        case CheckKind.CALCULATED:
            return _calculated(check, states, checks)
        case CheckKind.CLOUDWATCH_METRIC:
            return _alarm(check, state)
        case CheckKind.RECOVERY_CONTROL:
            on = state.last_known is not False
            return on, f"its routing control is {'On' if on else 'Off'}"
        case CheckKind.HTTP | CheckKind.HTTPS | CheckKind.HTTP_STR_MATCH | CheckKind.HTTPS_STR_MATCH | CheckKind.TCP:
            return _endpoint(state)
        case _:
            assert_never(check.kind)


def _endpoint(state: CheckState) -> tuple[bool, str]:
    if not state.observations:
        return True, "no data yet, which counts as healthy"
    good, all_of_them = sum(state.observations), len(state.observations)
    return good > HEALTHY_SHARE * all_of_them, f"{good} of {all_of_them} checkers find it healthy"


def _calculated(
    check: HealthCheck, states: Mapping[str, CheckState], checks: Mapping[str, HealthCheck]
) -> tuple[bool, str]:
    if check.health_threshold == 0:
        return True, "its threshold is 0, which counts as healthy"
    children = [str(child) for child in check.children]
    unhealthy = [child for child in children if not _child_healthy(child, states, checks)]
    good = len(children) - len(unhealthy)
    named = f" ({', '.join(unhealthy)} not)" if unhealthy else ""
    reason = f"{good} of {len(children)} children are healthy{named}, {check.health_threshold} needed"
    return good >= check.health_threshold, reason


def _child_healthy(child: str, states: Mapping[str, CheckState], checks: Mapping[str, HealthCheck]) -> bool:
    check = checks.get(child)
    # Route 53 refuses a CALCULATED child; met all the same, it is not followed: a ring of them would never end.
    if check is None or check.kind is CheckKind.CALCULATED:
        return True
    return check_health(check, states, checks)[0]


def _alarm(check: HealthCheck, state: CheckState) -> tuple[bool, str]:
    match state.alarm:
        case None:
            return True, "its alarm was not seen yet, which counts as healthy"
        case AlarmState.OK:
            return True, "its alarm is OK"
        case AlarmState.ALARM:
            return False, "its alarm is in ALARM"
        case AlarmState.INSUFFICIENT_DATA:
            return _without_data(check, state)
        case _:
            assert_never(state.alarm)


def _without_data(check: HealthCheck, state: CheckState) -> tuple[bool, str]:
    match check.insufficient_data:
        case InsufficientData.HEALTHY:
            return True, "its alarm has no data, which is set to count as healthy"
        case InsufficientData.UNHEALTHY:
            return False, "its alarm has no data, which is set to count as unhealthy"
        case InsufficientData.LAST_KNOWN_STATUS:
            healthy = state.last_known is not False
            return healthy, f"its alarm has no data, and it was last {'healthy' if healthy else 'unhealthy'}"
        case _:
            assert_never(check.insufficient_data)
