"""Whether Route 53 counts a check as healthy. Each case is a sentence of its developer guide."""

from __future__ import annotations

import pytest

from orchestrator.core.check_health import AlarmState, CheckState, check_health
from orchestrator.core.dns import CheckKind, HealthCheck, InsufficientData

NEW = CheckState()


def observed(good: int, of: int) -> CheckState:
    return CheckState(observations=(True,) * good + (False,) * (of - good))


def verdict(check, state=NEW, **others):
    return check_health(check, {check.id: state, **others}, {check.id: check})[0]


def endpoint(**fields):
    return HealthCheck(name="e", id="e", **fields)


ENDPOINTS = {
    "all checkers find it healthy": (endpoint(), observed(16, 16), True),
    "no checker does": (endpoint(), observed(0, 16), False),
    "3 of 16 are 18.75 %, more than 18": (endpoint(), observed(3, 16), True),
    "2 of 16 are 12.5 %": (endpoint(), observed(2, 16), False),
    "9 of 50 are exactly 18 %, which is not more": (endpoint(), observed(9, 50), False),
    "a new check counts as healthy": (endpoint(), NEW, True),
    "a new inverted check counts as unhealthy": (endpoint(inverted=True), NEW, False),
    "inverted: unhealthy turns healthy": (endpoint(inverted=True), observed(0, 16), True),
    "inverted: healthy turns unhealthy": (endpoint(inverted=True), observed(16, 16), False),
    "disabled counts as healthy, whatever was seen": (endpoint(disabled=True), observed(0, 16), True),
    "disabled and inverted takes a region out": (endpoint(disabled=True, inverted=True), observed(16, 16), False),
    "a check by TCP is an endpoint check": (endpoint(kind=CheckKind.TCP), observed(0, 16), False),
    "by HTTP": (endpoint(kind=CheckKind.HTTP), observed(0, 16), False),
    "by HTTP and a string": (endpoint(kind=CheckKind.HTTP_STR_MATCH), observed(0, 16), False),
    "by HTTPS and a string": (endpoint(kind=CheckKind.HTTPS_STR_MATCH), observed(0, 16), False),
}


@pytest.mark.parametrize(("check", "state", "expected"), ENDPOINTS.values(), ids=ENDPOINTS)
def test_an_endpoint_check_asks_its_checkers(check, state, expected):
    assert verdict(check, state) is expected


def alarm(kind=InsufficientData.LAST_KNOWN_STATUS, **fields):
    return HealthCheck(name="a", id="a", kind=CheckKind.CLOUDWATCH_METRIC, insufficient_data=kind, **fields)


OK, ALARM, MISSING = (CheckState(alarm=state) for state in AlarmState)
ALARMS = {
    "OK is healthy": (alarm(), OK, True),
    "ALARM is unhealthy": (alarm(), ALARM, False),
    "a stream that was not seen yet counts as healthy": (alarm(InsufficientData.UNHEALTHY), NEW, True),
    "no data, set to Healthy: the dead man's switch": (
        alarm(InsufficientData.HEALTHY),
        CheckState(alarm=AlarmState.INSUFFICIENT_DATA, last_known=False),
        True,
    ),
    "no data, set to Unhealthy": (alarm(InsufficientData.UNHEALTHY), MISSING, False),
    "no data, last known unhealthy: the latch": (
        alarm(),
        CheckState(alarm=AlarmState.INSUFFICIENT_DATA, last_known=False),
        False,
    ),
    "no data, last known healthy": (alarm(), CheckState(alarm=AlarmState.INSUFFICIENT_DATA, last_known=True), True),
    "no data and none ever": (alarm(), MISSING, True),
    "inverted": (alarm(inverted=True), ALARM, True),
}


@pytest.mark.parametrize(("check", "state", "expected"), ALARMS.values(), ids=ALARMS)
def test_a_check_of_an_alarm_follows_its_data_stream(check, state, expected):
    assert verdict(check, state) is expected


@pytest.mark.parametrize(("on", "expected"), [(None, True), (True, True), (False, False)])
def test_a_routing_control_is_healthy_while_it_is_on(on, expected):
    check = HealthCheck(name="r", id="r", kind=CheckKind.RECOVERY_CONTROL)

    assert verdict(check, CheckState(last_known=on)) is expected


def calculated(threshold, *children, **fields):
    return HealthCheck(
        name="c", id="c", kind=CheckKind.CALCULATED, children=children, health_threshold=threshold, **fields
    )


CHILDREN = {
    one.id: one
    for one in (
        HealthCheck(name="good", id="good"),
        HealthCheck(name="bad", id="bad"),
        HealthCheck(name="turned", id="turned", inverted=True),
        HealthCheck(name="ring", id="ring", kind=CheckKind.CALCULATED, children=("c",), health_threshold=1),
    )
}
STATES = {"good": observed(16, 16), "bad": observed(0, 16), "turned": observed(0, 16)}
CALCULATED = {
    "all needed, all healthy": (calculated(2, "good", "turned"), True),
    "all needed, one is not": (calculated(2, "good", "bad"), False),
    "one needed, one is": (calculated(1, "good", "bad"), True),
    "threshold 0 is always healthy": (calculated(0, "bad"), True),
    "a threshold above the number of children is always unhealthy": (calculated(2, "good"), False),
    "a deleted child counts as healthy": (calculated(1, "gone"), True),
    "a CALCULATED child, which Route 53 refuses, is not followed": (calculated(1, "ring"), True),
    "inverted": (calculated(2, "good", "bad", inverted=True), True),
    "disabled": (calculated(2, "good", "bad", disabled=True), True),
}


@pytest.mark.parametrize(("check", "expected"), CALCULATED.values(), ids=CALCULATED)
def test_a_calculated_check_counts_its_healthy_children(check, expected):
    assert check_health(check, STATES, CHILDREN | {"c": check})[0] is expected


REASONS = {
    "checkers": (endpoint(inverted=True), observed(1, 3), "1 of 3 checkers find it healthy, inverted"),
    "children": (calculated(2, "good", "bad"), NEW, "1 of 2 children are healthy (bad not), 2 needed"),
    "alarm": (alarm(), MISSING, "its alarm has no data, and it was last healthy"),
    "control": (HealthCheck(name="r", id="r", kind=CheckKind.RECOVERY_CONTROL), NEW, "its routing control is On"),
}


@pytest.mark.parametrize(("check", "state", "expected"), REASONS.values(), ids=REASONS)
def test_a_verdict_says_why(check, state, expected):
    assert check_health(check, STATES | {check.id: state}, CHILDREN)[1] == expected
