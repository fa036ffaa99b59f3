"""The releases of all buckets as one list."""

from __future__ import annotations

from datetime import timedelta

from orchestrator.core.kept import kept_once
from orchestrator.core.state import KeptRelease
from tests.sample_world import TAKEN

LATER, LAST = TAKEN + timedelta(minutes=1), TAKEN + timedelta(minutes=2)


def test_each_release_is_told_once_newest_first_and_landed_when_any_bucket_says_so_last():
    listed = [
        KeptRelease("a", LATER),
        KeptRelease("a", TAKEN, LAST),
        KeptRelease("a", LAST, LATER),
        KeptRelease("b", LAST),
    ]

    assert kept_once(listed) == (KeptRelease("b", LAST), KeptRelease("a", TAKEN, LAST))
