"""Destroy: in reverse, ours only, and what stays is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.dns import RecordSet
from orchestrator.core.plan import ChangeAction
from orchestrator.core.planning.destroy import plan_destroy
from orchestrator.core.state import InstanceStatus, Operation, OperationStatus, Silent, StackInstance
from tests.core.landed import LANDED, NOTHING, SAMPLE, Bent, change, landed, step_ids
from tests.core.test_plan_bootstrap import roles
from tests.sample_world import EAST, HOME, OTHER, SOUTH, UNIT, WEST, Sample, infra_body, topology

WITH_ROLES = replace(LANDED, access_stacks=roles(SAMPLE))
BENT = Bent(LANDED)


def destroy(observed, *, artifacts=False, sample=SAMPLE):
    return plan_destroy(sample.desired(observed), observed, artifacts=artifacts)


APPLICATION = [
    "records",
    f"uncheck:hc-in-{OTHER}-{EAST}",
    f"uncheck:hc-in-{OTHER}-{WEST}",
    f"uncheck:hc-{OTHER}-{EAST}",
    f"uncheck:hc-{OTHER}-{WEST}",
    *(f"uncheck:hc-{kind}-{region}" for kind in ("drill", "evacuate") for region in (EAST, WEST)),
    f"delete:compute:{EAST}",
    f"delete:compute:{WEST}",
    "delete:compute",
    f"delete:infra:{EAST}",
    f"delete:infra:{WEST}",
    "delete:infra",
]
FOUNDATION = [
    f"delete-bucket:{EAST}",
    f"delete-bucket:{WEST}",
    f"delete:control:{EAST}",
    f"delete:control:{WEST}",
    "delete:control",
    f"access:{OTHER}",
    f"access:{HOME}",
]

TABLE = {
    "everything, artifacts kept": (LANDED, False, APPLICATION),
    "everything": (WITH_ROLES, True, APPLICATION + FOUNDATION),
    "nothing": (NOTHING, True, []),
    "no zone": (replace(LANDED, zone=None, records=()), False, APPLICATION[1:]),
    "no records": (replace(LANDED, records=(), health_checks=()), False, APPLICATION[9:]),
    "compute gone": (BENT.without_set("compute"), False, [*APPLICATION[:9], *APPLICATION[12:]]),
    "no buckets": (
        replace(WITH_ROLES, buckets=(replace(LANDED.buckets[0], exists=False),)),
        True,
        [*APPLICATION, *FOUNDATION[2:]],
    ),
}


@pytest.mark.parametrize(("observed", "artifacts", "expected"), TABLE.values(), ids=TABLE)
def test_what_the_tool_made_goes_in_reverse(observed, artifacts, expected):
    assert step_ids(destroy(observed, artifacts=artifacts)) == expected


def test_everything_waits_for_what_stands_on_it():
    steps = {step.id: step for step in destroy(WITH_ROLES, artifacts=True).steps}

    assert steps[f"delete:compute:{EAST}"].needs == ("records",)
    assert steps[f"delete:infra:{EAST}"].needs == ("delete:compute",)
    assert set(steps[f"delete-bucket:{EAST}"].needs) == set(APPLICATION)
    assert set(steps[f"delete:control:{EAST}"].needs) == {f"delete-bucket:{EAST}", f"delete-bucket:{WEST}"}
    assert f"access:{OTHER}" in steps[f"access:{HOME}"].needs


def test_records_of_others_stay():
    theirs = RecordSet(name="shop.fed.dev", type="A", ttl_s=60, values=("192.0.2.1",))
    text = RecordSet(name="sample.fed.dev", type="TXT", ttl_s=60, values=('"x"',))

    records = destroy(replace(LANDED, records=(*LANDED.records, theirs, text))).steps[0]

    assert {one.record for one in records.action.changes} == set(LANDED.records)


def test_a_record_of_somebody_elses_at_our_name_stays_and_is_named():
    theirs = RecordSet(name="sample.fed.dev", type="AAAA", ttl_s=60, values=("2001:db8::1",))

    made = destroy(replace(LANDED, records=(*LANDED.records, theirs)))

    assert {one.record for one in made.steps[0].action.changes} == set(LANDED.records)
    assert [(one.rule, one.where) for one in made.findings if one.rule.startswith("record")] == [
        ("record-kept", "sample.fed.dev")
    ]


def test_records_of_places_that_regions_yaml_no_longer_names_go_too():
    records = destroy(landed(Sample(topology(EAST, WEST, SOUTH)))).steps[0]

    assert f"{SOUTH}.sample.fed.dev" in {one.record.name for one in records.action.changes}


def test_a_retained_table_is_named():
    findings = {finding.rule: finding.message for finding in destroy(LANDED).findings}

    assert findings["data-kept"] == "CloudFormation retains Table (AWS::DynamoDB::GlobalTable): the data stays"


@pytest.mark.parametrize(
    "observed",
    [
        BENT.without_set("infra"),
        BENT.stack_set("infra", body="AWSTemplateFormatVersion: '2010-09-09'"),
        BENT.stack_set("infra", body=infra_body(retain=False)),
        BENT.stack_set("infra", body="[]"),
        BENT.stack_set("infra", body='{"Resources": {"Odd": "text"}}'),
    ],
    ids=["no infra", "YAML", "nothing retained", "a list", "no resource"],
)
def test_nothing_retained_is_nothing_to_name(observed):
    assert "data-kept" not in {finding.rule for finding in destroy(observed).findings}


def test_what_stays_without_artifacts_is_named():
    findings = {finding.rule: finding for finding in destroy(LANDED).findings}

    assert "sample-production-111111111111-us-east-1" in findings["artifacts-kept"].message
    assert "--artifacts" in findings["artifacts-kept"].fix


@pytest.mark.parametrize("what", ["stack sets", "hosted zone", "records", "health checks"])
def test_what_nobody_could_read_is_not_destroyed(what):
    made = destroy(replace(LANDED, silent=(Silent(WEST, "", what, "no answer"),)))

    assert made.steps == ()
    assert not made.complete


@pytest.mark.parametrize("layer", ["control", "infra", "compute"])
def test_an_operation_in_flight_is_waited_for_first(layer):
    running = Operation("theirs", "UPDATE", OperationStatus.STOPPING)

    made = destroy(BENT.stack_set(layer, operations=(running,)))

    assert step_ids(made) == [f"await:{layer}:theirs"]
    assert not made.complete


def test_the_roles_of_organizational_units_go_by_their_stack_set():
    sample = Sample(topology(units=(UNIT,)))
    desired = sample.desired(NOTHING).access_set
    member = StackInstance(stack_set=desired.name, account=OTHER, region=WEST, status=InstanceStatus.CURRENT)
    shape = replace(LANDED.stack_sets[0], name=desired.name)
    observed = replace(NOTHING, stack_sets=(shape,), instances=(member,))

    made = destroy(observed, artifacts=True, sample=sample)

    assert step_ids(made) == [f"delete:access:{WEST}", "delete:access"]


def test_deletions_are_shown_as_such():
    made = destroy(LANDED)

    assert change(made, f"instance:compute:{OTHER}:{EAST}").action is ChangeAction.DELETE
    assert {one.reason for one in made.changes} == {"destroy"}


def test_without_buckets_nothing_of_the_foundation_stays_to_be_named():
    assert "artifacts-kept" not in {finding.rule for finding in destroy(NOTHING).findings}


def test_what_no_update_gets_out_of_is_tried_all_the_same_and_its_command_told():
    made = destroy(BENT.stack("compute", region=EAST, status="DELETE_FAILED"))

    (finding,) = [one for one in made.findings if one.rule == "stack-stuck"]
    assert f"delete:compute:{EAST}" in step_ids(made)
    assert finding.where == f"instance:compute:{OTHER}:{EAST}"
    assert finding.fix.startswith("this run tries to delete it; where that fails, with credentials")
    assert "aws cloudformation delete-stack --stack-name" in finding.fix
