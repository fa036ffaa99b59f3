"""Instance truth: what proves an instance right, what doubts it, what blocks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.core.instances import blocking_finding, instance_changes, parameter_changes, proven_digest
from orchestrator.core.names import TAG_TEMPLATE
from orchestrator.core.pending import Pending
from orchestrator.core.state import InstanceStatus, Operation, OperationStatus
from tests.core.landed import LANDED, SAMPLE, instance
from tests.sample_world import EAST, OTHER, TAKEN, WEST

DESIRED = SAMPLE.desired(LANDED).compute
RIGHT = instance(DESIRED, OTHER, EAST)
ENDED = Operation("op-1", "UPDATE", OperationStatus.SUCCEEDED, TAKEN, TAKEN + timedelta(minutes=1))


def with_stack(**fields):
    return replace(RIGHT, stack=replace(RIGHT.stack, **fields))


DIFFERENCES = {
    "right": (RIGHT, []),
    "a parameter of the template's own": (with_stack(parameters=(*RIGHT.stack.parameters, ("Memory", "128"))), []),
    "no stack": (replace(RIGHT, stack=None), [("stack", "missing", "present")]),
    "another template": (with_stack(digest="f" * 64), [("template", "f" * 12, DESIRED.digest[:12])]),
    "a template that could not be read": (with_stack(digest=""), [("template", "unknown", DESIRED.digest[:12])]),
    "not current": (
        replace(RIGHT, status=InstanceStatus.OUTDATED),
        [("status", "OUTDATED", "CURRENT")],
    ),
}


@pytest.mark.parametrize(("found", "expected"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_an_instance_is_right_when_nothing_differs(found, expected):
    assert [(one.path, one.before, one.after) for one in instance_changes(DESIRED, found)] == expected


@pytest.mark.parametrize(
    ("desired", "actual", "expected"),
    [
        ((("A", "1"),), (("A", "1"),), []),
        ((("A", "1"),), (("A", "2"),), ["2 > 1"]),
        ((("A", "1"),), (), [" > 1"]),
        ((("Secret", "x"),), (("Secret", "****"),), []),
        ((("A", Pending("up", "v")),), (("A", "1"),), ["1 > (known after up)"]),
    ],
)
def test_parameters_are_compared_by_value_and_what_is_unknown_differs(desired, actual, expected):
    assert [f"{one.before} > {one.after}" for one in parameter_changes(desired, actual)] == expected


TRUST = {
    "ended after the stack's last change": (ENDED, {}, "d"),
    "no operation known": (None, {}, ""),
    "still running": (replace(ENDED, ended_at=None), {}, ""),
    "changed afterwards": (ENDED, {"updated_at": TAKEN + timedelta(minutes=2)}, ""),
    "never dated": (ENDED, {"updated_at": None}, ""),
    "rolled back": (ENDED, {"status": "UPDATE_ROLLBACK_COMPLETE"}, ""),
    "no tag": (ENDED, {"tags": ()}, ""),
}


@pytest.mark.parametrize(("operation", "fields", "expected"), TRUST.values(), ids=TRUST)
def test_the_tag_is_believed_only_when_nothing_happened_since(operation, fields, expected):
    stack = replace(RIGHT.stack, **{"tags": ((TAG_TEMPLATE, "d"),), **fields})

    assert proven_digest(stack, operation) == expected


@pytest.mark.parametrize(
    ("found", "rule"),
    [
        (RIGHT, None),
        (replace(RIGHT, stack=None), None),
        (replace(RIGHT, status=InstanceStatus.INOPERABLE), "instance-inoperable"),
        (with_stack(status="DELETE_FAILED"), "stack-stuck"),
        (with_stack(status="REVIEW_IN_PROGRESS"), "stack-stuck"),
        (with_stack(status="ROLLBACK_COMPLETE"), None),
    ],
)
def test_only_what_no_update_mends_blocks(found, rule):
    finding = blocking_finding(found, "there", WEST)

    assert (finding and finding.rule) == rule
