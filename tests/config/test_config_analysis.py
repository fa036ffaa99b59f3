"""What regions.yaml accepts of the safety analysis: by resource and rule, with a reason."""

from __future__ import annotations

import pytest

from orchestrator.core.topology import Accepted

LINES = "analysis:\n  suppress:\n"


def test_each_rule_of_each_resource_has_its_reason(good, read):
    table, api = "infra.Table: {table-without-pitr: rebuilt}", "compute.Api: {entrance-replaced: new}"

    assert read(f"{good}{LINES}    {table}\n    {api}\n").topology.accepted == (
        Accepted("infra.Table", "table-without-pitr", "rebuilt"),
        Accepted("compute.Api", "entrance-replaced", "new"),
    )


def test_nothing_is_accepted_by_default(good, read):
    assert read(good).topology.accepted == ()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("infra.Table: {table-with-pitr: rebuilt}", "table-without-pitr"),
        ("infra.Table: {table-without-pitr: }", "is empty; write the reason, in words"),
        ("Table: {table-without-pitr: rebuilt}", "write the layer and logical id of a resource, such as infra.Table"),
        ("control.Bucket: {bucket-public: rebuilt}", "the layer and logical id"),
        ("infra.Table: {}", "holds no rule"),
    ],
)
def test_what_is_accepted_must_be_named_and_reasoned(good, complaints, entry, said):
    (line,) = complaints(f"{good}{LINES}    {entry}\n")

    assert said in line
