"""A new health path beside a new release: told, because checkers go on asking for the old one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.plan import Severity
from tests.core.landed import landed, plan
from tests.sample_world import Sample, topology

HERE = Sample(topology())
SEEN = landed(HERE)


def moved(sample: Sample) -> Sample:
    health = replace(sample.topology.health, path="/ready")
    return sample.edited(topology=replace(sample.topology, health=health))


@pytest.mark.parametrize(
    ("sample", "told"),
    [
        (HERE, False),
        (HERE.edited(code="second"), False),
        (moved(HERE), False),
        (moved(HERE).edited(code="second"), True),
    ],
    ids=["neither", "a release alone", "a path alone", "both"],
)
def test_only_a_release_with_another_path_is_warned_of(sample: Sample, told: bool) -> None:
    found = [one for one in plan(sample, SEEN).findings if one.rule == "health-path-moves"]

    assert len(found) == told
    for one in found:
        assert one.severity is Severity.WARNING
        assert "asks /health until every region has passed" in one.message
        assert one.fix.startswith("let this release answer both; the next one may drop /health.")


def test_a_first_deployment_is_asked_for_one_path_only() -> None:
    seen = replace(SEEN, health_checks=(), instances=())

    assert "health-path-moves" not in {one.rule for one in plan(moved(HERE), seen).findings}
