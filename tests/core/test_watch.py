"""What a watcher remembers: the last good look, sightings with their times, failures in a row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from orchestrator.core.errors import Unreachable
from orchestrator.core.status_changes import Subject
from orchestrator.core.topology import RegionRole
from orchestrator.core.watch import KEPT, Look, Watch
from tests.report.samples import NOON, PRIMARY, STANDBY, region_status, status

EAST = region_status(PRIMARY, RegionRole.PRIMARY)
WEST = region_status(STANDBY, RegionRole.SECONDARY)
WELL, ILL = status(EAST, WEST), status(replace(EAST, healthy=False), WEST)
SILENT = Unreachable("no answer")


def look(seen, second):
    return Look(seen, NOON + timedelta(seconds=second), 0.5)


def test_the_first_look_has_nothing_to_be_compared_with():
    watch = Watch().after(look(ILL, 0))

    assert (watch.fresh, watch.seen, watch.trouble) == ((), (), None)


def test_a_change_keeps_the_time_at_which_it_was_seen_and_is_fresh_for_one_look():
    watch = Watch().after(look(WELL, 0)).after(look(ILL, 5))
    later = watch.after(look(ILL, 10))

    assert [(one.at.second, one.change.subject) for one in watch.seen] == [(5, Subject.HEALTH)]
    assert watch.fresh == (watch.seen[0].change,)
    assert later.seen == watch.seen
    assert later.fresh == ()


def test_the_newest_change_comes_first_and_only_so_many_are_kept():
    watch = Watch()
    for second in range(KEPT + 50):
        watch = watch.after(look((WELL, ILL)[second % 2], second))

    assert len(watch.seen) == KEPT
    assert watch.seen[0].at - watch.seen[-1].at == timedelta(seconds=KEPT - 1)


def test_failed_looks_are_counted_until_one_succeeds_and_what_was_seen_stays():
    watch = Watch().after(look(WELL, 0)).troubled(SILENT, NOON).troubled(SILENT, NOON + timedelta(seconds=9))
    again = watch.after(look(ILL, 20))

    assert watch.look == look(WELL, 0)
    assert (watch.trouble.times, watch.trouble.at.second, watch.trouble.error) == (2, 9, SILENT)
    assert again.trouble is None
    assert [one.change.after for one in again.seen] == ["unhealthy"]
