"""Records and health checks: what the zone holds -> what is sent, in which order, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.dns import AliasTarget, HealthCheck, RecordAction, RecordChange, RecordSet
from orchestrator.core.pending import Pending
from orchestrator.core.plan import ChangeAction, Severity
from orchestrator.core.planning.dns import control_plane_region
from orchestrator.core.record_rules import problems
from orchestrator.core.routing import ADDRESS_IN, ADDRESS_OUT
from orchestrator.core.state import Operation, OperationStatus, Silent
from orchestrator.core.topology import Failover, Objectives, RoutingPolicy
from tests.core.landed import LANDED, SAMPLE, ZONE, Bent, change, landed, plan, step_ids
from tests.sample_world import (
    EAST,
    HOME,
    OTHER,
    SOUTH,
    THIRD,
    TWO_ACCOUNTS,
    WEST,
    Sample,
    control_body,
    infra_body,
    topology,
)

BENT = Bent(LANDED)
HOST = "sample.fed.dev"


def dns_steps(sample, observed):
    kinds = ("check:", "uncheck:", "records")
    return [one for one in step_ids(plan(sample, observed)) if one.startswith(kinds)]


def sent(made):
    step = next((one for one in made.steps if one.id == "records"), None)
    return [(one.action, one.record) for one in step.action.changes] if step else []


def edited_health(**fields):
    regions = SAMPLE.topology
    return SAMPLE.edited(topology=replace(regions, health=replace(regions.health, **fields)))


def edited_ttl(ttl_s, *names):
    regions = topology(*names)
    return SAMPLE.edited(topology=replace(regions, failover=replace(regions.failover, ttl_s=ttl_s)))


def with_record(record):
    return replace(LANDED, records=(*LANDED.records, record))


def bent_record(name, identifier="", **fields):
    return replace(
        LANDED,
        records=tuple(
            replace(one, **fields) if (one.name, one.set_identifier) == (name, identifier) else one
            for one in LANDED.records
        ),
    )


FOREIGN = RecordSet(name="shop.fed.dev", type="A", ttl_s=60, values=("192.0.2.1",))
AAAA = RecordSet(name=HOST, type="AAAA", ttl_s=60, values=("2001:db8::1",))
LEVER = HealthCheck(name="sample-production-lever", id="hc-lever")

LEVERS = [f"check:{kind}:{region}" for region in (EAST, WEST) for kind in ("drill", "evacuate")]
ENDPOINTS = [f"check:{OTHER}:{region}" for region in (EAST, WEST)]
JOINED = [f"check:in-service:{OTHER}:{region}" for region in (EAST, WEST)]
PLACES = [step for pair in zip(ENDPOINTS, JOINED, strict=True) for step in pair]


def without_checks(*ids):
    return replace(LANDED, health_checks=tuple(one for one in LANDED.health_checks if one.id not in ids))


def deployed_before_levers():
    """Only the endpoint checks, and records that carry them."""
    endpoints = tuple(one for one in LANDED.health_checks if one.host)
    records = tuple(replace(one, health_check=str(one.health_check).replace("hc-in-", "hc-")) for one in LANDED.records)
    return replace(LANDED, health_checks=endpoints, records=records)


TABLE = {
    "as desired": (SAMPLE, LANDED, []),
    "nothing in the zone": (
        SAMPLE,
        replace(LANDED, records=(), health_checks=()),
        [*LEVERS, *PLACES, "records"],
    ),
    "deployed before there were levers": (SAMPLE, deployed_before_levers(), [*LEVERS, *JOINED, "records"]),
    "somebody else's records": (SAMPLE, with_record(FOREIGN), []),
    "a text record at our name": (SAMPLE, with_record(replace(AAAA, type="TXT")), []),
    "an address of somebody else's at our name": (SAMPLE, with_record(AAAA), []),
    "an address that leads to our API": (
        SAMPLE,
        with_record(
            RecordSet(
                name=HOST, type="AAAA", alias=AliasTarget(f"d-s{OTHER}.execute-api.{EAST}.amazonaws.com", "ZSHARED")
            )
        ),
        ["records"],
    ),
    "another's record beside ours": (
        SAMPLE,
        with_record(RecordSet(name=HOST, type="CNAME", ttl_s=60, values=(HOST,), set_identifier="theirs", weight=1)),
        [],
    ),
    "a record that somebody led elsewhere": (
        SAMPLE,
        bent_record(HOST, f"sample-production-{EAST}", alias=AliasTarget("d-theirs", "ZSHARED")),
        [],
    ),
    "a record with an older target of ours": (
        SAMPLE,
        bent_record(
            HOST, f"sample-production-{EAST}", alias=AliasTarget(f"d-older.execute-api.{EAST}.amazonaws.com", "ZSHARED")
        ),
        ["records"],
    ),
    "a check gone": (
        SAMPLE,
        without_checks(f"hc-in-{OTHER}-{EAST}"),
        [JOINED[0], "records"],
    ),
    "a child gone": (
        SAMPLE,
        without_checks(f"hc-evacuate-{EAST}"),
        [f"check:evacuate:{EAST}", JOINED[0], "records"],
    ),
    "a check with other settings": (
        edited_health(path="/ready"),
        LANDED,
        [f"check:{OTHER}:{EAST}", f"check:{OTHER}:{WEST}"],
    ),
    "another interval": (
        edited_health(interval_s=30),
        LANDED,
        [
            *PLACES,
            f"uncheck:hc-{OTHER}-{EAST}",
            f"uncheck:hc-{OTHER}-{WEST}",
        ],
    ),
    "a check that nothing wants": (
        SAMPLE,
        replace(LANDED, health_checks=(*LANDED.health_checks, LEVER)),
        ["uncheck:hc-lever"],
    ),
    "a region goes": (
        SAMPLE,
        landed(Sample(topology(EAST, WEST, SOUTH))),
        [
            # The levers of the west lived in the region that goes.
            f"check:drill:{WEST}",
            f"check:evacuate:{WEST}",
            "records",
            f"uncheck:hc-in-{OTHER}-{SOUTH}",
            f"uncheck:hc-{OTHER}-{SOUTH}",
            f"uncheck:hc-drill-{SOUTH}",
            f"uncheck:hc-evacuate-{SOUTH}",
        ],
    ),
    "the host is another": (
        SAMPLE.edited(topology=topology(host="shop.fed.dev")),
        LANDED,
        [f"check:{OTHER}:{EAST}", f"check:{OTHER}:{WEST}", "records"],
    ),
}


@pytest.mark.parametrize(("sample", "observed", "expected"), TABLE.values(), ids=TABLE)
def test_steps_follow_from_what_route_53_holds(sample, observed, expected):
    assert dns_steps(sample, observed) == expected


def test_records_wait_for_checks_and_gates_and_come_in_one_batch():
    observed = replace(LANDED, records=(), health_checks=())

    made = plan(SAMPLE.edited(code="second"), observed)

    batches = [step for step in made.steps if step.id == "records"]
    assert len(batches) == 1
    assert {JOINED[0], f"gate:{OTHER}:{EAST}", f"gate:{OTHER}:{WEST}"} <= set(batches[0].needs)
    primary, secondary = [one for _, one in sent(made) if one.failover and one.name == HOST]
    assert (primary.failover.value, secondary.failover.value) == ("PRIMARY", "SECONDARY")
    assert primary.health_check == Pending(JOINED[0], "id")


def test_old_checks_go_only_after_the_checks_that_joined_them_let_go():
    made = plan(edited_health(interval_s=30), LANDED)

    assert all(set(JOINED) <= set(step.needs) for step in made.steps if step.id.startswith("uncheck"))


def test_checks_that_join_go_after_the_records_and_before_their_children():
    made = plan(SAMPLE, landed(Sample(topology(EAST, WEST, SOUTH))))

    needs = {step.id: step.needs for step in made.steps}
    parent = f"uncheck:hc-in-{OTHER}-{SOUTH}"
    assert "records" in needs[parent]
    assert all(parent in needs[f"uncheck:hc-{child}-{SOUTH}"] for child in (OTHER, "drill", "evacuate"))


def test_a_check_that_joins_waits_for_children_that_are_made_in_the_same_plan():
    made = plan(SAMPLE, replace(LANDED, records=(), health_checks=()))

    joining = next(step for step in made.steps if step.id == JOINED[0])
    assert {ENDPOINTS[0], *LEVERS[:2]} <= set(joining.needs)
    assert joining.action.check.health_threshold == 3


def test_checks_of_levers_wait_for_the_alarms_that_they_follow():
    made = plan(SAMPLE.edited(control=control_body(note="alarms")), deployed_before_levers())

    alarms = {step.id for step in made.steps if ":control:" in step.id}
    lever = next(step for step in made.steps if step.id == LEVERS[0])
    assert alarms
    assert alarms <= set(lever.needs)


RECORD_REASONS = {
    "as it should": (LANDED, ChangeAction.NO_OP, "answers as it should"),
    "not there": (replace(LANDED, records=()), ChangeAction.CREATE, "not in the zone yet"),
    "points elsewhere": (
        bent_record(HOST, f"sample-production-{EAST}", alias=AliasTarget("d-theirs", "ZSHARED")),
        ChangeAction.UPDATE,
        "its API domain has a new target: the record follows",
    ),
    "carries another check": (
        bent_record(HOST, f"sample-production-{EAST}", health_check="hc-theirs"),
        ChangeAction.UPDATE,
        "the zone holds something else",
    ),
}


@pytest.mark.parametrize(("observed", "action", "reason"), RECORD_REASONS.values(), ids=RECORD_REASONS)
def test_a_record_says_why_it_changes_or_does_not(observed, action, reason):
    found = change(plan(SAMPLE, observed), f"record:{HOST}:A:sample-production-{EAST}")

    assert (found.action, found.reason) == (action, reason)


def test_a_replaced_api_domain_makes_every_record_that_points_at_it_follow():
    made = plan(SAMPLE.edited(infra=infra_body(domain="EDGE")), LANDED)

    moved = {record.name for _, record in sent(made)}
    assert moved == {HOST, f"{EAST}.{HOST}", f"{WEST}.{HOST}"}
    assert all(isinstance(record.alias.name, Pending) for _, record in sent(made))
    assert "(known after update:infra:us-east-1)" in change(made, f"record:{EAST}.{HOST}:A").fields[0].after


def test_a_replaced_load_balancer_is_followed_as_an_api_domain_is():
    body = infra_body().replace("AWS::ApiGatewayV2::DomainName", "AWS::ElasticLoadBalancingV2::LoadBalancer")

    made = plan(SAMPLE.edited(infra=body), LANDED)

    assert {record.name for _, record in sent(made)} == {HOST, f"{EAST}.{HOST}", f"{WEST}.{HOST}"}


def test_an_infra_change_that_spares_the_domains_leaves_the_records():
    assert sent(plan(SAMPLE.edited(infra=infra_body(note="new")), LANDED)) == []


def test_a_domain_behind_a_third_template_is_known_only_afterwards():
    """After a failed update the stack set shows the new template, while the instance runs the old one."""
    new = SAMPLE.edited(infra=infra_body(domain="EDGE"))
    desired = new.desired(LANDED).infra
    observed = Bent(LANDED).stack_set("infra", body=desired.body, digest=desired.digest)

    made = plan(new, observed)

    assert {record.name for _, record in sent(made)} == {HOST, f"{EAST}.{HOST}", f"{WEST}.{HOST}"}


def test_a_new_account_beside_an_updated_one_takes_its_target_from_its_own_step():
    two = Sample(topology(accounts=TWO_ACCOUNTS), infra=infra_body(domain="EDGE"))
    old = landed(two.edited(infra=infra_body()))
    observed = Bent(old).instances("infra", lambda one: None, account=HOME)

    targets = {record.name: record.alias.name.step for _, record in sent(plan(two, observed)) if not record.failover}

    assert targets[f"{EAST}.{HOME}.{HOST}"] == f"instances:infra:{EAST}"
    assert targets[f"{EAST}.{OTHER}.{HOST}"] == f"update:infra:{EAST}"


@pytest.mark.parametrize("sample", [SAMPLE, edited_ttl(30)], ids=["alias", "CNAME"])
def test_a_domain_that_nobody_knows_keeps_its_records_out_of_the_batch(sample):
    known = landed(sample)
    observed = Bent(known).instances("infra", lambda one: replace(one, stack=None), region=EAST)
    observed = replace(observed, silent=(Silent(EAST, OTHER, "stacks", "no answer"),))

    made = plan(
        sample.edited(topology=replace(sample.topology, health=edited_health(interval_s=30).topology.health)), observed
    )

    assert not any(record.name in (HOST, f"{EAST}.{HOST}") for _, record in sent(made))
    assert not any(one.startswith("uncheck") for one in step_ids(made))
    assert "target-unknown" in {finding.rule for finding in made.findings}
    assert not made.complete


@pytest.mark.parametrize("ttl_s", [60, 30], ids=["alias", "CNAME"])
def test_a_name_that_a_record_left_out_still_leads_to_stays(ttl_s):
    """The primary is silent while a region goes: its pair cannot be written, its SECONDARY must lead somewhere."""
    three, two = edited_ttl(ttl_s, EAST, WEST, SOUTH), edited_ttl(ttl_s, EAST, WEST)
    observed = Bent(landed(three)).instances("infra", lambda one: replace(one, stack=None), region=EAST)
    observed = replace(observed, silent=(Silent(EAST, OTHER, "stacks", "no answer"),))

    gone = {record.name for action, record in sent(plan(two, observed)) if action is RecordAction.DELETE}

    assert f"standby-1.{HOST}" not in gone
    assert f"{SOUTH}.{HOST}" in gone


def test_a_region_that_no_record_leads_to_yet_passes_its_gate_before_one_does():
    """A run died after its last region and before that region's gate: nothing is left to change there."""
    made = plan(SAMPLE, replace(LANDED, records=()))

    (records,) = [step for step in made.steps if step.id == "records"]
    assert {f"gate:{OTHER}:{EAST}", f"gate:{OTHER}:{WEST}"} <= set(records.needs)


