"""The operator's one screen: what is true of each region, and what needs a hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.core.drill import DrillMode, DrillRecord, DrillVerdict
from orchestrator.core.levers import LeverKind, Position, lever_of
from orchestrator.core.overview import MIXED, HealthView, Overview
from orchestrator.core.run import Run, StepRecord, StepStatus, Verdict
from orchestrator.core.state import InstanceStatus, KeptRelease, Operation, OperationStatus, ReplicaStatus, Silent
from orchestrator.core.status import InstanceCounts
from orchestrator.core.topology import Failover, RoutingPolicy
from tests.core.landed import LANDED, NOTHING, SAMPLE, Bent, landed
from tests.sample_world import EAST, NAMES, OTHER, SOUTH, TAKEN, TWO_ACCOUNTS, UNIT, WEST, Sample, by_arc, topology

BENT = Bent(LANDED)
WELL, ILL = HealthView(route53=True), HealthView(route53=False)
RELEASE = SAMPLE.inputs.release
KEPT = KeptRelease(RELEASE, TAKEN)


def status(observed=LANDED, views=None, sample=SAMPLE):
    environment = sample.topology.environments[0]
    found = {(OTHER, EAST): WELL, (OTHER, WEST): WELL} if views is None else views
    return Overview(sample.topology, environment, NAMES, observed, found).status()


def rules(found):
    return [finding.rule for finding in found.findings]


def region(found, name):
    return next(one for one in found.regions if one.name == name)


def test_a_landed_world_is_shown_without_findings():
    found = status()

    east = region(found, EAST)
    assert (east.release, east.replica, east.healthy, east.reachable) == (RELEASE, "proven", True, True)
    assert east.instances == InstanceCounts(current=2)
    assert east.hosts == (f"{EAST}.sample.fed.dev",)
    assert found.serving_region == EAST
    assert found.findings == ()


SERVING = {
    "both well": ({(OTHER, EAST): WELL, (OTHER, WEST): WELL}, EAST),
    "primary ill": ({(OTHER, EAST): ILL, (OTHER, WEST): WELL}, WEST),
    "both ill": ({(OTHER, EAST): ILL, (OTHER, WEST): ILL}, EAST),
    "nobody knows": ({}, EAST),
    "only our probe knows": ({(OTHER, EAST): HealthView(probe=False), (OTHER, WEST): HealthView(probe=True)}, WEST),
}


@pytest.mark.parametrize(("views", "expected"), SERVING.values(), ids=SERVING)
def test_who_serves_follows_from_health_by_route_53s_rules(views, expected):
    assert status(views=views).serving_region == expected


def test_who_serves_is_what_the_zone_says_not_what_the_file_was_edited_to():
    edited = SAMPLE.edited(topology=topology(WEST, EAST))

    assert status(sample=edited).serving_region == EAST


def test_without_shared_records_nobody_serves():
    assert status(replace(LANDED, records=())).serving_region == ""


def test_a_zone_without_a_primary_answers_with_its_secondary():
    secondary = tuple(one for one in LANDED.records if one.failover and one.failover.value == "SECONDARY")

    assert status(replace(LANDED, records=secondary)).serving_region == WEST


def test_accounts_that_are_served_differently_are_mixed():
    two = Sample(topology(accounts=TWO_ACCOUNTS))

    found = status(landed(two), {(OTHER, EAST): ILL, (OTHER, WEST): WELL}, two)

    assert found.serving_region == MIXED


def test_shared_names_are_grouped_by_who_answers_them():
    two = Sample(topology(accounts=TWO_ACCOUNTS))

    alike = status(landed(two), {}, two)
    differing = status(landed(two), {(OTHER, EAST): ILL, (OTHER, WEST): WELL}, two)

    assert [(one.regions, len(one.hosts)) for one in alike.answering] == [((EAST,), 2)]
    assert {host: one.regions for one in differing.answering for host in one.hosts} == {
        f"{TWO_ACCOUNTS[0]}.sample.fed.dev": (EAST,),
        f"{OTHER}.sample.fed.dev": (WEST,),
    }


def test_active_regions_serve_together():
    regions = SAMPLE.topology
    active = SAMPLE.edited(topology=replace(regions, failover=Failover(RoutingPolicy.LATENCY)))
    all_well = status(landed(active), sample=active)
    one_ill = status(landed(active), {(OTHER, EAST): ILL, (OTHER, WEST): WELL}, active)

    assert (all_well.serving_region, all_well.serving_regions) == (MIXED, (EAST, WEST))
    assert all_well.accounts_differ is False
    assert (one_ill.serving_region, one_ill.serving_regions) == (WEST, (WEST,))


def test_an_inverted_check_takes_its_region_out_whatever_our_probe_says():
    checks = tuple(replace(one, inverted=one.host.startswith(EAST)) for one in LANDED.health_checks)
    views = {(OTHER, EAST): HealthView(probe=True), (OTHER, WEST): HealthView(probe=True)}

    assert status(replace(LANDED, health_checks=checks), views).serving_region == WEST


def test_the_proof_is_of_the_zone_as_it_is():
    proof = status().proof

    assert {row.dead: row.answers for row in proof.rows if not row.evacuated}[(EAST,)] == (WEST,)
    assert status(replace(LANDED, records=())).proof is None


def test_a_zone_in_which_failing_over_would_not_work_is_told():
    unguarded = tuple(replace(one, health_check="") if one.failover else one for one in LANDED.records)

    assert rules(status(replace(LANDED, records=unguarded))) == ["dead-region-answers"]


def test_of_accounts_that_differ_the_one_that_fails_is_shown():
    two = Sample(topology(accounts=TWO_ACCOUNTS))
    world = landed(two)
    checks = tuple(replace(one, disabled=f"-{OTHER}-{EAST}" in one.name) for one in world.health_checks)
    found = status(replace(world, health_checks=checks), sample=two)

    told = {(one.rule, one.where) for one in found.findings}
    assert told == {(f"{lost}-answers", f"{OTHER}.sample.fed.dev") for lost in ("dead-region", "evacuated")}
    assert {row.dead: row.answers for row in found.proof.rows if not row.evacuated}[(EAST,)] == (EAST,)


HEALTH = {
    "well": ({(OTHER, EAST): WELL}, True),
    "ill": ({(OTHER, EAST): ILL}, False),
    "unknown": ({}, None),
}


@pytest.mark.parametrize(("views", "expected"), HEALTH.values(), ids=HEALTH)
def test_a_region_is_healthy_when_all_its_accounts_are(views, expected):
    assert region(status(views=views), EAST).healthy is expected


def test_one_ill_account_makes_the_region_ill_whatever_is_unknown():
    two = Sample(topology(accounts=TWO_ACCOUNTS))

    assert region(status(landed(two), {(OTHER, EAST): ILL}, two), EAST).healthy is False


RELEASES = {
    "none": (BENT.without_set("compute"), ""),
    "one": (LANDED, RELEASE),
    "silent stack": (BENT.instances("compute", lambda one: replace(one, stack=None)), ""),
}


@pytest.mark.parametrize(("observed", "expected"), RELEASES.values(), ids=RELEASES)
def test_the_release_of_a_region_is_what_its_stacks_run(observed, expected):
    assert region(status(observed), EAST).release == expected


def test_accounts_with_different_releases_are_mixed_and_told():
    two = Sample(topology(accounts=TWO_ACCOUNTS))
    observed = Bent(landed(two)).stack("compute", account=OTHER, region=EAST, parameters=(("Release", "old"),))

    found = status(observed, {}, two)

    assert region(found, EAST).release == MIXED
    assert "release-skew" in rules(found)


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        (BENT.replica(EAST, ReplicaStatus.PENDING), "pending"),
        (BENT.replica(EAST, ReplicaStatus.FAILED), "failed"),
        (replace(LANDED, replicas=()), ""),
    ],
)
def test_the_worst_replica_of_a_region_is_shown(observed, expected):
    assert region(status(observed), EAST).replica == expected


DRILL = DrillRecord(run="r1", region=EAST, mode=DrillMode.SWITCH, started_at=TAKEN, by="ana@box")
RUNNING = Operation("theirs", "UPDATE", OperationStatus.RUNNING)
FINDINGS = {
    "nothing, not bootstrapped": (NOTHING, ["not-deployed"]),
    "bootstrapped only": (BENT.without_set("infra", "compute"), ["not-deployed"]),
    "silent region": (replace(LANDED, silent=(Silent(EAST, OTHER, "stacks", "503"),)), ["region-unreachable"]),
    "silent home": (replace(LANDED, silent=(Silent(WEST, "", "stack sets", "503"),)), ["home-unreachable"]),
    "outdated": (
        BENT.instances("infra", lambda one: replace(one, status=InstanceStatus.OUTDATED), region=EAST),
        ["instance-outdated"],
    ),
    "inoperable": (
        BENT.instances("infra", lambda one: replace(one, status=InstanceStatus.INOPERABLE, reason="why"), region=EAST),
        ["instance-inoperable"],
    ),
    "a stack that no update gets out of": (
        BENT.stack("control", region=EAST, status="UPDATE_ROLLBACK_FAILED"),
        ["stack-stuck"],
    ),
    "in flight": (BENT.stack_set("infra", operations=(RUNNING,)), ["operation-in-flight"]),
}


@pytest.mark.parametrize(("observed", "expected"), FINDINGS.values(), ids=FINDINGS)
def test_what_needs_a_hand_is_told(observed, expected):
    assert rules(status(observed)) == expected


TO_TYPE = {
    "nothing": (NOTHING, ["bootstrap", "deploy"]),
    "bootstrapped": (BENT.without_set("infra", "compute"), ["deploy"]),
    "outdated infra": (FINDINGS["outdated"][0], ["plan"]),
    "outdated compute": (
        replace(
            BENT.instances("compute", lambda one: replace(one, status=InstanceStatus.OUTDATED), region=EAST),
            releases=(KEPT,),
        ),
        [f"deploy --release {KEPT.release}", "plan"],
    ),
    "another release": (
        replace(BENT.stack("compute", region=WEST, parameters=(("Release", "f" * 12),)), releases=(KEPT,)),
        ["deploy", f"deploy --release {KEPT.release}"],
    ),
    "a drill": (replace(LANDED, drills=(DRILL,)), [f"drill {EAST} --put-back"]),
}


@pytest.mark.parametrize(("observed", "expected"), TO_TYPE.values(), ids=TO_TYPE)
def test_the_commands_of_a_finding_are_told_whole(observed, expected):
    found = status(observed).findings

    assert [one for finding in found for one in finding.commands] == [f"orchestrator {one}" for one in expected]
    assert all(one in finding.fix for finding in found for one in finding.commands)


def test_an_ill_region_is_told():
    assert rules(status(views={(OTHER, EAST): ILL, (OTHER, WEST): WELL})) == ["region-unhealthy"]


def test_accounts_of_units_are_met_by_their_instances():
    units = Sample(topology(units=(UNIT,)))
    observed = landed(Sample(topology(accounts=TWO_ACCOUNTS)))

    assert region(status(observed, {}, units), EAST).hosts[0] == f"{EAST}.{TWO_ACCOUNTS[0]}.sample.fed.dev"
    assert region(status(NOTHING, {}, units), EAST).healthy is None
    assert status(NOTHING, {}, units).serving_region == ""


def test_a_region_that_regions_yaml_names_and_nobody_deployed_is_empty():
    three = Sample(topology(EAST, WEST, SOUTH))

    assert region(status(sample=three), SOUTH).instances == InstanceCounts()


def test_a_run_knows_its_failed_steps():
    steps = (StepRecord(id="a", status=StepStatus.FAILED), StepRecord(id="b", status=StepStatus.SKIPPED))
    run = Run(
        id="r",
        verb="deploy",
        application="sample",
        environment="production",
        release="",
        verdict=Verdict.FAILED,
        started_at=TAKEN,
        ended_at=TAKEN + timedelta(seconds=1),
        steps=steps,
    )

    assert [step.id for step in run.failed] == ["a"]


@pytest.mark.parametrize(
    ("kind", "rule", "command"),
    [
        (LeverKind.EVACUATE, "region-evacuated", "failback --to us-east-1"),
        (LeverKind.DRILL, "region-in-drill", "by itself"),
    ],
)
def test_a_region_that_a_lever_holds_out_is_told_with_the_way_back(kind, rule, command):
    lever = lever_of(SAMPLE.topology, NAMES.prefix, EAST, kind)
    environment = SAMPLE.topology.environments[0]

    found = Overview(SAMPLE.topology, environment, NAMES, LANDED, {}, levers={lever: Position.OUT}).status()

    assert region(found, lever.region).levers == ((lever.kind, Position.OUT),)
    told = next(one for one in found.findings if one.rule == rule)
    assert command in told.fix


@pytest.mark.parametrize(
    ("kinds", "way"),
    [
        ((LeverKind.EVACUATE, LeverKind.DRILL), f"drill {WEST} --put-back"),
        ((LeverKind.EVACUATE, LeverKind.EVACUATE), f"failback --to {EAST}"),
    ],
)
def test_that_every_region_is_held_out_is_told_with_the_way_back(kinds, way):
    out = {
        lever_of(SAMPLE.topology, NAMES.prefix, where, kind): Position.OUT
        for where, kind in zip((EAST, WEST), kinds, strict=True)
    }

    found = Overview(SAMPLE.topology, SAMPLE.topology.environments[0], NAMES, LANDED, {}, levers=out).status()

    (told,) = [one for one in found.findings if one.rule == "no-region-in-service"]
    assert told.fix == f"bring one back: orchestrator {way}"
    assert told.commands == (f"orchestrator {way}",)


@pytest.mark.parametrize("made", [SAMPLE.topology, by_arc(SAMPLE.topology)], ids=["metric", "arc"])
def test_users_have_left_a_region_that_is_evacuated(made):
    sample = SAMPLE.edited(topology=made)
    lever = lever_of(made, NAMES.prefix, EAST, LeverKind.EVACUATE)

    found = Overview(made, made.environments[0], NAMES, landed(sample), {}, levers={lever: Position.OUT}).status()

    assert found.serving_region == WEST


# -- drills -----------------------------------------------------------------------------------------------------------


MEASURED = replace(DRILL.ended(TAKEN), verdict=DrillVerdict.PASSED, rto_s=66.0)


def test_a_drill_that_has_not_ended_is_something_to_put_right():
    found = status(replace(LANDED, drills=(DRILL,)))

    assert rules(found) == ["drill-unfinished"]
    assert found.findings[0].fix.endswith(f"orchestrator drill {EAST} --put-back")
    assert found.findings[0].commands == (f"orchestrator drill {EAST} --put-back",)
    assert found.last_drill is None


def test_what_a_note_names_is_never_typed_as_more_than_a_name():
    found = status(replace(LANDED, drills=(replace(DRILL, region="x; y"),)))

    assert found.findings[0].commands == ("orchestrator drill 'x; y' --put-back",)


def test_the_drill_that_was_measured_last_is_shown():
    later = replace(MEASURED, run="r2", region=WEST, started_at=TAKEN + timedelta(days=1), verdict=DrillVerdict.FAILED)

    last = status(replace(LANDED, drills=(later, MEASURED, replace(DRILL, ended_at=TAKEN)))).last_drill

    assert (last.region, last.verdict, last.rto_s) == (WEST, "failed", 66.0)
