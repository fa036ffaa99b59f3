"""What a rule of the safety analysis is, and what it says of one place in a template."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from orchestrator.core.plan import Severity


class Family(Enum):
    """What a rule protects."""

    DOWNTIME = "downtime"
    INDEPENDENCE = "independence"
    SECURITY = "security"
    RECOVERY = "recovery"
    JOINTS = "joints"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`id` is also its heading in docs/reference/rules.md; ERROR only where an outage or a leak is certain.

    `compares`: it looks at the template before as well, so it speaks once, of a change.
    """

    id: str
    severity: Severity
    title: str
    why: str
    fix: str
    compares: bool = False

    @property
    def anchor(self) -> str:
        """Where the rule is described."""
        return f"docs/reference/rules.md#{self.id}"


@dataclass(frozen=True, slots=True)
class Hit:
    """One rule at one place: the resource's logical id, the path below it (may be empty), and what is there."""

    rule: Rule
    layer: str
    resource: str
    path: str
    message: str
    section: str = "Resources"

    @property
    def where(self) -> str:
        """`infra: Resources.Table.Properties.Replicas.0`."""
        return f"{self.layer}: {self.section}.{self.resource}" + (f".{self.path}" if self.path else "")