def test_a_region_that_is_served_already_is_not_asked_again_for_a_record_that_changes():
    made = plan(edited_ttl(30), LANDED)

    assert [one for one in step_ids(made) if one.startswith("gate:")] == []


def test_three_regions_chain_by_names_for_the_rest():
    three = Sample(topology(EAST, WEST, SOUTH))
    observed = replace(landed(three), records=())

    shared = [one for _, one in sent(plan(three, observed)) if one.failover and not one.name.startswith("evacuated.")]

    assert [(one.name, one.failover.value, one.set_identifier.rpartition("production-")[2]) for one in shared] == [
        (HOST, "PRIMARY", EAST),
        (HOST, "SECONDARY", f"{WEST}-onward"),
        (f"standby-1.{HOST}", "PRIMARY", WEST),
        (f"standby-1.{HOST}", "SECONDARY", SOUTH),
    ]
    assert shared[1].alias == AliasTarget(f"standby-1.{HOST}", ZONE.id, True)


def test_the_evacuate_lever_of_each_region_can_be_read_by_dns():
    made = plan(SAMPLE, replace(LANDED, records=()))

    told = [record for _, record in sent(made) if record.name == f"evacuated.{EAST}.{HOST}"]
    assert [(one.failover.value, one.values, one.health_check, one.ttl_s) for one in told] == [
        ("PRIMARY", (ADDRESS_IN,), f"hc-evacuate-{EAST}", 10),
        ("SECONDARY", (ADDRESS_OUT,), "", 10),
    ]


