"""Whether a template can be gone back to without losing what was stored since: decided by what differs alone."""

from __future__ import annotations

import json
from collections.abc import Mapping

from orchestrator.core.diff import CreateOnly, replaced_resources, resources, template_changes
from orchestrator.core.plan import FieldChange

# What can be deleted and made anew at any time: nobody's data is in it, and no record of the zone points to it.
_HOLDS_NOTHING = frozenset(
    {
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::Events::Rule",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::Lambda::Alias",
        "AWS::Lambda::Function",
        "AWS::Lambda::Permission",
        "AWS::Lambda::Version",
        "AWS::SSM::Parameter",
    }
)
# Properties whose change deletes items or whole replicas of a table that itself stays.
_DELETES_ITEMS = ("Replicas", "TimeToLiveSpecification")


def data_at_risk(now: str, former: str, create_only: CreateOnly, *, other_values: bool = False) -> str:
    """Why going back from the template `now` to `former` could lose data, "" when it cannot.

    Of a type whose replacement rules (`create_only`) are not known no change counts as harmless, unless it holds
    nothing. `other_values`: parameters differ as well, and conditions may turn by them.
    """
    before, after = resources(now), resources(former)
    if _turns(now, former, other_values=other_values) or not before or not after:
        return "whether a resource would go away with it cannot be told from the templates"
    changes = [one for one in template_changes(now, former, create_only) if one.path.startswith("Resources.")]
    gone = [name for name in before if name not in after or _condition(before[name]) != _condition(after[name])]
    unknown = [name for name in map(_name, changes) if _type(before.get(name, {})) not in create_only]
    emptied = [_name(one) for one in changes if any(f".{name}" in one.path for name in _DELETES_ITEMS)]
    for names, what in (
        (gone, "delete"),
        (replaced_resources(changes), "replace"),
        (emptied, "delete items of"),
        (unknown, "change, in a way that nobody can tell,"),
    ):
        held = {name for name in names if name in before and _type(before[name]) not in _HOLDS_NOTHING}
        if held:
            return f"going back would {what} {', '.join(sorted(held))}, which may hold data"
    return ""


def _turns(now: str, former: str, *, other_values: bool) -> bool:
    """Whether conditions could decide otherwise after going back."""
    old, new = _loaded(now), _loaded(former)
    conditions = (old.get("Conditions"), new.get("Conditions"))
    if conditions[0] != conditions[1]:
        return True
    return bool(conditions[0]) and (other_values or old.get("Parameters") != new.get("Parameters"))


def _loaded(body: str) -> dict[str, object]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _name(change: FieldChange) -> str:
    return change.path.split(".")[1]


def _type(resource: Mapping[str, object]) -> str:
    return str(resource.get("Type", ""))


def _condition(resource: Mapping[str, object]) -> object:
    return resource.get("Condition")
