"""Which standbys are told as older than what last ended well everywhere, from the records in their own buckets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrator.core.planning.standby_release import older_standbys
from orchestrator.core.state import KeptRelease
from tests.sample_world import TAKEN, WEST


def at(hours):
    return TAKEN + timedelta(hours=hours)


OLD, LAST = KeptRelease("old", at(0), at(1)), KeptRelease("last", at(2), at(3))
GOING_AHEAD, GIVEN_UP = KeptRelease("ahead", at(4)), KeptRelease("tried", at(2))

CASES = {
    "the last one": ("last", (OLD, LAST), False),
    "an older one": ("old", (OLD, LAST), True),
    "one that never ended well, from before": ("tried", (OLD, LAST, GIVEN_UP), True),
    "one of which nothing is kept": ("unknown", (OLD, LAST), True),
    "one that a deployment brings just now": ("ahead", (OLD, LAST, GOING_AHEAD), False),
    "none that it tells": ("", (OLD, LAST), False),
    "none has ended well": ("tried", (GIVEN_UP, GOING_AHEAD), False),
    "nothing is kept": ("old", (), False),
}


@pytest.mark.parametrize(("release", "kept", "told"), CASES.values(), ids=CASES)
def test_a_standby_is_told_as_older_by_what_its_own_bucket_knows(release, kept, told):
    found = list(older_standbys({WEST: release}, ((WEST, kept),)))

    assert [one.rule for one in found] == ["standby-older"] * told


def test_a_region_that_is_not_asked_or_answers_nothing_is_passed_over():
    assert list(older_standbys({}, ((WEST, (OLD, LAST)),))) == []
    assert list(older_standbys({WEST: "old"}, ())) == []
