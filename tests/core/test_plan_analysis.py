"""The safety analysis in a plan: what it says of the templates and of the change, and what refuses."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from orchestrator.core.plan import Severity
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.topology import Accepted
from orchestrator.synth import create_only_properties
from tests.core.landed import NOTHING, landed, plan
from tests.sample_world import Sample, compute_body, infra_body, topology

TABLE = "AWS::DynamoDB::GlobalTable"


def with_table(**properties: object) -> str:
    """The sample's infra with more properties of its table."""
    template = json.loads(infra_body())
    template["Resources"]["Table"]["Properties"] |= properties
    return json.dumps(template)


def with_function(**properties: object) -> str:
    """The sample's compute with more properties of its function."""
    template = json.loads(compute_body())
    template["Resources"]["Function"]["Properties"] |= properties
    return json.dumps(template)


def test_a_change_that_replaces_a_store_is_refused_by_the_rule_of_its_schema() -> None:
    before, after = Sample(topology(), infra=with_table(TableName="a")), with_table(TableName="b")
    observed = landed(before)
    create_only = create_only_properties(frozenset({TABLE}), "us-west-2")
    made = plan_deploy(before.edited(infra=after).desired(observed), observed, create_only)

    assert [(one.rule, one.severity, one.where) for one in made.findings] == [
        ("store-replaced", Severity.ERROR, "infra: Resources.Table")
    ]
    assert made.steps == ()


def test_an_accepted_change_goes_through_and_its_reason_is_in_the_plan() -> None:
    accepted = (Accepted("infra.Table", "store-replaced", "the new table is filled already"),)
    before = Sample(replace(topology(), accepted=accepted), infra=with_table(TableName="a"))
    observed = landed(before)
    desired = before.edited(infra=with_table(TableName="b")).desired(observed)
    made = plan_deploy(desired, observed, {TABLE: frozenset({"Properties/TableName"})})

    assert [(one.rule, one.severity) for one in made.findings] == [("store-replaced", Severity.INFO)]
    assert made.findings[0].message.startswith("suppressed: the new table is filled already. A table, queue")
    assert made.steps != ()


def test_a_renamed_handler_is_named_in_the_plan_that_renames_it_and_in_no_later_one() -> None:
    before = Sample(topology(), compute=with_function(Handler="app.old"))
    after = before.edited(compute=with_function(Handler="app.new"))

    (found,) = plan(after, landed(before)).findings

    assert (found.rule, found.where) == ("handler-renamed", "compute: Resources.Function.Properties.Handler")
    assert found.message.startswith("A function's handler is renamed (app.old becomes app.new). Lambda changes")
    assert plan(after, landed(after)).findings == ()


@pytest.mark.parametrize("observed", [NOTHING, landed(Sample(topology()))])
def test_what_is_unsafe_in_itself_is_in_every_plan(observed: object) -> None:
    sample = Sample(topology(), compute=with_function(Environment={"Variables": {"API_TOKEN": "q8Zr1mVt"}}))
    made = plan(sample, replace(observed, stack_sets=landed(sample).stack_sets))  # type: ignore[type-var]

    assert "plain-secret" in {one.rule for one in made.findings}
    assert "q8Zr1mVt" not in repr(made.findings)
    assert made.steps == ()
