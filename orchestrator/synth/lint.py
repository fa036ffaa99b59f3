"""cfn-lint over every template, for every region it goes to. Slow to import (seconds): only `validate` pays for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orchestrator.synth.template import SynthesizedTemplate


@dataclass(frozen=True, slots=True, order=True)
class LintFinding:
    """One finding. `where` is `layer: path in the template`, `regions` where it holds, severity cfn-lint's own word."""

    where: str
    rule: str
    severity: str  # error | warning | informational
    message: str
    regions: tuple[str, ...]


def lint(templates: Iterable[SynthesizedTemplate], regions: Sequence[str]) -> tuple[LintFinding, ...]:
    """Findings of all templates, equal ones of several regions merged, sorted by place."""
    return tuple(sorted(finding for template in templates for finding in _lint(template, regions)))


def _lint(template: SynthesizedTemplate, regions: Sequence[str]) -> list[LintFinding]:
    # One pass over all regions is enough to know that there is nothing; only then is it worth asking each.
    if not _matches(template.body, regions):
        return []
    where: dict[tuple[str, str, str, str], list[str]] = {}
    for region in regions:
        for match in _matches(template.body, [region]):
            where.setdefault(_key(template.layer, match), []).append(region)
    return [
        LintFinding(place, rule, severity, message, tuple(dict.fromkeys(found)))
        for (place, rule, severity, message), found in where.items()
    ]


def _matches(body: str, regions: Sequence[str]) -> list[Any]:
    from cfnlint.api import lint as cfn_lint
    from cfnlint.config import ManualArgs

    found: list[Any] = cfn_lint(body, config=ManualArgs(regions=list(regions), ignore_checks=["I"]))
    return found


def _key(layer: str, match: Any) -> tuple[str, str, str, str]:
    path = ".".join(str(part) for part in getattr(match, "path", None) or ())
    place = f"{layer}: {path}" if path else f"{layer}: line {match.linenumber}"
    return place, match.rule.id, match.rule.severity, match.message
