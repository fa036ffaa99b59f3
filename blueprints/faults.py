"""What a blueprint says when it cannot be used: every fault at once, each with its path and what to do.

BlueprintError
├── OptionsError   a path below the blueprint's own `options`
└── ContextError   a path in regions.yaml
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong: `path` (may be empty: the whole), what, and what to write instead."""

    path: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.path, self.message) if part) + (f" ({self.fix})" if self.fix else "")


class BlueprintError(Exception):
    """A blueprint cannot make its template; `faults` holds everything found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class OptionsError(BlueprintError):
    """The options given to a blueprint are wrong."""


class ContextError(BlueprintError):
    """The application's own names or regions do not fit what AWS allows."""


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """The fix for a name that does not exist: the nearest known one, or all of them."""
    candidates = sorted(known)
    near = get_close_matches(wrong, candidates, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(candidates)}" if candidates else "there are none"
