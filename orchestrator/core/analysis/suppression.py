"""What somebody has looked at and accepts, with the reason: on the resource itself, or in regions.yaml.

On the resource, next to what it excuses: `Metadata: {orchestrator: {suppress: {RULE: reason}}}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from orchestrator.core.analysis.document import Document
from orchestrator.core.analysis.rule import Hit, Rule
from orchestrator.core.analysis.values import at, mapping
from orchestrator.core.plan import Finding, Severity

METADATA = "Metadata.orchestrator.suppress"


@dataclass(frozen=True, slots=True)
class Suppression:
    """One rule on one resource, and why. `where` is the place it was written at."""

    layer: str
    resource: str
    rule: str
    reason: str
    where: str

    def covers(self, hit: Hit) -> bool:
        """Whether it is about this hit."""
        return (self.layer, self.resource, self.rule) == (hit.layer, hit.resource, hit.rule.id)


def written(document: Document) -> tuple[Suppression, ...]:
    """What the template itself says, good or not."""
    found = []
    for one in document.resources:
        said = mapping(at(one.whole, "Metadata", "orchestrator", "suppress"))
        for rule, reason in sorted(said.items()):
            where = f"{document.layer}: Resources.{one.name}.{METADATA}.{rule}"
            why = reason.strip() if isinstance(reason, str) else ""
            found.append(Suppression(document.layer, one.name, rule, why, where))
    return tuple(found)


def applied(hits: Iterable[Hit], suppressions: tuple[Suppression, ...], rules: Mapping[str, Rule]) -> Iterator[Finding]:
    """The findings: of each hit, and of suppressions that say too little or excuse nothing."""
    good = [one for one in suppressions if one.reason and one.rule in rules]
    used = set()
    for hit in hits:
        reasons = [one for one in good if one.covers(hit)]
        used |= {one.where for one in reasons}
        yield _suppressed(hit, reasons[0].reason) if reasons else _finding(hit)
    for one in suppressions:
        if one.rule not in rules:
            yield _warning("suppression-unknown", one, f"there is no rule {one.rule}", "rules: docs/reference/rules.md")
        elif not one.reason:
            yield _warning("suppression-without-reason", one, "gives no reason: not applied", "say why in words")
        elif one.where not in used and not rules[one.rule].compares:
            fix = "take it out: it would hide the next finding of this rule"
            yield _warning("suppression-unused", one, f"{one.rule} has nothing to say of {one.resource}", fix)


def _finding(hit: Hit) -> Finding:
    message = f"{_told(hit)}. {hit.rule.why}"
    return Finding(hit.rule.id, hit.rule.severity, hit.where, message, f"{hit.rule.fix} ({hit.rule.anchor})")


def _suppressed(hit: Hit, reason: str) -> Finding:
    return Finding(hit.rule.id, Severity.INFO, hit.where, f"suppressed: {reason.rstrip('.')}. {_told(hit)}")


def _told(hit: Hit) -> str:
    return f"{hit.rule.title} ({hit.message})"


def _warning(rule: str, one: Suppression, message: str, fix: str) -> Finding:
    return Finding(rule, Severity.WARNING, one.where, message, fix)
