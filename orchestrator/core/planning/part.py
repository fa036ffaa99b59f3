"""What each planner contributes: changes, steps, findings, and whether the plan is complete without another look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.core.plan import Change, Finding, Step


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a plan."""

    changes: tuple[Change, ...] = ()
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    complete: bool = True

    @property
    def step_ids(self) -> tuple[str, ...]:
        """The ids of the steps, in order."""
        return tuple(step.id for step in self.steps)

    def has(self, step_id: str) -> bool:
        """True when the part holds that step."""
        return step_id in self.step_ids


def joined(parts: Iterable[Part]) -> Part:
    """All the parts as one, in order."""
    gathered = tuple(parts)
    return Part(
        tuple(change for part in gathered for change in part.changes),
        tuple(step for part in gathered for step in part.steps),
        tuple(finding for part in gathered for finding in part.findings),
        all(part.complete for part in gathered),
    )
