# ruff: noqa: E501 - a message stands on one line, as a user sees it
"""Waves, concurrency and failure tolerance: what is read, and every mistake in it at its place."""

from __future__ import annotations

import pytest
import yaml

from orchestrator import config
from orchestrator.core.fan_out import ConcurrencyMode, FanOut, Share
from orchestrator.core.topology import WaveConfig
from tests.config.test_config_generated import accepts

ONE, TWO = "111111111111", "222222222222"


@pytest.fixture
def several(good):
    return (
        good.replace(f'["{ONE}"]', f'["{ONE}", "{TWO}"]')
        .replace("host: sample", 'host: "{account}.sample')
        .replace("sample.fed.dev\n", 'sample.fed.dev"\n')
    )


def test_waves_keep_the_order_of_the_file(several, read):
    rollout = read(several + f'rollout: {{waves: {{late: ["{TWO}"], early: ["{ONE}"]}}}}\n').topology.rollout

    assert rollout.waves == (WaveConfig("late", (TWO,)), WaveConfig("early", (ONE,)))


def test_without_a_word_about_it_all_accounts_go_at_once_and_none_may_fail(good, read):
    rollout = read(good).topology.rollout

    assert rollout.waves == ()
    assert rollout.fan_out == FanOut(Share(100), Share(0), ConcurrencyMode.SOFT)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("concurrency: 5", FanOut(concurrency=Share(5))),
        ("concurrency: 50%", FanOut(concurrency=Share(50, percent=True))),
        ('failure_tolerance: "0%"', FanOut(tolerance=Share(0, percent=True))),
        ("failure_tolerance: 100%", FanOut(tolerance=Share(100, percent=True))),
        ("concurrency_mode: strict", FanOut(mode=ConcurrencyMode.STRICT)),
    ],
)
def test_limits_are_numbers_or_percentages(good, read, written, expected):
    text = good + f"rollout: {{{written}}}\n"

    assert read(text).topology.rollout.fan_out == expected
    assert accepts(config.json_schema(), yaml.safe_load(text))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("concurrency: 0", "13:24: rollout.concurrency: '0' is not allowed; write a whole number of accounts from 1, without quotes, or 1% to 100%"),
        ("concurrency: 0%", "13:24: rollout.concurrency: '0%' is not allowed; write a whole number of accounts from 1, without quotes, or 1% to 100%"),
        ("concurrency: 101%", "13:24: rollout.concurrency: '101%' is not allowed; write a whole number of accounts from 1, without quotes, or 1% to 100%"),
        ('concurrency: "5"', "13:24: rollout.concurrency: '5' is not allowed; write a whole number of accounts from 1, without quotes, or 1% to 100%"),
        ("concurrency: []", "13:24: rollout.concurrency: is a list; write a whole number of accounts or a percentage"),
        ("failure_tolerance: -1", "13:30: rollout.failure_tolerance: '-1' is not allowed; write a whole number of accounts from 0, without quotes, or 0% to 100%"),
        ("failure_tolerance: ''", "13:30: rollout.failure_tolerance: is empty; write a whole number of accounts from 0, without quotes, or 0% to 100%"),
        ("concurrency_mode: hard", "13:29: rollout.concurrency_mode: 'hard' is not known; write soft or strict"),
    ],
)  # fmt: skip
def test_other_limits_are_refused(good, complaints, written, said):
    text = good + f"rollout: {{{written}}}\n"

    assert complaints(text) == [f"regions.yaml:{said}"]
    assert not accepts(config.json_schema(), yaml.safe_load(text))


@pytest.mark.parametrize(
    ("waves", "said"),
    [
        (f"a: ['{ONE}'], b: ['{ONE}']", [f"13:44: rollout.waves.b[0]: {ONE} belongs to wave 'a' too; delete one"]),
        (f"a: ['{ONE}', '{ONE}']", [f"13:39: rollout.waves.a[1]: {ONE} is in the list already; delete one"]),
        ("a: []", ["13:22: rollout.waves.a: is empty; write an account (12 digits in quotes) or an organizational unit of an environment"]),
        ("a: ['111111111112']", [f"13:23: rollout.waves.a[0]: 111111111112 is no target of any environment; write {ONE}"]),
        ("a: [ou-ab12-34567890]", [f"13:23: rollout.waves.a[0]: ou-ab12-34567890 is no target of any environment; write {ONE}"]),
        (f"rest: ['{ONE}']", ["13:19: rollout.waves.rest: rest is the wave of all that no wave names; choose another name"]),
        (f"a: [{ONE}]", [f'13:23: rollout.waves.a[0]: {ONE} is not in quotes: other YAML tools read a number; write "{ONE}"']),
    ],
)  # fmt: skip
def test_waves_must_name_targets_once(good, complaints, waves, said):
    assert complaints(good + f"rollout: {{waves: {{{waves}}}}}\n") == [f"regions.yaml:{line}" for line in said]


def test_a_unit_may_be_a_wave(good, complaints):
    units = good.replace(f'accounts: ["{ONE}"]', "organizational_units: [ou-ab12-34567890, ou-ab12-canaries]")
    units = units.replace("host: sample.fed.dev", 'host: "{account}.sample.fed.dev"')

    assert complaints(units + "rollout: {waves: {canary: [ou-ab12-canaries]}}\n") == []
