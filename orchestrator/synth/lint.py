"""cfn-lint over every template, for every region it goes to. Slow to import (seconds): only `validate` pays for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
    everywhere = _Linter(regions)
    # One pass over all regions is enough to know that there is nothing; only then is it worth asking each.
    suspects = [template for template in templates if everywhere.matches(template.body)]
    apart = {region: _Linter([region]) for region in regions} if suspects else {}
    return tuple(sorted(finding for template in suspects for finding in _lint(template, apart)))


def _lint(template: SynthesizedTemplate, linters: Mapping[str, _Linter]) -> list[LintFinding]:
    where: dict[tuple[str, str, str, str], list[str]] = {}
    for region, linter in linters.items():
        for match in linter.matches(template.body):
            where.setdefault(_key(template.layer, match), []).append(region)
    return [
        LintFinding(place, rule, severity, message, tuple(dict.fromkeys(found)))
        for (place, rule, severity, message), found in where.items()
    ]


class _Linter:
    """cfn-lint for some regions. Its rules are loaded once: that takes longer than most templates."""

    def __init__(self, regions: Sequence[str]) -> None:
        from cfnlint.config import ConfigMixIn, ManualArgs
        from cfnlint.runner import Runner

        self._runner = Runner(ConfigMixIn(**ManualArgs(regions=list(regions), ignore_checks=["I"])))

    def matches(self, body: str) -> list[Any]:
        """What it finds in a template."""
        from cfnlint.decode.decode import decode_str

        template, unreadable = decode_str(body)
        return list(unreadable or self._runner.validate_template(template))


def _key(layer: str, match: Any) -> tuple[str, str, str, str]:
    path = ".".join(str(part) for part in getattr(match, "path", None) or ())
    place = f"{layer}: {path}" if path else f"{layer}: line {match.linenumber}"
    return place, match.rule.id, match.rule.severity, match.message
