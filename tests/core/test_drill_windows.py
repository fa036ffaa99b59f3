from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.drill_windows import blocking, windows
from orchestrator.core.topology import BlockedWindow

DAY = 24 * 60
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
WEEKEND = "Fri 16:00 - Mon 08:00"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of one week; day 0 is its Monday."""
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Tue 09:00-17:30", [(DAY + 540, DAY + 1050)]),
        ("Sat,Sun 00:00-24:00", [(5 * DAY, 6 * DAY), (6 * DAY, 7 * DAY)]),
        ("Mon-Wed,Sat 08:00 - 09:00", [(day * DAY + 480, day * DAY + 540) for day in (0, 1, 2, 5)]),
        ("Sat-Mon 08:00-09:00", [(day * DAY + 480, day * DAY + 540) for day in (0, 5, 6)]),
        ("Mon,Mon-Tue 08:00-09:00", [(480, 540), (DAY + 480, DAY + 540)]),
        ("daily 22:00-06:00", [(day * DAY + 1320, (day + 1) % 7 * DAY + 360) for day in range(7)]),
        ("daily 22:00-00:00", [(day * DAY + 1320, (day + 1) % 7 * DAY) for day in range(7)]),
        ("daily 22:00-24:00", [(day * DAY + 1320, (day + 1) * DAY) for day in range(7)]),
        (WEEKEND, [(4 * DAY + 960, 480)]),
        ("Mon 09:00-Fri 24:00", [(540, 5 * DAY)]),
        ("Mon 00:00 - Sun 24:00", [(0, 7 * DAY)]),
    ],
)
def test_a_text_says_windows_of_the_week(text: str, spans: list[tuple[int, int]]) -> None:
    assert windows(text) == tuple(BlockedWindow(start, end, text) for start, end in spans)


@pytest.mark.parametrize(
    "text",
    [
        "", "Fri", "fri 16:00-17:00", "Friday 16:00-17:00", "16:00-17:00", "Fri 16:00", "Fri 16-17", "Fri 24:00-08:00",
        "Fri 16:00-24:01", "Fri 9:00-10:00", "Fri, Sat 09:00-10:00", "daily 16:00 - Mon 08:00", "Fri 16:00  -  17:00",
        "Fri 16:00-17:00 ", "Fri 16:00-17:00\n", "Fri 1६:00-17:00",
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no window"):
        windows(text)


@pytest.mark.parametrize("text", ["Fri 16:00-16:00", "Fri 16:00 - Fri 16:00", "daily 00:00-00:00"])
def test_a_window_that_ends_when_it_begins_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ends at the moment"):
        windows(text)


@pytest.mark.parametrize(
    ("text", "moment", "blocked"),
    [
        (WEEKEND, at(4, 15, 59), False),
        (WEEKEND, at(4, 16), True),
        (WEEKEND, at(6, 23, 59), True),
        (WEEKEND, at(0, 0), True),
        (WEEKEND, at(0, 7, 59), True),
        (WEEKEND, at(0, 8), False),
        (WEEKEND, at(2, 12), False),
        ("daily 22:00-06:00", at(6, 23), True),
        ("daily 22:00-06:00", at(0, 5, 59), True),
        ("daily 22:00-06:00", at(0, 6), False),
        ("Sat,Sun 00:00-24:00", at(6, 23, 59), True),
        ("Sat,Sun 00:00-24:00", at(0, 0), False),
        ("Sat,Sun 00:00-24:00", at(4, 23, 59), False),
        ("Mon 00:00 - Sun 24:00", at(6, 23, 59), True),
    ],
)
def test_a_window_begins_with_its_first_minute_and_ends_before_its_last(
    text: str, moment: datetime, blocked: bool
) -> None:
    found = blocking(windows(text), moment)

    assert (found.text if found else "") == (text if blocked else "")


def test_moments_are_compared_in_utc() -> None:
    # 23:30 on Thursday here is 01:30 on Friday in UTC.
    moment = datetime(2026, 6, 4, 23, 30, tzinfo=timezone(timedelta(hours=-2)))

    assert blocking(windows("Fri 01:00-02:00"), moment)
    assert not blocking(windows("Thu 00:00-24:00"), moment)


def test_the_first_window_that_holds_is_told() -> None:
    both = (*windows("Fri 00:00-12:00"), *windows("daily 06:00-18:00"))

    assert [blocking(both, at(4, hour)) for hour in (7, 13, 19)] == [both[0], both[5], None]


@given(st.integers(0, 7 * DAY - 1), st.integers(0, 7 * DAY - 1), st.integers(0, 7 * DAY - 1))
def test_of_a_window_and_its_complement_exactly_one_blocks(start: int, end: int, minute: int) -> None:
    moment = MONDAY + timedelta(minutes=minute)
    if start == end:
        end = (start + 1) % (7 * DAY)

    window, rest = BlockedWindow(start, end, ""), BlockedWindow(end, start, "")

    assert bool(blocking([window], moment)) is not bool(blocking([rest], moment))
