"""The proof of failover: topologies and bent zones in, who answers and what is wrong out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.detection import detection
from orchestrator.core.dns import AliasTarget, CheckKind, FailoverRole, HealthCheck, RecordSet
from orchestrator.core.plan import Severity
from orchestrator.core.proof import prove
from orchestrator.core.proof_rules import objective_findings, proof_findings, proven
from orchestrator.core.proof_subject import desired_subject, observed_subjects, proof_of
from orchestrator.core.topology import Failover, Health, Objectives, RoutingPolicy
from tests.core.landed import LANDED, SAMPLE, landed
from tests.sample_world import EAST, NAMES, OTHER, SOUTH, TWO_ACCOUNTS, UNIT, WEST, Sample, by_arc, topology

FOURTH, FIFTH = "eu-west-1", "eu-central-1"
WEIGHTED, LATENCY = RoutingPolicy.WEIGHTED, RoutingPolicy.LATENCY
HOST = "sample.fed.dev"


def routed(policy, *regions, ttl_s=60):
    return replace(topology(*regions), failover=Failover(policy, ttl_s))


def subject(made):
    return desired_subject(made, made.environments[0], NAMES)


def table(made):
    return {row.dead: row.answers for row in prove(subject(made)) if not row.evacuated}


def rules(made, bent):
    return [finding.rule for finding in proof_findings(proof_of(made, bent), bent, HOST)]


def bent_records(made, bend):
    good = subject(made)
    return replace(good, records=tuple(bend(one) for one in good.records))


# -- the table ----------------------------------------------------------------------------------------------------


def test_two_regions_answer_for_one_another():
    assert table(topology()) == {(): (EAST,), (EAST,): (WEST,), (WEST,): (EAST,), (EAST, WEST): (EAST,)}


@pytest.mark.parametrize("ttl_s", [60, 30])
def test_regions_behind_load_balancers_answer_for_one_another(ttl_s):
    def balanced(name):
        return str(name).replace("d-any", "sample-production-1").replace("invalid", "elb.amazonaws.com")

    def bend(record):
        alias = record.alias and replace(record.alias, name=balanced(record.alias.name))
        return replace(record, alias=alias, values=tuple(balanced(one) for one in record.values))

    made = routed(RoutingPolicy.FAILOVER, EAST, WEST, ttl_s=ttl_s)
    bent = bent_records(made, bend)

    assert {row.dead: row.answers for row in prove(bent) if not row.evacuated} == table(topology())
    assert rules(made, bent) == []


@pytest.mark.parametrize("ttl_s", [60, 30])
@pytest.mark.parametrize("regions", [(EAST, WEST, SOUTH), (EAST, WEST, SOUTH, FOURTH)], ids=["three", "four"])
def test_in_a_chain_the_first_living_region_answers_in_every_combination(regions, ttl_s):
    found = table(routed(RoutingPolicy.FAILOVER, *regions, ttl_s=ttl_s))

    assert len(found) == 2 ** len(regions)
    for dead, answers in found.items():
        living = [region for region in regions if region not in dead]
        assert answers == ((living or regions)[0],), dead


def test_of_many_regions_up_to_two_and_the_first_ones_are_tried():
    regions = (EAST, WEST, SOUTH, FOURTH, FIFTH)
    found = table(topology(*regions))

    assert len(found) == 1 + 5 + 10 + 3
    assert found[regions[:4]] == (FIFTH,)
    assert proof_of(topology(*regions), subject(topology(*regions))).every is False


@pytest.mark.parametrize("ttl_s", [60, 30])
@pytest.mark.parametrize("policy", [WEIGHTED, LATENCY])
def test_active_regions_all_answer_but_for_the_dead(policy, ttl_s):
    found = table(routed(policy, EAST, WEST, SOUTH, ttl_s=ttl_s))

    assert found[()] == (EAST, WEST, SOUTH)
    assert found[(EAST,)] == (WEST, SOUTH)
    assert found[(EAST, WEST)] == (SOUTH,)
    assert found[(EAST, WEST, SOUTH)] == (EAST, WEST, SOUTH)


def test_a_region_of_weight_0_answers_only_when_the_others_are_dead():
    made = routed(WEIGHTED, EAST, WEST, SOUTH)
    first, *others = made.regions
    found = table(replace(made, regions=(replace(first, weight=0), *(replace(one, weight=200) for one in others))))

    assert found[()] == (WEST, SOUTH)
    assert found[(WEST, SOUTH)] == (EAST,)


def test_with_organizational_units_a_stand_in_account_is_proven():
    made = topology(units=(UNIT,))

    assert subject(made).host == "000000000000.sample.fed.dev"
    assert table(made)[(EAST,)] == (WEST,)


# -- switches -----------------------------------------------------------------------------------------------------


def joined_with_levers(made, threshold):
    """As desired, but so many children of a region must be healthy."""
    good = subject(made)
    joined = (replace(one, health_threshold=threshold) if one.children else one for one in good.checks)
    return replace(good, checks=tuple(joined))


@pytest.mark.parametrize("made", [topology(), by_arc(topology())], ids=["metric", "arc"])
def test_an_evacuated_region_does_not_answer_though_it_lives(made):
    rows = {(row.dead, row.evacuated): row.answers for row in prove(joined_with_levers(made, 3))}

    assert rows[((), (EAST,))] == (WEST,)
    assert rows[((), (WEST,))] == (EAST,)
    assert rows[((EAST,), ())] == (WEST,)


def test_every_region_is_never_evacuated_at_once():
    rows = prove(joined_with_levers(topology(), 3))

    assert {row.evacuated for row in rows} == {(), (EAST,), (WEST,)}


def test_a_lever_that_is_not_needed_for_health_is_an_error():
    assert "evacuated-answers" in rules(topology(), joined_with_levers(topology(), 1))
    assert rules(topology(), joined_with_levers(topology(), 3)) == []


# -- what is wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("regions", [(EAST, WEST), (EAST, WEST, SOUTH)], ids=["pair", "chain"])
def test_what_the_tool_would_make_has_nothing_wrong(regions):
    proof, found = proven(topology(*regions), topology(*regions).environments[0], NAMES)

    assert found == ()
    assert [row for row in proof.rows if proof.misled(row)] == []


def without_check(region):
    return lambda record: replace(record, health_check="") if record.set_identifier.endswith(region) else record


def test_a_primary_without_a_check_answers_while_it_is_dead():
    bent = bent_records(topology(), without_check(EAST))
    found, *others = proof_findings(proof_of(topology(), bent), bent, HOST)

    assert {one.rule for one in others} == {"evacuated-answers"}
    assert (found.rule, found.severity, found.where) == ("dead-region-answers", Severity.ERROR, HOST)
    assert f"with {EAST} dead, users are sent to {EAST} although {WEST} lives" in found.message


def test_a_secondary_without_a_check_answers_while_it_is_dead():
    pair = subject(topology())
    forgotten = replace(bent_records(topology(), without_check(WEST)), regions=(*pair.regions, SOUTH))
    told = proof_findings(proof_of(topology(EAST, WEST, SOUTH), forgotten), forgotten, HOST)
    found = told[0]

    assert found.rule == "dead-secondary-answers"
    assert f"with {EAST}, {WEST} dead, users are sent to {WEST} although {SOUTH} lives" in found.message


def test_one_cause_that_misleads_in_many_combinations_is_told_three_times():
    made = topology(EAST, WEST, SOUTH, FOURTH)

    told = rules(made, bent_records(made, without_check(EAST)))
    assert sorted(told) == ["dead-region-answers"] * 3 + ["evacuated-answers"] * 3


def test_users_who_reach_no_region_are_an_error():
    bent = bent_records(topology(), lambda one: replace(one, name="elsewhere.fed.dev") if one.name == HOST else one)
    found = proof_findings(proof_of(topology(), bent), bent, HOST)

    assert [one.rule for one in found] == ["nobody-answers"] * 3
    assert found[0].message.startswith("with every region alive, users reach none of the regions")


def test_a_check_that_watches_the_name_it_guards_is_an_error():
    good = subject(topology())
    bent = replace(good, checks=tuple(replace(check, host=HOST) if check.host else check for check in good.checks))

    assert rules(topology(), bent).count("check-watches-itself") == 2


def test_a_child_that_watches_the_name_its_parent_guards_is_an_error():
    good = joined_with_levers(topology(), 3)
    bent = replace(
        good, checks=tuple(replace(one, host=HOST) if one.name.endswith(WEST) else one for one in good.checks)
    )

    assert "check-watches-itself" in rules(topology(), bent)


def test_an_objective_that_the_ttl_breaks_is_an_error_that_names_the_ttl_which_would_do():
    (found,) = objective_findings(detection(10, 3, 300), 180, HOST)

    assert (found.rule, found.severity) == ("objective-out-of-reach", Severity.ERROR)
    assert "wait 334 s; the objective is 180 s" in found.message
    assert "failover.ttl: 146 or less" in found.fix


def test_an_objective_that_detection_alone_breaks_asks_for_faster_detection():
    (found,) = objective_findings(detection(30, 10, 60), 180, HOST)

    assert "detection alone takes longer" in found.fix


def test_an_objective_that_is_just_met_is_met():
    assert objective_findings(detection(10, 3, 60), 94, HOST) == ()
    assert len(objective_findings(detection(10, 3, 60), 93, HOST)) == 1


def test_the_objective_is_held_against_the_settings_of_the_topology():
    made = replace(topology(), health=Health(interval_s=30), objectives=Objectives(rto_s=150))

    assert [one.rule for one in proven(made, made.environments[0], NAMES)[1]] == ["objective-out-of-reach"]


ARITHMETIC = {"10 s x 3, TTL 60": ((10, 3, 60), 62, 94), "30 s x 3, TTL 60": ((30, 3, 60), 119, 154)}


@pytest.mark.parametrize(("settings", "mean", "worst"), ARITHMETIC.values(), ids=ARITHMETIC)
def test_detection_and_ttl_add_up(settings, mean, worst):
    found = detection(*settings)

    assert (round(found.moved_mean_s), round(found.moved_worst_s)) == (mean, worst)
    assert found.moved_worst_s - found.detected_worst_s == settings[2]


# -- the zone as it is --------------------------------------------------------------------------------------------


def observed(sample=SAMPLE, world=LANDED):
    environment = sample.topology.environments[0]
    accounts = environment.accounts
    return observed_subjects(sample.topology, environment, NAMES, accounts, world.records, world.health_checks)


@pytest.mark.parametrize("policy", RoutingPolicy)
def test_a_zone_as_it_should_be_is_proven_like_the_topology(policy):
    sample = SAMPLE.edited(topology=routed(policy, EAST, WEST, SOUTH))
    ((found, accounts),) = observed(sample, landed(sample))

    assert accounts == (OTHER,)
    assert {row.dead: row.answers for row in prove(found) if not row.evacuated} == table(sample.topology)
    assert rules(sample.topology, found) == []


def test_accounts_with_equal_records_share_one_proof():
    two = Sample(topology(accounts=TWO_ACCOUNTS))

    assert [accounts for _, accounts in observed(two, landed(two))] == [TWO_ACCOUNTS]


def test_an_account_whose_check_was_disabled_is_proven_by_itself():
    two = Sample(topology(accounts=TWO_ACCOUNTS))
    world = landed(two)
    endpoint = next(one for one in world.health_checks if one.host)
    checks = tuple(replace(one, disabled=one is endpoint) for one in world.health_checks)
    found = observed(two, replace(world, health_checks=checks))

    assert sorted(accounts for _, accounts in found) == [(account,) for account in sorted(TWO_ACCOUNTS)]
    assert sorted(len(rules(two.topology, one)) for one, _ in found) == [0, 1]


def test_checks_of_one_name_are_kept_apart():
    two = Sample(topology(accounts=TWO_ACCOUNTS))
    world = landed(two)
    checks = tuple(replace(one, name="by hand") for one in world.health_checks)

    assert len(observed(two, replace(world, health_checks=checks))) == 2


def test_the_proof_of_a_zone_speaks_of_its_own_names():
    ((found, _),) = observed()

    assert prove(found)[-1].reason == f"nothing at {HOST} is healthy, so PRIMARY sample-production-{EAST} answers"


def test_a_zone_without_our_shared_name_has_nothing_to_prove():
    regional = tuple(one for one in LANDED.records if one.name != HOST)
    foreign = RecordSet(name="shop.fed.dev", type="A", ttl_s=60, values=("192.0.2.1",))

    assert observed(world=replace(LANDED, records=(*regional, foreign))) == ()


def test_a_target_that_names_no_region_is_known_by_its_set_identifier():
    moved = tuple(
        replace(one, alias=AliasTarget("d-theirs.example", "Z")) if one.failover else one for one in LANDED.records
    )
    ((found, _),) = observed(world=replace(LANDED, records=moved))

    assert prove(found)[0].answers == (EAST,)


def test_a_record_that_leads_to_no_region_of_ours_answers_for_none():
    simple = RecordSet(name=HOST, type="A", ttl_s=60, values=("192.0.2.1",))
    ((found, _),) = observed(world=replace(LANDED, records=(simple,)))

    assert prove(found)[0].answers == ()


def test_a_check_that_is_gone_counts_as_healthy():
    ((found, _),) = observed(world=replace(LANDED, health_checks=()))

    assert rules(SAMPLE.topology, found) == ["dead-region-answers"]


def test_a_check_made_by_hand_counts_for_what_it_watches():
    hand = HealthCheck(name="", id="hand", host=f"{EAST}.{HOST}")
    join = HealthCheck(name="join", id="join", kind=CheckKind.CALCULATED, children=("hand", "gone"), health_threshold=2)
    records = tuple(
        replace(one, health_check="join") if one.failover is FailoverRole.PRIMARY else one for one in LANDED.records
    )
    world = replace(LANDED, records=records, health_checks=(*LANDED.health_checks, hand, join))
    ((found, _),) = observed(world=world)

    assert rules(SAMPLE.topology, found) == []


def test_the_records_of_active_regions_carry_weight_or_region():
    for policy, expected in ((WEIGHTED, (1, "")), (LATENCY, (None, EAST))):
        made = routed(policy)
        record = next(one for one in subject(made).records if one.set_identifier == f"{NAMES.prefix}-{EAST}")

        assert (record.weight, record.region) == expected
        assert record.failover is None
