"""Amounts as people read them: counts with their noun, many accounts, durations in seconds, minutes, hours."""

from __future__ import annotations

from datetime import datetime

_ACCOUNTS_SHOWN = 4


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 step`, `3 steps`, `2 entries`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def accounts_text(accounts: tuple[str, ...]) -> str:
    """` in 111111111111, 222222222222`, counted beyond four."""
    if not accounts:
        return ""
    shown = ", ".join(accounts[:_ACCOUNTS_SHOWN])
    more = len(accounts) - _ACCOUNTS_SHOWN
    return f" in {shown} and {counted(more, 'more account')}" if more > 0 else f" in {shown}"


def duration_text(seconds: float) -> str:
    """Two units at most: `0.4 s`, `12 s`, `3 min 5 s`, `1 h 2 min`."""
    if seconds < 9.95:
        return f"{max(0.0, seconds):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def between(started: datetime | None, ended: datetime | None) -> str:
    """The duration of what has both ends, "" otherwise."""
    return duration_text((ended - started).total_seconds()) if started and ended else ""


def clock_text(at: datetime) -> str:
    """The time of day of an event, in UTC by its own zone: `02:17:51Z`."""
    return f"{at:%H:%M:%S}Z" if at.utcoffset() is not None and not at.utcoffset() else f"{at:%H:%M:%S}"
