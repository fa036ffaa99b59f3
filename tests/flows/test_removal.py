"""What regions.yaml no longer names goes last, and destroy takes what is ours and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.dns import AliasTarget, HealthCheck, RecordSet
from orchestrator.core.plan import Severity
from orchestrator.core.planning.finish import refusals
from orchestrator.core.run import EventKind, Verdict
from tests.flows.stage import Stage, reasons
from tests.sample_world import EAST, HOME, OTHER, SOUTH, THIRD, TWO_ACCOUNTS, UNIT, WEST, Sample, topology

FOREIGN = (
    RecordSet(name="fed.dev", type="MX", ttl_s=300, values=("10 mail.fed.dev",)),
    RecordSet(name="shop.fed.dev", type="A", ttl_s=60, values=("192.0.2.1",)),
    RecordSet(name="sample.fed.dev", type="TXT", ttl_s=60, values=('"verified"',)),
)


def ends(stage, run):
    return [e.step for e in stage.events if e.run == run.id and e.kind is EventKind.STEP_SUCCEEDED]


def places(stage, layer):
    return {(stack.account, stack.region) for stack, _ in stage.aws.stacks.all() if f"-{layer}" in stack.name}


def names(stage):
    return {record.name for record in stage.aws.dns.contents if record.alias}


def test_a_region_that_is_no_longer_named_goes_after_the_records_and_from_the_top_down():
    stage = Stage(Sample(topology(EAST, WEST, SOUTH))).deployed()
    stage.sample = stage.sample.edited(topology=topology(EAST, WEST))

    run = stage.do("deploy")

    order = ends(stage, run)
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert (
        order.index("records")
        < order.index(f"delete:compute:{SOUTH}")
        < order.index(f"delete:infra:{SOUTH}")
        < order.index(f"delete:control:{SOUTH}")
    )
    assert order.index(f"replicate:{WEST}") < order.index(f"delete:control:{SOUTH}")
    assert {region for layer in ("compute", "infra", "control") for _, region in places(stage, layer)} == {EAST, WEST}
    assert names(stage) == {"sample.fed.dev", f"{EAST}.sample.fed.dev", f"{WEST}.sample.fed.dev"}
    assert {one.host for one in stage.aws.dns.checks if one.host} == {
        f"{EAST}.sample.fed.dev",
        f"{WEST}.sample.fed.dev",
    }
    assert len(stage.aws.dns.checks) == 8
    assert stage.aws.buckets.names[0].endswith(SOUTH)
    assert stage.plan().is_empty


def test_the_bucket_of_a_region_that_goes_is_announced_to_stay():
    stage = Stage(Sample(topology(EAST, WEST, SOUTH))).deployed()
    stage.sample = stage.sample.edited(topology=topology(EAST, WEST))

    plan = stage.plan()

    kept = next(finding for finding in plan.findings if finding.rule == "artifacts-kept")
    assert f"sample-production-111111111111-{SOUTH}" in kept.message


def test_an_account_that_is_no_longer_named_goes_with_its_records_and_checks():
    stage = Stage(Sample(topology(accounts=(HOME, OTHER, THIRD)))).deployed()
    stage.sample = stage.sample.edited(topology=topology(accounts=TWO_ACCOUNTS))

    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert {account for account, _ in places(stage, "compute")} == {HOME, OTHER}
    assert not any(THIRD in name for name in names(stage))
    assert not any(THIRD in check.host for check in stage.aws.dns.checks)
    assert stage.plan().is_empty


def test_nothing_is_removed_when_what_comes_before_failed():
    stage = Stage(Sample(topology(EAST, WEST, SOUTH))).deployed()
    stage.sample = stage.sample.edited(topology=topology(EAST, WEST), code="second")
    stage.aws.faults.broken[("compute", OTHER, WEST)] = "not today"

    stage.do("deploy")

    assert (OTHER, SOUTH) in places(stage, "compute")
    assert f"{SOUTH}.sample.fed.dev" in names(stage)


WORLDS = {
    "one account": topology(),
    "two accounts": topology(accounts=TWO_ACCOUNTS),
    "three regions": topology(EAST, WEST, SOUTH),
    "home elsewhere": topology(home=SOUTH),
    "organizational units": topology(units=(UNIT,)),
}


@pytest.mark.parametrize("regions", WORLDS.values(), ids=WORLDS)
def test_destroy_takes_everything_of_ours_and_nothing_else(regions):
    stage = Stage(Sample(regions))
    stage.aws.dns.store(*FOREIGN)
    stage.aws.dns.store_check(HealthCheck(name="theirs", id="hc-theirs"))
    stage.deployed()
    before = {record for record in stage.aws.dns.contents if record.type == "CNAME"}

    run = stage.do("destroy --artifacts")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.aws.stack_sets.names == ()
    assert stage.aws.buckets.names == ()
    assert list(stage.aws.stacks.all()) == []
    # Validation records stay: other certificates of the account may live on them.
    assert set(stage.aws.dns.contents) == {*FOREIGN, *before}
    assert [check.name for check in stage.aws.dns.checks] == ["theirs"]
    assert stage.plan("destroy --artifacts").is_empty


def test_after_destroy_everything_can_be_made_anew():
    stage = Stage(Sample(topology())).deployed()
    stage.do("destroy --artifacts")

    assert stage.deployed().plan().is_empty


def test_destroy_keeps_artifacts_control_and_roles_and_says_so():
    stage = Stage(Sample(topology())).deployed()

    plan = stage.plan("destroy")
    run = stage.do("destroy")

    kept = {finding.rule: finding.message for finding in plan.findings}
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.aws.stack_sets.names == ("sample-production-control",)
    assert "sample-production-111111111111-us-east-1" in kept["artifacts-kept"]
    assert "Table (AWS::DynamoDB::GlobalTable)" in kept["data-kept"]
    assert stage.do("deploy").verdict is Verdict.SUCCEEDED


def test_destroy_goes_from_the_outside_in():
    stage = Stage(Sample(topology())).deployed()

    run = stage.do("destroy --artifacts")

    order = ends(stage, run)
    landmarks = [
        "records",
        "delete:compute",
        "delete:infra",
        f"delete-bucket:{EAST}",
        "delete:control",
        f"access:{OTHER}",
    ]
    assert sorted(landmarks, key=order.index) == landmarks
    assert order[-1] == f"access:{HOME}"


def test_a_record_changed_by_hand_is_shown_and_put_right_with_consent_only():
    stage = Stage(Sample(topology())).deployed()
    record = next(one for one in stage.aws.dns.contents if one.failover and one.alias)
    foreign = replace(record, alias=AliasTarget("elsewhere.example.com", "ZX"))
    stage.aws.dns.store(foreign)

    refused = stage.plan()
    stage.do("deploy")
    assert foreign in stage.aws.dns.contents

    stage.taken_over = frozenset({record.name})
    change = stage.plan().pending_changes[0]
    run = stage.do("deploy")

    (finding,) = refusals(refused)
    assert (finding.rule, finding.where) == ("record-foreign", record.name)
    assert "elsewhere.example.com" in finding.message
    assert f"--take-over {record.name}" in finding.fix
    assert "elsewhere.example.com" in change.fields[0].before
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert record in stage.aws.dns.contents


def test_our_own_record_with_another_ttl_or_an_older_target_is_put_right_without_asking():
    stage = Stage(Sample(topology())).deployed()
    record = next(one for one in stage.aws.dns.contents if one.name.startswith(EAST) and one.alias)
    stage.aws.dns.store(replace(record, alias=AliasTarget(f"d-older.execute-api.{EAST}.amazonaws.com", "ZX")))

    plan = stage.plan()
    run = stage.do("deploy")

    assert plan.findings == ()
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert record in stage.aws.dns.contents


def test_a_record_that_somebody_changes_during_the_deployment_is_not_overwritten():
    stage = Stage(Sample(topology())).deployed()
    record = next(one for one in stage.aws.dns.contents if one.failover and one.alias)
    ours = replace(record, alias=AliasTarget(f"d-older.execute-api.{EAST}.amazonaws.com", "ZX"))
    stage.aws.dns.store(ours)
    plan, theirs = stage.plan(), replace(record, alias=AliasTarget("elsewhere.example.com", "ZX"))
    stage.aws.dns.store(theirs)

    run = stage.carry_out(plan).run

    assert run.verdict is Verdict.FAILED
    assert "somebody has changed it since the plan was made" in reasons(run)["records"]
    assert "elsewhere.example.com" in reasons(run)["records"]
    assert theirs in stage.aws.dns.contents


def test_a_foreign_record_at_our_name_refuses_the_first_deployment_until_somebody_consents():
    stage = Stage(Sample(topology()))
    theirs = RecordSet(name="sample.fed.dev", type="A", ttl_s=60, values=("192.0.2.1",))
    stage.aws.dns.store(theirs)
    stage.do("bootstrap")

    plan = stage.plan()
    assert stage.do("deploy").verdict is Verdict.NOTHING_TO_DO
    assert theirs in stage.aws.dns.contents

    stage.taken_over = frozenset({"sample.fed.dev"})
    consented = stage.plan()

    assert [(f.rule, f.where, f.severity) for f in plan.findings] == [
        ("record-foreign", "sample.fed.dev", Severity.ERROR)
    ]
    assert [(f.rule, f.severity) for f in consented.findings] == [("record-taken", Severity.WARNING)]
    assert stage.do("deploy").verdict is Verdict.SUCCEEDED
    assert stage.plan().is_empty


def test_destroy_leaves_a_foreign_record_at_our_name_and_says_so():
    stage = Stage(Sample(topology())).deployed()
    theirs = RecordSet(name="sample.fed.dev", type="AAAA", ttl_s=60, values=("2001:db8::1",))
    stage.aws.dns.store(theirs)

    plan = stage.plan("destroy")
    run = stage.do("destroy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert [f.where for f in plan.findings if f.rule == "record-kept"] == ["sample.fed.dev"]
    assert [one for one in stage.aws.dns.contents if one.type != "CNAME"] == [theirs]


def test_a_health_check_deleted_by_hand_is_made_again_under_another_reference():
    stage = Stage(Sample(topology())).deployed()
    gone = next(check for check in stage.aws.dns.checks if check.children)
    stage.aws.dns.forget_check(gone.id)

    run = stage.do("deploy")

    made = next(check for check in stage.aws.dns.checks if check.name == gone.name)
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert made.caller_reference != gone.caller_reference
    assert made.id in {record.health_check for record in stage.aws.dns.contents}
    assert stage.plan().is_empty


def test_a_child_deleted_by_hand_is_made_again_and_joined_anew():
    stage = Stage(Sample(topology())).deployed()
    gone = next(check for check in stage.aws.dns.checks if check.alarm_name)
    stage.aws.dns.forget_check(gone.id)

    run = stage.do("deploy")

    made = next(check for check in stage.aws.dns.checks if check.name == gone.name)
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert any(made.id in check.children for check in stage.aws.dns.checks)
    assert not any(gone.id in check.children for check in stage.aws.dns.checks)
    assert stage.plan().is_empty


def test_another_interval_needs_new_checks_and_the_old_ones_go_after_they_are_joined():
    stage = Stage(Sample(topology())).deployed()
    regions = stage.sample.topology
    stage.sample = stage.sample.edited(topology=replace(regions, health=replace(regions.health, interval_s=30)))
    old = {check.id for check in stage.aws.dns.checks if check.host}

    run = stage.do("deploy")

    order = ends(stage, run)
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert {check.interval_s for check in stage.aws.dns.checks if check.host} == {30}
    joining = [order.index(f"check:in-service:{OTHER}:{region}") for region in (EAST, WEST)]
    assert max(joining) < min(order.index(f"uncheck:{one}") for one in old)
    assert stage.plan().is_empty


def test_another_ttl_answers_with_cnames_and_takes_the_aliases_away():
    stage = Stage(Sample(topology(EAST, WEST, SOUTH))).deployed()
    regions = stage.sample.topology
    stage.sample = stage.sample.edited(topology=replace(regions, failover=replace(regions.failover, ttl_s=30)))

    run = stage.do("deploy")

    found = [record for record in stage.aws.dns.contents if record.failover]
    shared = [record for record in found if not record.name.startswith("evacuated.")]
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert {record.type for record in shared} == {"CNAME"}
    assert {record.ttl_s for record in shared if not record.alias} == {30}
    assert stage.plan().is_empty
