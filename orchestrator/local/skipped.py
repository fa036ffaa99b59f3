"""What stands in a template and was not made, or not whole, in the embedded AWS: listed for the user."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Skipped:
    """A resource that stands in a template but was not made."""

    account: str
    region: str
    stack: str
    logical_id: str
    type: str

    def __str__(self) -> str:
        return f"{self.type} {self.logical_id} of {self.stack} in {self.region} ({self.account})"


_skipped: dict[tuple[str, str, str], Skipped] = {}


def skipped() -> tuple[Skipped, ...]:
    """Every resource that is stood in for now, sorted."""
    return tuple(sorted(_skipped.values()))


def note(physical_id: str, one: Skipped) -> None:
    """Lists it from now on, by its physical id in its account and region."""
    _skipped[(one.account, one.region, physical_id)] = one


def forget(physical_id: str) -> None:
    """It is gone, in the account and region that act."""
    from ministack.core.responses import get_account_id, get_region

    _skipped.pop((get_account_id(), get_region(), physical_id), None)