def test_from_three_regions_to_two_the_chain_is_taken_apart():
    made = plan(SAMPLE, landed(Sample(topology(EAST, WEST, SOUTH))))

    deleted = {(one.name, one.set_identifier) for action, one in sent(made) if action is RecordAction.DELETE}
    assert deleted == {
        (f"evacuated.{SOUTH}.{HOST}", f"sample-production-{SOUTH}-in"),
        (f"evacuated.{SOUTH}.{HOST}", f"sample-production-{SOUTH}-out"),
        (f"{SOUTH}.{HOST}", ""),
        (HOST, f"sample-production-{WEST}-onward"),
        (f"standby-1.{HOST}", f"sample-production-{WEST}"),
        (f"standby-1.{HOST}", f"sample-production-{SOUTH}"),
    }


def test_the_records_of_an_account_that_goes_are_taken_away():
    made = plan(Sample(topology(accounts=TWO_ACCOUNTS)), landed(Sample(topology(accounts=(*TWO_ACCOUNTS, THIRD)))))

    assert {one.name for action, one in sent(made) if action is RecordAction.DELETE} == {
        f"{THIRD}.{HOST}",
        f"{EAST}.{THIRD}.{HOST}",
        f"{WEST}.{THIRD}.{HOST}",
    }


def test_another_ttl_needs_cnames_with_it():
    made = plan(edited_ttl(30), LANDED)

    upserts = [one for action, one in sent(made) if action is RecordAction.UPSERT]
    assert {(one.type, one.ttl_s, one.name) for one in upserts} == {("CNAME", 30, HOST)}
    assert {one.type for action, one in sent(made) if action is RecordAction.DELETE} == {"A"}


