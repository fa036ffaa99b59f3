"""Whether going back loses what was stored since: two templates, and the cause if there is one."""

from __future__ import annotations

import pytest

from orchestrator.core.canonical import canonical_json
from orchestrator.core.planning.data_at_risk import data_at_risk

RULES = {"AWS::DynamoDB::GlobalTable": frozenset({"Properties/KeySchema"})}


def test_a_region_that_changed_its_part_goes_back_only_where_no_condition_turns_by_it():
    conditional = canonical_json({"Conditions": {"Reference": True}, "Resources": {"Alarm": {"Type": "T"}}})

    assert data_at_risk(conditional, conditional, {}, other_values=True)
    assert not data_at_risk(conditional, conditional, {})


def body(*, conditions=None, parameters=None, **resources):
    sections = {"Conditions": conditions, "Parameters": parameters}
    return canonical_json({"Resources": resources, **{name: one for name, one in sections.items() if one}})


TABLE = {"Type": "AWS::DynamoDB::GlobalTable", "Properties": {"KeySchema": "a", "Replicas": ["x"]}}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"Path": "/"}}
RISKS = {
    "the same": (body(T=TABLE), body(T=TABLE), ""),
    "no template": ("", body(T=TABLE), "cannot be told"),
    "no JSON": ("Resources:", body(T=TABLE), "cannot be told"),
    "a list": ("[]", body(T=TABLE), "cannot be told"),
    "a table that goes": (body(T=TABLE, R=ROLE), body(R=ROLE), "delete T"),
    "a role that goes": (body(T=TABLE, R=ROLE), body(T=TABLE), ""),
    "a table that comes": (body(R=ROLE), body(T=TABLE, R=ROLE), ""),
    "a table that is replaced": (
        body(T=TABLE),
        body(T={**TABLE, "Properties": {**TABLE["Properties"], "KeySchema": "b"}}),
        "replace T",
    ),
    "a replica that goes": (
        body(T=TABLE),
        body(T={**TABLE, "Properties": {**TABLE["Properties"], "Replicas": []}}),
        "delete items of T",
    ),
    "a setting of a table": (body(T=TABLE), body(T={**TABLE, "DeletionPolicy": "Retain"}), ""),
    "a type without rules": (body(B={"Type": "X", "P": 1}), body(B={"Type": "X", "P": 2}), "nobody can tell"),
    "a condition of its own": (body(T=TABLE), body(T={**TABLE, "Condition": "C"}), "delete T"),
    "other conditions": (body(conditions={"C": 1}, T=TABLE), body(conditions={"C": 2}, T=TABLE), "cannot be told"),
    "defaults that turn a condition": (
        body(conditions={"C": 1}, parameters={"P": {"Default": "1"}}, T=TABLE),
        body(conditions={"C": 1}, parameters={"P": {"Default": "2"}}, T=TABLE),
        "cannot be told",
    ),
}


@pytest.mark.parametrize(("now", "former", "why"), RISKS.values(), ids=RISKS)
def test_going_back_must_lose_no_data(now, former, why):
    found = data_at_risk(now, former, RULES)

    assert why in found
    assert bool(found) == bool(why)
