"""What a deployment may not do while a drill has left something that nobody has put back."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.core.drill_findings import UNFINISHED
from orchestrator.core.plan import Finding, Plan, Severity

_PRICE = "users may meet the release with one region fewer, and what the drill owes may be overwritten"


def held_by_drills(plan: Plan) -> Plan:
    """The plan, refused where it would change anything while a drill is not put back; else as it is.

    A drill that still runs holds the lock, and its deployment is refused before anything is planned.
    """
    held = any(one.rule == UNFINISHED for one in plan.findings)
    if not held or (plan.is_empty and plan.complete):
        return plan
    return replace(plan, steps=(), complete=False, findings=tuple(map(_forbidding, plan.findings)))


def _forbidding(finding: Finding) -> Finding:
    if finding.rule != UNFINISHED:
        return finding
    message = f"{finding.message}: {finding.where} may still be out of service"
    put_back = f"orchestrator drill {finding.where} --put-back"
    fix = f"{put_back}; or add --despite-drill: {_PRICE}"
    return replace(finding, severity=Severity.ERROR, message=message, fix=fix)