def test_a_chain_with_another_ttl_stays_a_chain():
    sample = edited_ttl(30, EAST, WEST, SOUTH)

    onward = next(
        one for _, one in sent(plan(sample, replace(landed(sample), records=()))) if one.alias and one.failover
    )

    assert (onward.type, onward.alias.name) == ("CNAME", f"standby-1.{HOST}")


def test_a_record_in_our_way_goes_only_when_its_name_is_taken_over():
    before = replace(with_record(AAAA), health_checks=(), records=(AAAA,))

    first, later = plan(SAMPLE, before), plan(SAMPLE, with_record(AAAA))
    consented = plan(SAMPLE, with_record(AAAA), frozenset({HOST}))

    assert [finding.rule for finding in first.findings] == ["record-foreign"]
    assert [finding.rule for finding in later.findings] == ["record-foreign"]
    assert first.findings[0].severity is later.findings[0].severity is Severity.ERROR
    assert (first.steps, later.steps) == ((), ())
    assert [(one.rule, one.severity) for one in consented.findings] == [("record-taken", Severity.WARNING)]
    assert change(consented, f"record:{HOST}:AAAA").action is ChangeAction.DELETE


def test_a_missing_zone_refuses_and_says_which():
    made = plan(SAMPLE, replace(LANDED, zone=None))

    assert made.steps == ()
    assert [finding.rule for finding in made.findings] == ["zone-missing"]
    assert "fed.dev" in made.findings[0].fix


