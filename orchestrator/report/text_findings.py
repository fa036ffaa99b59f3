"""What the rules have to say, most severe first."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.core.plan import Finding, Severity
from orchestrator.core.proof import Proof
from orchestrator.report.amounts import counted
from orchestrator.report.called import as_called
from orchestrator.report.neutralise import safe
from orchestrator.report.style import Style, Tone
from orchestrator.report.text_proof import proof_lines

_TONES = {Severity.ERROR: Tone.LOUD, Severity.WARNING: Tone.WATCH, Severity.INFO: Tone.PLACE}
_ORDER = {severity: place for place, severity in enumerate((Severity.ERROR, Severity.WARNING, Severity.INFO))}


def findings_text(
    findings: Sequence[Finding], style: Style, proof: Proof | None = None, *, command: str = "orchestrator"
) -> str:
    """The result of `validate`: the verdict, then each finding, and who answers when regions die."""
    lines = [_verdict(findings, style), *finding_lines(findings, style, command=command)]
    return style.page([*lines, *proof_lines(proof, style)])


def finding_lines(findings: Sequence[Finding], style: Style, *, command: str = "orchestrator") -> list[str]:
    """Each finding as `severity rule: where`, its message and what to do, for any report.

    `command` is how the reader calls this program here.
    """
    lines: list[str] = []
    for finding in by_severity(findings):
        head = style.paint(finding.severity.value, _TONES[finding.severity])
        lines += ["", f"{head} {safe(finding.rule)}: {safe(finding.where)}"]
        lines += style.wrapped(safe(finding.message), "  ")
        if finding.fix:
            lines += style.wrapped(f"next: {safe(as_called(finding.fix, command))}", "  ", "        ")
    return lines


def by_severity(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Errors, warnings, notes; otherwise in the order given."""
    return tuple(sorted(findings, key=lambda finding: _ORDER[finding.severity]))


def tally(findings: Sequence[Finding]) -> str:
    """`1 error, 2 warnings`, "" for none."""
    names = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    counts = {severity: sum(1 for one in findings if one.severity is severity) for severity in names}
    return ", ".join(counted(count, names[severity]) for severity, count in counts.items() if count)


def _verdict(findings: Sequence[Finding], style: Style) -> str:
    refused = any(finding.severity is Severity.ERROR for finding in findings)
    if refused:
        return f"{style.paint('invalid', Tone.LOUD)}: {tally(findings)}"
    found = tally(findings) or "configuration, templates and rules have nothing to say against it"
    return f"{style.paint('valid', Tone.GOOD)}: {found}"
