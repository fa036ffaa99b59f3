"""Priorities of listener rules: one cannot be taken from another rule that has it while the update runs."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.core.analysis.document import Document, Resource
from orchestrator.core.analysis.rule import Hit, Rule
from orchestrator.core.analysis.values import SOMETHING
from orchestrator.core.plan import Severity

PRIORITY_TAKEN = Rule(
    id="priority-taken",
    severity=Severity.ERROR,
    title="A listener rule takes a priority that another rule of the deployed template has",
    why="Load balancers refuse a second rule of the same priority. CloudFormation makes and changes rules before it "
    "deletes those that went, and in no certain order: the release stops in the first region, half done. Another "
    "logical id is another rule, so a service that is renamed meets its own old one.",
    fix="give it a priority that no deployed rule of the listener has (two that change places need a release each)",
    compares=True,
)

RULES = (PRIORITY_TAKEN,)

_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"


def priorities(before: Document, after: Document) -> Iterator[Hit]:
    """Hits of one layer's change. A listener or priority that only AWS knows is compared with none."""
    held = {place: one.name for one in before.of_type(_RULE) if (place := _place(one))}
    for one in after.of_type(_RULE):
        holder = held.get(_place(one), one.name)
        if holder != one.name:
            message = f"{one.at('Priority')} is that of {holder}, which is deployed"
            yield Hit(PRIORITY_TAKEN, after.layer, one.name, "Properties.Priority", message)


def _place(one: Resource) -> tuple[str, ...]:
    """Listener, priority and the condition on which the rule exists; () when they are not written down."""
    listener, priority, condition = one.text("ListenerArn"), one.at("Priority"), one.whole.get("Condition")
    known = listener and SOMETHING not in listener and isinstance(priority, int | str)
    return (listener, str(priority), str(condition)) if known else ()
