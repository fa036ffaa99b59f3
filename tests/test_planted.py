"""Every planted bug can still be planted: its text stands in the product once. `make soak` plants them."""

from __future__ import annotations

import pytest

from tests.planted import BUGS, ROOT, planted


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_can_still_be_planted(bug):
    text = (ROOT / bug.file).read_text()

    assert planted(bug, text) != text


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_the_tests_that_must_catch_it_are_there(bug):
    for one in bug.suite.split():
        file, _, test = one.partition("::")
        name = test.partition("[")[0]

        assert f"def {name}" in (ROOT / file).read_text()


def test_there_are_at_least_twelve_of_them():
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 12
