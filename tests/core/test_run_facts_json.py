"""What was known of a run before it began survives the journal."""

from __future__ import annotations

import json

import pytest

from orchestrator.core.detection import detection, lever_detection
from orchestrator.core.drill import DrillMode
from orchestrator.core.run_facts_json import facts_json, facts_of
from orchestrator.core.run_report import RunFacts
from orchestrator.core.topology import RoutingPolicy

FULL = RunFacts(
    region="us-east-1",
    mode=DrillMode.OUTAGE,
    hosts=("a", "b"),
    regions=("us-east-1", "us-west-2"),
    policy=RoutingPolicy.LATENCY,
    clock_factor=8.0,
    simulated="the embedded AWS",
    rto_s=180,
    longest_gap_s=90,
    availability_percent=99,
    detection=detection(10, 3, 60),
    configuration_digest="c0ffee",
)


@pytest.mark.parametrize("facts", [RunFacts(), FULL])
def test_facts_come_back_as_they_were(facts: RunFacts) -> None:
    assert facts_of(facts_json(facts)) == facts


def test_missing_keys_have_their_defaults_and_unknown_ones_are_skipped() -> None:
    assert facts_of('{"format": 1, "region": "us-east-1", "new": []}') == RunFacts(region="us-east-1")


@pytest.mark.parametrize(
    "told",
    [
        "[]",
        "no JSON",
        '{"format": 2}',
        '{"format": 1, "mode": "odd"}',
        '{"format": 1, "hosts": "abc"}',
        '{"format": 1, "rto_s": []}',
        '{"format": 1, "clock_factor": 0}',
        '{"format": 1, "clock_factor": 1e999}',
        '{"format": 1, "detection": {"interval_s": 10}}',
    ],
)
def test_nonsense_is_refused(told: str) -> None:
    with pytest.raises(ValueError):
        facts_of(told)


def test_facts_are_json_with_a_format() -> None:
    assert json.loads(facts_json(FULL))["format"] == 1


def test_a_lever_moves_users_within_two_periods_of_its_alarm_and_a_ttl() -> None:
    found = lever_detection(60)

    assert (found.detected_mean_s, found.detected_worst_s) == (60, 120)
    assert (found.moved_mean_s, found.moved_worst_s) == (90, 180)
