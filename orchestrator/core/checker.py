"""One of the many checkers of an endpoint check: when it probes, and when it changes its mind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one checker thinks, and how many probes in a row spoke against it."""

    healthy: bool = True
    against: int = 0

    def after(self, threshold: int, *, ok: bool) -> Opinion:
        """The opinion after one probe more: it turns after `threshold` probes in a row against it."""
        against = 0 if ok is self.healthy else self.against + 1
        return Opinion(ok) if against >= threshold else Opinion(self.healthy, against)


def phases(checkers: int, shift: float) -> tuple[float, ...]:
    """When in the interval (a share in [0, 1)) each checker probes: unsynchronised, yet never all at one moment.

    `shift` in [0, 1) differs from check to check.
    """
    return tuple(((number + shift) / checkers) % 1 for number in range(checkers))
