"""Instance truth: what an instance really runs, against what it should run. Never the stack set's own word alone."""

from __future__ import annotations

from orchestrator.core.names import TAG_TEMPLATE
from orchestrator.core.pending import Pending
from orchestrator.core.plan import FieldChange, Finding, Severity
from orchestrator.core.state import InstanceStatus, Operation, Parameters, Stack, StackInstance, StackSet
from orchestrator.core.stuck_stacks import is_stuck, state_told, way_out, way_out_of_inoperable

# CloudFormation never returns the value of a NoEcho parameter.
_MASKED = "****"


def instance_changes(desired: StackSet, instance: StackInstance) -> tuple[FieldChange, ...]:
    """What differs between this instance and what it should be; () proves it right.

    Parameters that the stack set does not set are the template's own business.
    """
    stack = instance.stack
    if stack is None:
        return (FieldChange("stack", "missing", "present"),)
    found = []
    if stack.digest != desired.digest:
        found.append(FieldChange("template", stack.digest[:12] or "unknown", desired.digest[:12]))
    found += parameter_changes(desired.parameters_for(instance.region), stack.parameters)
    if instance.status is not InstanceStatus.CURRENT:
        found.append(FieldChange("status", instance.status.value, InstanceStatus.CURRENT.value))
    return tuple(found)


def parameter_changes(desired: Parameters, actual: tuple[tuple[str, str], ...]) -> list[FieldChange]:
    """Parameters that differ; a value that is not known yet counts as different."""
    have = dict(actual)
    return [
        FieldChange(f"Parameters.{name}", have.get(name, ""), str(value))
        for name, value in desired
        if isinstance(value, Pending) or (have.get(name) != value and have.get(name) != _MASKED)
    ]


def blocking_finding(
    instance: StackInstance, where: str, home_region: str, severity: Severity = Severity.ERROR
) -> Finding | None:
    """The state that no update gets out of by itself, with the exact next command."""
    if instance.status is InstanceStatus.INOPERABLE:
        fix, message = way_out_of_inoperable(instance, home_region), f"INOPERABLE: {instance.reason}"
        return Finding("instance-inoperable", severity, where, message, fix)
    stack = instance.stack
    if stack is None or not is_stuck(stack, of_instance=True):
        return None
    message = f"its stack {stack.name} is in {state_told(stack)}"
    return Finding("stack-stuck", severity, where, message, way_out(stack))


def proven_digest(stack: Stack, operation: Operation | None) -> str:
    """The template digest that the stack's own tag states, "" when the tag cannot be believed.

    The tag is written by the same UpdateStack as the template. A stack that was changed after its last stack-set
    operation ended was changed by somebody else, who may have kept the tag, and a stack that rolled back may show the
    tag of what failed: then the template itself must be read.
    """
    if operation is None or operation.ended_at is None or stack.updated_at is None:
        return ""
    if stack.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return ""
    return dict(stack.tags).get(TAG_TEMPLATE, "") if stack.updated_at <= operation.ended_at else ""
