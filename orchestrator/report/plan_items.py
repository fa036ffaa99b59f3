"""What a plan changes, place by place, as a reviewer reads it: equal changes of many accounts are one item.

Every text here is still foreign: the renderers neutralise and escape it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import NamedTuple

from orchestrator.core.plan import Change, ChangeAction, ChangeKind, FieldChange, Plan, Risk, Step
from orchestrator.report.amounts import accounts_text, counted
from orchestrator.report.plan_view import RISKS
from orchestrator.report.step_order import ANY_ACCOUNT, StepRow

EVERYWHERE = "Everywhere"
NAMES = "Route 53"
MOST_ON_PAGE = 4000
"""Items of one place in formats that fold or scroll."""
MOST_IN_TEXT = 400
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")


class _Shared(NamedTuple):
    """What changes of one item have in common."""

    kind: ChangeKind
    action: ChangeAction
    title: str
    reason: str
    region: str
    risk: Risk
    fields: tuple[tuple[str, str, str, bool], ...]


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
    """What changes in one place, and how much stays as it is there. `left_out`: changes that are too many to show."""

    title: str
    items: tuple[Item, ...]
    unchanged: int
    left_out: int = 0

    @property
    def rest(self) -> str:
        """What is said below the items, "" when all of them are shown."""
        if not self.left_out:
            return ""
        return f"… and {counted(self.left_out, 'more change')} of no higher risk: plan --format json has all"


def risky(plan: Plan) -> tuple[Item, ...]:
    """The changes of high risk, for a reviewer to see before all details. Of a destroy every change is one."""
    if plan.verb == "destroy":
        return ()
    return _items((change for change in plan.pending_changes if change.risk is Risk.HIGH), _accounts(plan))


def sections(plan: Plan, rows: Sequence[StepRow], most: int = MOST_ON_PAGE) -> tuple[Section, ...]:
    """What is shared, the regions in the order in which they are touched, then names; places without a change last.

    `rows` are those of its steps. Of more than `most` items in one place those of the lowest risk are only counted.
    """
    places: dict[str, list[Change]] = {}
    for change in plan.changes:
        places.setdefault(_place(change), []).append(change)
    order = _region_order(plan, rows)
    names = [EVERYWHERE, *(one for one in order if one in places), NAMES]
    accounts = _accounts(plan)
    made = [_section(name, places[name], accounts, most) for name in names if name in places]
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


def _accounts(plan: Plan) -> frozenset[str]:
    return frozenset({change.account for change in plan.changes if change.account})


def _region_order(plan: Plan, rows: Sequence[StepRow]) -> tuple[str, ...]:
    """Regions as their instances are touched; then those that only have something else to say."""
    ordered = [row.steps[0].region for row in rows if _touches_instances(row.steps[0])]
    return tuple(dict.fromkeys([*ordered, *sorted({change.region for change in plan.changes})]))


def _touches_instances(step: Step) -> bool:
    return bool(step.region) and step.id.split(":")[0] in ("instances", "update", "override", "delete")


def _section(title: str, changes: list[Change], accounts: Set[str], most: int) -> Section:
    pending = [change for change in changes if change.action is not ChangeAction.NO_OP]
    shown, left = _most_risky(_items(pending, accounts), most)
    return Section(title, shown, len(changes) - len(pending), left)


def _most_risky(items: tuple[Item, ...], most: int) -> tuple[tuple[Item, ...], int]:
    """As many as somebody can read, in their order, and how many changes the others are."""
    if len(items) <= most:
        return items, 0
    by_risk = sorted(range(len(items)), key=lambda place: -RISKS[items[place].change.risk])
    left = sum(max(1, len(items[place].accounts)) for place in by_risk[most:])
    return tuple(items[place] for place in sorted(by_risk[:most])), left


def _items(changes: Iterable[Change], accounts: Set[str]) -> tuple[Item, ...]:
    """Changes that differ in nothing but the account become one item: a thousand accounts read like one."""
    groups: dict[_Shared, list[tuple[str, Change]]] = {}
    for change in changes:
        account = change.account or _account_named(change, accounts)
        groups.setdefault(_without_account(change, account), []).append((account, change))
    return tuple(_item(key, group) for key, group in groups.items())


def _account_named(change: Change, accounts: Set[str]) -> str:
    """Records belong to no account, but their names may tell one."""
    if change.kind is not ChangeKind.RECORD:
        return ""
    found = _ACCOUNT.search(change.id)
    return found[0] if found and found[0] in accounts else ""


def _item(shared: _Shared, group: list[tuple[str, Change]]) -> Item:
    """A group speaks of `{account}`, as regions.yaml does; a change alone keeps its own words."""
    change = group[0][1]
    if len(group) == 1:
        return Item(change, _title(change), (change.account,) if change.account else ())
    accounts = tuple(account for account, _ in group if account)
    # A line of a zone file has no place for them but a comment.
    suffix = f" ;{accounts_text(accounts)}" if change.kind is ChangeKind.RECORD else ""
    fields = tuple(
        FieldChange(path, before and before + suffix, after and after + suffix, replaces)
        for path, before, after, replaces in shared.fields
    )
    return Item(replace(change, account="", reason=shared.reason, fields=fields), shared.title, accounts)


def _without_account(change: Change, account: str) -> _Shared:
    def general(text: str) -> str:
        return text.replace(account, ANY_ACCOUNT) if account else text

    return _Shared(
        change.kind,
        change.action,
        general(_title(change)),
        general(change.reason),
        change.region,
        change.risk,
        tuple((one.path, general(one.before), general(one.after), one.replaces) for one in change.fields),
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
