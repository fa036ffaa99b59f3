"""Who we are, and what time it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time as an argument."""

    def now(self) -> datetime:
        """Aware UTC time, for records that people read. Within a run the difference of two is a duration."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back. For durations and deadlines."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""
        ...


class Identity(Protocol):
    """Who we are."""

    def home_account(self) -> str:
        """The 12-digit account of the credentials we run with."""
        ...

    def credentials_end(self) -> datetime | None:
        """When these credentials end for good (aware UTC). None: they are renewed, or nobody says."""
        ...


class Organization(Protocol):
    """AWS Organizations, asked only when targets are organizational units."""

    def id(self) -> str:
        """The organization's id, `o-...`."""
        ...

    def accounts(self, units: Sequence[str]) -> tuple[str, ...]:
        """The active accounts below the units, sorted, without the management account."""
        ...
