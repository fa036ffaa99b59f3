"""When drills are blocked, weekly in UTC: `daily 22:00-06:00`, `Mon-Thu,Sat 08:00-18:00`, `Fri 16:00 - Mon 08:00`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from orchestrator.core.topology import BlockedWindow

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MINUTES_OF_DAY = 24 * 60
_MINUTES_OF_WEEK = 7 * _MINUTES_OF_DAY

_DAY = f"(?:{'|'.join(DAYS)})"
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_END = f"(?:{_TIME}|24:00)"
_SPAN = f"({_DAY}) ({_TIME}) ?- ?({_DAY}) ({_END})"
_REPEATED = f"(daily|{_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)*) ({_TIME}) ?- ?({_END})"
PATTERN = f"^(?:{_SPAN}|{_REPEATED})$"
"""Understood by Python and JavaScript alike: it stands in the JSON Schema, too."""


def windows(text: str) -> tuple[BlockedWindow, ...]:
    """What a text blocks: one window per day, or one over several days. Raises ValueError when it says no window."""
    found = re.fullmatch(PATTERN, text, re.ASCII)
    if not found:
        raise ValueError("is no window")
    first, start, last, end, days, day_start, day_end = found.groups()
    spans = [(_minute(first, start), _minute(last, end))] if first else _repeated(_days(days), day_start, day_end)
    if any(begins == ends for begins, ends in spans):
        raise ValueError("ends at the moment when it begins")
    return tuple(BlockedWindow(begins, ends, text) for begins, ends in spans)


def blocking(blocked: Iterable[BlockedWindow], at: datetime) -> BlockedWindow | None:
    """The first window that holds the moment `at`, which knows its time zone."""
    moment = at.astimezone(UTC)
    minute = moment.weekday() * _MINUTES_OF_DAY + moment.hour * 60 + moment.minute
    return next((window for window in blocked if _holds(window, minute)), None)


def _holds(window: BlockedWindow, minute: int) -> bool:
    start, end = window.start_minute_of_week, window.end_minute_of_week
    return start <= minute < end if start < end else minute >= start or minute < end


def _repeated(days: Iterable[str], start: str, end: str) -> list[tuple[int, int]]:
    """The same hours on each of the days; hours that end before they begin end on the next day."""
    spans = []
    for day in days:
        begins, ends = _minute(day, start), _minute(day, end)
        overnight = (ends + _MINUTES_OF_DAY) % _MINUTES_OF_WEEK
        spans.append((begins, overnight if ends < begins else ends))
    return spans


def _days(written: str) -> tuple[str, ...]:
    """`Mon-Wed,Sat` as days; a range may pass the end of the week."""
    if written == "daily":
        return DAYS
    named: set[str] = set()
    for part in written.split(","):
        first, _, last = part.partition("-")
        begins = DAYS.index(first)
        count = (DAYS.index(last or first) - begins) % len(DAYS) + 1
        named |= {DAYS[(begins + number) % len(DAYS)] for number in range(count)}
    return tuple(day for day in DAYS if day in named)


def _minute(day: str, time: str) -> int:
    hours, minutes = time.split(":")
    return DAYS.index(day) * _MINUTES_OF_DAY + int(hours) * 60 + int(minutes)
