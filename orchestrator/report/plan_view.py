"""How a reviewer reads a plan, whatever the format: headline, replaced resources, risks, sections by region.

Every text here is still foreign: the renderers neutralise and escape it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from orchestrator.core.plan import Change, ChangeAction, ChangeKind, FieldChange, Plan, Plane, Risk, Severity, Step
from orchestrator.report.amounts import accounts_text, counted
from orchestrator.report.step_order import ANY_ACCOUNT, step_rows

EVERYWHERE = "Everywhere"
NAMES = "Route 53"
_RISKS = {risk: place for place, risk in enumerate(Risk)}
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
class Item:
    """One or several equal changes: `accounts` are all those that get exactly this one."""

    change: Change
    title: str
    accounts: tuple[str, ...]

    @property
    def heading(self) -> str:
        """Title, region and accounts, each said once."""
        region = self.change.region
        place = f" {region}" if region and region not in self.title else ""
        return f"{self.title}{place}{accounts_text(self.accounts)}"


@dataclass(frozen=True, slots=True)
class Section:
    """What changes in one place, and how much stays as it is there."""

    title: str
    items: tuple[Item, ...]
    unchanged: int


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
    risk = max((change.risk for change in plan.pending_changes), key=_RISKS.__getitem__, default=Risk.NONE)
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


def risky(plan: Plan) -> tuple[Item, ...]:
    """The changes of high risk, for a reviewer to see before all details. Of a destroy every change is one."""
    if plan.verb == "destroy":
        return ()
    return _items(change for change in plan.pending_changes if change.risk is Risk.HIGH)


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


# -- what changes, place by place ---------------------------------------------------------------------------------


def sections(plan: Plan) -> tuple[Section, ...]:
    """What is shared, the regions in the order in which they are touched, then names; places without a change last."""
    places: dict[str, list[Change]] = {}
    for change in plan.changes:
        places.setdefault(_place(change), []).append(change)
    order = _region_order(plan)
    names = [EVERYWHERE, *(one for one in order if one in places), NAMES]
    made = [_section(name, places[name]) for name in names if name in places]
    return tuple(section for section in made if section.items)


def _place(change: Change) -> str:
    match change.kind:
        case ChangeKind.RECORD | ChangeKind.LEVER | ChangeKind.OUTAGE:
            return NAMES
        case ChangeKind.STACK_SET:
            return EVERYWHERE
        case ChangeKind.ACCESS | ChangeKind.CONTROL | ChangeKind.BUCKET_REPLICATION | ChangeKind.ARTIFACT:
            return EVERYWHERE
        case ChangeKind.HEALTH_CHECK | ChangeKind.INSTANCE:
            return change.region or NAMES


def _region_order(plan: Plan) -> tuple[str, ...]:
    """Regions as their instances are touched; then those that only have something else to say."""
    ordered = [row.steps[0].region for row in step_rows(plan) if _touches_instances(row.steps[0])]
    return tuple(dict.fromkeys([*ordered, *sorted({change.region for change in plan.changes})]))


def _touches_instances(step: Step) -> bool:
    return bool(step.region) and step.id.split(":")[0] in ("instances", "update", "override", "delete")


def _section(title: str, changes: list[Change]) -> Section:
    pending = [change for change in changes if change.action is not ChangeAction.NO_OP]
    return Section(title, _items(pending), len(changes) - len(pending))


def _items(changes: Iterable[Change]) -> tuple[Item, ...]:
    """Changes that differ in nothing but the account become one item: a thousand accounts read like one."""
    groups: dict[Change, list[Change]] = {}
    for change in changes:
        groups.setdefault(_without_account(change), []).append(change)
    return tuple(_item(key, group) for key, group in groups.items())


def _item(shared: Change, group: list[Change]) -> Item:
    """A group speaks of `{account}`, as regions.yaml does; a change alone keeps its own words."""
    change = group[0] if len(group) == 1 else replace(shared, id=group[0].id)
    return Item(change, shared.id, tuple(one.account for one in group if one.account))


def _without_account(change: Change) -> Change:
    title = _title(change)
    if not change.account:
        return replace(change, id=title)

    def general(text: str) -> str:
        return text.replace(change.account, ANY_ACCOUNT)

    return replace(
        change,
        id=title,
        account="",
        reason=general(change.reason),
        fields=tuple(replace(one, before=general(one.before), after=general(one.after)) for one in change.fields),
    )


def _title(change: Change) -> str:
    """The id in words, without the region and the account, which are said beside it."""
    parts = [part for part in change.id.split(":")[1:] if part and part not in (change.region, change.account)]
    match change.kind:
        case ChangeKind.INSTANCE:
            return f"{' '.join(parts) or 'stack'} instance"
        case ChangeKind.RECORD:
            return f"record {' '.join(parts)}"
        case ChangeKind.STACK_SET | ChangeKind.CONTROL:
            return " ".join(["stack set", *parts]) if change.id.startswith("stack-set:") else change.id
        case ChangeKind.ACCESS:
            return " ".join(["roles", *parts])
        case ChangeKind.BUCKET_REPLICATION:
            return f"replication from {change.region}"
        case ChangeKind.LEVER:
            return f"lever {' '.join(parts)} of {change.region}"
        case ChangeKind.OUTAGE:
            return f"outage of {change.region}"
        case ChangeKind.ARTIFACT | ChangeKind.HEALTH_CHECK:
            return " ".join([change.kind.value.replace("-", " "), *parts])
