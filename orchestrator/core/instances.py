"""Instance truth: what an instance really runs, against what it should run. Never the stack set's own word alone."""

from __future__ import annotations

from orchestrator.core.names import TAG_TEMPLATE
from orchestrator.core.pending import Pending
from orchestrator.core.plan import FieldChange, Finding, Severity
from orchestrator.core.state import InstanceStatus, Operation, Parameters, Stack, StackInstance, StackSet

# CloudFormation never returns the value of a NoEcho parameter.
_MASKED = "****"

_STUCK = {
    "ROLLBACK_FAILED": "delete-stack",
    "UPDATE_ROLLBACK_FAILED": "continue-update-rollback",
    "DELETE_FAILED": "delete-stack",
    "REVIEW_IN_PROGRESS": "delete-stack",
}


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


def blocking_finding(instance: StackInstance, where: str) -> Finding | None:
    """The state that no update gets out of by itself, with the exact next command."""
    place = f"--region {instance.region} (account {instance.account})"
    if instance.status is InstanceStatus.INOPERABLE:
        fix = (
            f"aws cloudformation delete-stack-instances --stack-set-name {instance.stack_set} --accounts "
            f"{instance.account} --regions {instance.region} --retain-stacks, delete its stack, then deploy"
        )
        return Finding("instance-inoperable", Severity.ERROR, where, f"INOPERABLE: {instance.reason}", fix)
    stack = instance.stack
    command = _STUCK.get(stack.status) if stack else None
    if stack is None or command is None:
        return None
    fix = f"aws cloudformation {command} --stack-name {stack.name} {place}, then deploy"
    return Finding("stack-stuck", Severity.ERROR, where, f"its stack is in {stack.status}: {stack.status_reason}", fix)


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
