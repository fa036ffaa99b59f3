"""A value that is not known yet, and where it will come from. Never a None that means three things."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Pending:
    """Known after the step `step` has run, as the result `result` of that step."""

    step: str
    result: str

    def __str__(self) -> str:
        return f"(known after {self.step})"


Value = str | Pending
"""A text that is known, or known after a step."""
