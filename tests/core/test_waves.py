"""Who gets a release together."""

from __future__ import annotations

import pytest

from orchestrator.core.topology import Environment, HostedZone, WaveConfig
from orchestrator.core.waves import Wave, waves_of

A, B, C = "111111111111", "222222222222", "333333333333"
NORTH, FAR = "ou-ab12-34567890", "ou-ab12-98765432"


def environment(*accounts: str, units: tuple[str, ...] = ()) -> Environment:
    return Environment("production", accounts, units, "{account}.fed.dev", HostedZone("fed.dev"))


TABLE = {
    "no waves": ((), environment(A, B), [("", (A, B), ())]),
    "a canary, then the rest": (
        (WaveConfig("canary", (B,)),),
        environment(A, B, C),
        [("canary", (B,), ()), ("rest", (A, C), ())],
    ),
    "nobody is left": (
        (WaveConfig("canary", (B,)), WaveConfig("late", (A, C))),
        environment(A, B, C),
        [("canary", (B,), ()), ("late", (A, C), ())],
    ),
    "a wave of everybody is no wave": ((WaveConfig("canary", (A, B)),), environment(A, B), [("", (A, B), ())]),
    "waves of other environments": ((WaveConfig("canary", (C,)),), environment(A, B), [("", (A, B), ())]),
    "units": (
        (WaveConfig("canary", (FAR,)),),
        environment(units=(NORTH, FAR)),
        [("canary", (C,), (FAR,)), ("rest", (A, B), (NORTH,))],
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_waves_follow_from_the_configuration(case):
    configured, where, expected = TABLE[case]
    members = {A: NORTH, B: NORTH, C: FAR} if where.organizational_units else {}

    found = waves_of(configured, where, where.accounts or (A, B, C), members)

    assert [(one.name, one.accounts, one.units) for one in found] == expected


def test_only_one_of_several_waves_is_told_apart():
    assert Wave("canary").label("update:compute:us-west-2") == "update:compute:us-west-2:canary"
    assert Wave().label("update:compute:us-west-2") == "update:compute:us-west-2"
