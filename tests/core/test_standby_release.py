"""Which standbys are told to run what did not end well last, from the records in their own buckets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchestrator.core.plan import Severity
from orchestrator.core.planning.standby_release import doubtful_standbys
from orchestrator.core.state import KeptRelease
from tests.sample_world import TAKEN, WEST


def at(hours):
    return TAKEN + timedelta(hours=hours)


OLDER, UNPROVEN = "standby-older", "standby-unproven-release"
OLD, LAST = KeptRelease("old", at(0), at(1)), KeptRelease("last", at(2), at(3))
GOING_AHEAD, GIVEN_UP = KeptRelease("ahead", at(4)), KeptRelease("tried", at(2))
GONE_BACK_TO = KeptRelease("old", at(0), at(5))

CASES = {
    "the last one": ("last", (OLD, LAST), []),
    "an older one": ("old", (OLD, LAST), [OLDER]),
    "an older one that was gone back to and ended well again": ("old", (GONE_BACK_TO, LAST), []),
    "the one that was gone back from": ("last", (GONE_BACK_TO, LAST), [OLDER]),
    "one that never ended well, from before": ("tried", (OLD, LAST, GIVEN_UP), [UNPROVEN]),
    "one of which nothing is kept": ("unknown", (OLD, LAST), [UNPROVEN]),
    "one whose deployment was broken off": ("ahead", (OLD, LAST, GOING_AHEAD), [UNPROVEN]),
    "none that it tells": ("", (OLD, LAST), []),
    "none has ended well": ("tried", (GIVEN_UP, GOING_AHEAD), []),
    "nothing is kept": ("old", (), []),
}


@pytest.mark.parametrize(("release", "kept", "told"), CASES.values(), ids=CASES)
def test_a_standby_is_told_as_older_or_unproven_by_what_its_own_bucket_knows(release, kept, told):
    found = list(doubtful_standbys({WEST: release}, ((WEST, kept),)))

    assert [one.rule for one in found] == told
    assert all(one.severity is Severity.WARNING and "last ended well" in one.message for one in found)


def test_a_region_that_is_not_asked_or_answers_nothing_is_passed_over():
    assert list(doubtful_standbys({}, ((WEST, (OLD, LAST)),))) == []
    assert list(doubtful_standbys({WEST: "old"}, ())) == []
