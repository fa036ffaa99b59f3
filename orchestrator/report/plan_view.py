"""How a reviewer reads a plan, whatever the format: headline, verdict, evidence, replaced resources.

Every text here is still foreign: the renderers neutralise and escape it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from orchestrator.core.plan import Change, ChangeAction, ChangeKind, FieldChange, Plan, Plane, Risk, Severity
from orchestrator.report.amounts import counted

RISKS = {risk: place for place, risk in enumerate(Risk)}
"""From the least to the highest."""
_WORDS = {
    ChangeKind.ACCESS: "stack of roles",
    ChangeKind.CONTROL: "control stack set",
    ChangeKind.BUCKET_REPLICATION: "bucket replication",
    ChangeKind.ARTIFACT: "artifact",
    ChangeKind.STACK_SET: "stack set",
    ChangeKind.INSTANCE: "stack instance",
    ChangeKind.HEALTH_CHECK: "health check",
    ChangeKind.RECORD: "record",
    ChangeKind.LEVER: "lever",
}


@dataclass(frozen=True, slots=True)
class Replaced:
    """A resource that is deleted and made anew, by which properties, and where that happens."""

    where: str
    resource: str
    causes: tuple[FieldChange, ...]


# -- the headline -------------------------------------------------------------------------------------------------


def subject(plan: Plan) -> str:
    """`deploy sample production, release f6ecb75ebe73`."""
    release = f", release {plan.release}" if plan.release else ""
    return f"{plan.verb} {plan.application} {plan.environment}{release}"


def summary(plan: Plan) -> str:
    """The line that says how much would happen."""
    return (
        f"{plan.count(ChangeAction.CREATE)} to create, {plan.count(ChangeAction.UPDATE)} to update, "
        f"{plan.count(ChangeAction.REPLACE)} to replace, {plan.count(ChangeAction.DELETE)} to delete; "
        f"{plan.count(ChangeAction.NO_OP)} unchanged"
    )


def is_refused(plan: Plan) -> bool:
    """A rule forbids it."""
    return any(finding.severity is Severity.ERROR for finding in plan.findings)


def verdict(plan: Plan) -> str:
    """What the plan comes to, in one sentence."""
    if is_refused(plan):
        return "REFUSED: nothing will change until the errors below are gone"
    if plan.is_empty and not plan.complete:
        return "Nothing can be planned yet: a part of the world could not be seen"
    if plan.is_empty:
        return "Nothing will change"
    return highest_risk(plan)


def evidence(plan: Plan) -> str:
    """Why an empty plan may be believed: what was looked at and found to be as it should be."""
    if not plan.changes:
        return f"AWS was asked, and holds nothing that {plan.verb} would have to touch."
    numbers = {kind: sum(1 for change in plan.changes if change.kind is kind) for kind in ChangeKind}
    looked = ", ".join(counted(number, _WORDS[kind], _plural(kind)) for kind, number in numbers.items() if number)
    return f"Read back from AWS and as they should be: {looked}."


def _plural(kind: ChangeKind) -> str:
    return "stacks of roles" if kind is ChangeKind.ACCESS else ""


def highest_risk(plan: Plan) -> str:
    """`highest risk: high (3 changes)`."""
    risk = max((change.risk for change in plan.pending_changes), key=RISKS.__getitem__, default=Risk.NONE)
    number = sum(1 for change in plan.pending_changes if change.risk is risk)
    return f"Highest risk: {risk.value} ({counted(number, 'change')})"


def incomplete(plan: Plan) -> str:
    """What an incomplete plan means, "" for a complete one or one that does not run."""
    if plan.complete or plan.is_empty:
        return ""
    return (
        "Not the whole way: some things are known only after these steps; the rest is then planned anew and carried out"
    )


def calls(plan: Plan) -> str:
    """Which regions' control and data planes the steps call: what an outage there would stop."""
    parts = []
    for plane in Plane:
        homes = sorted({step.home_region for step in plan.steps if step.plane is plane and step.home_region})
        if homes:
            parts.append(f"the {plane.value} plane of {', '.join(homes)}")
    return "; ".join(parts)


# -- what is replaced ---------------------------------------------------------------------------------------------


def replaced(plan: Plan) -> tuple[Replaced, ...]:
    """Every resource whose fixed properties change, and everything planned as a replacement."""
    found: dict[tuple[str, str], list[FieldChange]] = {}
    for change in plan.pending_changes:
        for field in change.fields:
            if field.replaces:
                found.setdefault((_named(change), _resource(field.path)), []).append(field)
    return tuple(Replaced(where, resource, tuple(causes)) for (where, resource), causes in found.items())


def _resource(path: str) -> str:
    parts = path.split(".")
    return parts[1] if parts[0] == "Resources" and len(parts) > 1 else path


def _named(change: Change) -> str:
    return change.id.replace(":", " ", 1)


def value_text(text: str) -> str:
    """A value as people read it: a whole resource begins with its type. `text` is as the plan holds it."""
    if not text.startswith('{"'):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if not isinstance(value.get("Type"), str) or not value["Type"].startswith(("AWS::", "Custom::")):
        return text
    rest = {name: one for name, one in value.items() if name != "Type"}
    return f"{value['Type']} {json.dumps(rest, ensure_ascii=False)}" if rest else str(value["Type"])
