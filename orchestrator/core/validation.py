"""What `validate` found without asking AWS: faults of file and templates, unsafe ones, and the proof of failover."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.core.plan import Finding, Severity
from orchestrator.core.proof import Proof


@dataclass(frozen=True, slots=True)
class Validation:
    """`findings` are of configuration and templates, `unsafe` of the safety analysis, `unproven` those of the proof."""

    findings: tuple[Finding, ...]
    unproven: tuple[Finding, ...] = ()
    proof: Proof | None = None
    unsafe: tuple[Finding, ...] = ()

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """All kinds."""
        return (*self.findings, *self.unsafe, *self.unproven)

    @property
    def is_invalid(self) -> bool:
        """The file or a template is wrong."""
        return any(one.severity is Severity.ERROR for one in self.findings)

    @property
    def is_refused(self) -> bool:
        """All is well formed, and would be unsafe, or failing over would not work."""
        return any(one.severity is Severity.ERROR for one in (*self.unsafe, *self.unproven))
