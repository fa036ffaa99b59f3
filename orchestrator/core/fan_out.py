"""How a stack-set operation spreads over the accounts of one region: how many at once, how many may fail.

Source: CloudFormation API reference, StackSetOperationPreferences.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ConcurrencyMode(Enum):
    """STRICT never lets more accounts run than may still fail; SOFT does."""

    STRICT = "STRICT_FAILURE_TOLERANCE"
    SOFT = "SOFT_FAILURE_TOLERANCE"


@dataclass(frozen=True, slots=True)
class Share:
    """A number of accounts, or a percentage of those of one region (`percent`)."""

    number: int
    percent: bool = False

    def of(self, accounts: int) -> int:
        """In accounts; percentages round down, as StackSets does."""
        return accounts * self.number // 100 if self.percent else self.number


@dataclass(frozen=True, slots=True)
class FanOut:
    """By default nobody may fail, yet all accounts of a region run at once: only SOFT allows both."""

    concurrency: Share = Share(100)
    tolerance: Share = Share(0)
    mode: ConcurrencyMode = ConcurrencyMode.SOFT

    def most_failed(self, accounts: int) -> int:
        """How many of `accounts` (one region, one operation) can fail before StackSets starts no more of them."""
        at_once = max(1, self.concurrency.of(accounts)) if self.mode is ConcurrencyMode.SOFT else 1
        return min(accounts, self.tolerance.of(accounts) + at_once)


ALL_AT_ONCE = FanOut()
"""What applies where nobody says otherwise."""
