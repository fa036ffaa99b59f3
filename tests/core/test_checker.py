"""When a checker changes its mind, and when it probes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.checker import Opinion, phases

HISTORIES = {
    "nothing seen": ("", True),
    "two failures of three": ("xx", True),
    "three in a row": ("xxx", False),
    "a good answer between them starts the count again": ("xxoxx", True),
    "once down, two good answers are not enough": ("xxxoo", False),
    "three are": ("xxxooo", True),
    "flapping changes nothing": ("xoxoxoxo", True),
    "flapping leaves it down as well": ("xxxoxoxo", False),
}


@pytest.mark.parametrize(("probes", "expected"), HISTORIES.values(), ids=HISTORIES)
def test_a_checker_changes_its_mind_after_three_probes_in_a_row(probes, expected):
    opinion = Opinion()
    for probe in probes:
        opinion = opinion.after(3, ok=probe == "o")

    assert opinion.healthy is expected


@given(st.integers(1, 50), st.floats(0, 1, exclude_max=True))
def test_checkers_are_spread_over_the_whole_interval(checkers, shift):
    found = sorted(phases(checkers, shift))

    gaps = [later - earlier for earlier, later in zip(found, [*found[1:], found[0] + 1], strict=True)]
    assert all(0 <= phase < 1 for phase in found)
    assert gaps == pytest.approx([1 / checkers] * checkers)
