"""A rollback in words, where the accounts of a region fared differently."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.core.returns import Return, Returned
from orchestrator.core.run import Verdict
from orchestrator.report.returns_view import not_returned, rolled_back
from tests.report.run_world import run as ended
from tests.sample_world import EAST, HOME, OTHER, WEST

MANY = tuple(f"{number:012}" for number in range(12))


def back(region, *accounts, release="r1", cause=""):
    return Return(layer="compute", region=region, release=release, cause=cause, accounts=accounts)


def told(*returns):
    returned = Returned(tuple(one for one in returns if not one.cause), tuple(one for one in returns if one.cause))
    return replace(ended("deploy", Verdict.FAILED, 10.0), rollback=returned)


def test_the_accounts_are_named_where_not_all_of_a_region_are_back():
    run = told(back(EAST, HOME, OTHER), back(WEST, OTHER), back(WEST, HOME, cause="role gone"))

    assert rolled_back(run) == (f"rolled back to r1 in {EAST}, {WEST} (account {OTHER})",)
    assert not_returned(run) == ((f"compute of {WEST} (account {HOME})", "role gone"),)


def test_accounts_that_returned_to_different_releases_stand_each_with_its_own():
    run = told(back(WEST, HOME), back(WEST, OTHER, release="r0"))

    assert rolled_back(run) == (
        f"rolled back to r1 in {WEST} (account {HOME})",
        f"rolled back to r0 in {WEST} (account {OTHER})",
    )


def test_of_many_accounts_only_the_first_are_named():
    ((place, _),) = not_returned(told(back(WEST, *MANY, cause="role gone")))

    assert MANY[9] in place
    assert MANY[10] not in place
    assert place.endswith("and 2 more)")