@pytest.mark.parametrize("what", ["hosted zone", "health checks", "records"])
def test_a_dns_question_that_nobody_answered_refuses(what):
    unheard = replace(LANDED, records=(), health_checks=(), silent=(Silent("", "", what, "503"),))

    made = plan(SAMPLE, unheard)

    assert made.steps == ()
    assert [finding.rule for finding in made.findings] == ["zone-unreachable"]


@pytest.mark.parametrize(("partition", "region"), [("aws", "us-east-1"), ("aws-us-gov", "us-gov-west-1")])
def test_the_control_plane_of_route_53_lives_in_one_region(partition, region):
    assert control_plane_region(partition) == region


# -- certificates -------------------------------------------------------------------------------------------------


def certificates(sample, observed):
    return [one for one in step_ids(plan(sample, observed)) if one.startswith("certificate")]


BOTH = [f"certificate:{OTHER}:{WEST}", f"certificate:{OTHER}:{EAST}"]
RUNNING = Operation("theirs", "CREATE", OperationStatus.RUNNING)
UNFINISHED = Bent(BENT.stack("infra", outputs=(), region=WEST))
CERTIFICATES = {
    "an operation that an earlier run began": (SAMPLE, UNFINISHED.stack_set("infra", operations=(RUNNING,)), BOTH[:1]),
    "an operation that touches what is finished": (SAMPLE, BENT.stack_set("infra", operations=(RUNNING,)), []),
    "another layer is busy": (
        SAMPLE,
        Bent(BENT.without_set("infra")).stack_set("control", operations=(RUNNING,)),
        BOTH,
    ),
    "as desired": (SAMPLE, LANDED, []),
    "new instances": (SAMPLE, BENT.without_set("infra"), BOTH),
    "a change beside it": (SAMPLE.edited(infra=infra_body(note="new")), LANDED, []),
    "the certificate changes": (SAMPLE.edited(infra=infra_body(certificate=False)), LANDED, BOTH),
    "an instance that was never finished": (
        SAMPLE.edited(infra=infra_body(note="new")),
        BENT.stack("infra", outputs=()),
        BOTH,
    ),
    "the zone is the account's own": (
        Sample(topology(accounts=(HOME,))),
        Bent(landed(Sample(topology(accounts=(HOME,))))).without_set("infra"),
        [],
    ),
}


