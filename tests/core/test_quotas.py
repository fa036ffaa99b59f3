"""Quotas: which standbys may run less than the primary, and which plans make more health checks than there may be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.plan import Severity
from orchestrator.core.quotas import Room, narrower_standbys, new_health_checks, too_many_health_checks
from tests.core.landed import LANDED, SAMPLE, plan
from tests.sample_world import EAST, OTHER, SOUTH, THIRD, WEST, topology

THREE = topology(EAST, WEST, SOUTH)
LIMITS = {
    "as much everywhere": ({(OTHER, EAST): 1000, (OTHER, WEST): 1000}, []),
    "more is as well": ({(OTHER, EAST): 1000, (OTHER, WEST): 3000}, []),
    "one has less": ({(OTHER, EAST): 1000, (OTHER, WEST): 10, (OTHER, SOUTH): 1000}, [WEST]),
    "accounts by themselves": ({(OTHER, EAST): 10, (OTHER, WEST): 10, (THIRD, EAST): 1000, (THIRD, WEST): 10}, [WEST]),
    "the primary says nothing": ({(OTHER, WEST): 10}, []),
    "nobody says anything": ({}, []),
}


@pytest.mark.parametrize(("limits", "expected"), LIMITS.values(), ids=LIMITS)
def test_a_standby_that_may_run_less_at_once_than_its_accounts_primary_is_told(limits, expected):
    found = list(narrower_standbys(THREE, limits))

    assert [one.where.rpartition(" ")[2] for one in found] == expected
    assert all(one.severity is Severity.WARNING for one in found)
    assert all("--desired-value 1000" in one.fix for one in found)


ROOM = {
    "enough": (Room(0, 200), False),
    "to the last": (Room(192, 200), False),
    "one too many": (Room(193, 200), True),
}


@pytest.mark.parametrize(("room", "told"), ROOM.values(), ids=ROOM)
def test_checks_that_route_53_will_refuse_are_told_before(room, told):
    first = plan(SAMPLE, replace(LANDED, health_checks=()))

    assert new_health_checks(first) == 8
    assert [one.rule for one in too_many_health_checks(first, room)] == ["health-check-quota"] * told


def test_a_plan_that_makes_no_check_fits_whatever_there_is():
    assert too_many_health_checks(plan(SAMPLE, LANDED), Room(500, 200)) == ()