@pytest.mark.parametrize(("sample", "observed", "expected"), CERTIFICATES.values(), ids=CERTIFICATES)
def test_validation_is_written_beside_what_asks_for_certificates(sample, observed, expected):
    assert certificates(sample, observed) == expected


def test_validation_begins_with_the_operation_that_waits_for_it():
    steps = {step.id: step for step in plan(SAMPLE, BENT.without_set("infra")).steps}

    beside, operation = steps[BOTH[0]], steps[f"instances:infra:{WEST}"]
    assert beside.needs == operation.needs
    assert beside.action.beside == operation.id
    assert beside.action.hosts == (HOST, f"{WEST}.{HOST}")


def test_cloudformation_validates_where_the_zone_is_the_accounts_own():
    own = Sample(topology(accounts=(OTHER,), zone_account=OTHER))

    assert dict(own.desired(LANDED).infra.parameters)["ValidationZoneId"] == ZONE.id
    assert dict(SAMPLE.desired(LANDED).infra.parameters)["ValidationZoneId"] == ""


# -- policies -----------------------------------------------------------------------------------------------------


def routed(policy, *names):
    regions = topology(*names)
    return SAMPLE.edited(topology=replace(regions, failover=Failover(policy)))


@pytest.mark.parametrize("policy", RoutingPolicy)
def test_a_landed_zone_of_any_policy_plans_to_nothing(policy):
    sample = routed(policy, EAST, WEST, SOUTH)

    assert dns_steps(sample, landed(sample)) == []


@pytest.mark.parametrize("policy", [RoutingPolicy.WEIGHTED, RoutingPolicy.LATENCY])
def test_another_policy_takes_the_records_away_and_makes_them_anew_in_one_batch(policy):
    before = landed(routed(RoutingPolicy.FAILOVER, EAST, WEST, SOUTH))
    found = sent(plan(routed(policy, EAST, WEST, SOUTH), before))
    shared = [(action, record.set_identifier) for action, record in found if record.name == HOST]

    deletions = [action is RecordAction.DELETE for action, _ in found]
    assert deletions == sorted(deletions, reverse=True)
    assert (RecordAction.DELETE, f"sample-production-{EAST}") in shared
    assert (RecordAction.CREATE, f"sample-production-{EAST}") in shared
    assert problems(before.records, tuple(RecordChange(*one) for one in found), "fed.dev", None) == ()


def test_a_changed_weight_is_put_in_place():
    before = routed(RoutingPolicy.WEIGHTED)
    regions = tuple(replace(one, weight=9) if one.name == EAST else one for one in before.topology.regions)
    found = sent(plan(before.edited(topology=replace(before.topology, regions=regions)), landed(before)))

    assert [(action, record.weight) for action, record in found] == [(RecordAction.UPSERT, 9)]


# -- the proof ----------------------------------------------------------------------------------------------------


def test_a_plan_carries_the_proof_of_what_it_deploys():
    proof = plan(SAMPLE, LANDED).proof

    assert [(row.dead, row.answers) for row in proof.rows][:2] == [((), (EAST,)), ((EAST,), (WEST,))]


def test_a_topology_that_breaks_its_objective_is_refused():
    made = plan(SAMPLE.edited(topology=replace(SAMPLE.topology, objectives=Objectives(rto_s=90))), LANDED)

    assert [one.rule for one in made.findings] == ["objective-out-of-reach"]
    assert made.steps == ()
    assert made.complete is False
