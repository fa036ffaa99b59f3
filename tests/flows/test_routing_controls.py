"""Failover by routing controls on the simulation: deployed, switched, never both off, exchanged with metrics."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.app.settings import DataPlane, Settings
from orchestrator.app.switching import Switch
from orchestrator.core.dns import CheckKind
from orchestrator.core.errors import Refused, RuleViolated
from orchestrator.core.levers import CLUSTER, LeverKind, Position, lever_of
from orchestrator.core.run import Verdict
from orchestrator.executor import Polling
from tests.flows.stage import Stage, reasons
from tests.sample_world import EAST, NAMES, SOUTH, WEST, Sample, by_arc, control_arn, topology

HOST = "sample.fed.dev"
FAR = "eu-central-1"


@pytest.fixture
def stage():
    return Stage(Sample(by_arc(topology()))).deployed()


@pytest.fixture
def switch(tmp_path):
    """switch(stage, verb, region, force=False) -> the undertaking, with the log of calls emptied."""

    def made(stage, verb, region, *, force=False):
        regions = stage.sample.topology
        stage.aws.gate.calls.clear()
        plane = DataPlane(
            settings=Settings(state_dir=tmp_path),
            topology=regions,
            environment=regions.environments[0],
            names=NAMES,
            ports=stage.aws.ports,
            polling=Polling(),
        )
        return Switch(plane, verb, region, force)

    return made


def carry_out(undertaking):
    return undertaking.carry_out(undertaking.plan(), on_event=lambda event: None)


def serving(stage):
    return stage.aws.dns.answers(HOST).split(".")[2]


def kinds(stage):
    return {check.kind for check in stage.aws.dns.checks if "evacuate" in check.name}


def test_a_deployment_turns_the_controls_on_and_follows_them(stage):
    assert [stage.aws.levers.control(control_arn(region)) for region in (EAST, WEST)] == [True, True]
    assert kinds(stage) == {CheckKind.RECOVERY_CONTROL}
    assert serving(stage) == EAST
    assert stage.plan().is_empty


def test_failover_moves_users_and_failback_brings_them_back(stage, switch):
    there = carry_out(switch(stage, "failover", EAST))
    moved_to = serving(stage)
    back = carry_out(switch(stage, "failback", EAST))

    assert there.verdict is Verdict.SUCCEEDED, reasons(there)
    assert moved_to == WEST
    assert back.verdict is Verdict.SUCCEEDED, reasons(back)
    assert serving(stage) == EAST


@pytest.mark.parametrize("alive", [True, False])
def test_failover_calls_the_cluster_and_the_drills_alarms_outside_the_failing_region_alone(switch, alive):
    stage = Stage(Sample(by_arc(topology(EAST, WEST, home=FAR)))).deployed()
    stage.aws.faults.silent |= {"route53", FAR} | (set() if alive else {EAST})

    run = carry_out(switch(stage, "failover", EAST))

    calls = {(call.name, call.region) for call in stage.aws.gate.calls if not call.name.startswith("Probe")}
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert calls == {
        ("Levers.move", CLUSTER),
        ("Levers.positions", CLUSTER),
        ("Levers.positions", WEST),
        ("DrillLog.copies", WEST),
        ("Releases.listed", WEST),
    }


def test_an_evacuated_region_stays_out_for_days_and_deployments(stage, switch):
    carry_out(switch(stage, "failover", EAST))
    stage.aws.clock.sleep(5 * 86400)
    stage.sample = stage.sample.edited(code="second")

    assert stage.do("deploy").verdict is Verdict.SUCCEEDED
    assert serving(stage) == WEST


def test_a_check_that_somebody_deleted_does_not_bring_an_evacuated_region_back(stage, switch):
    carry_out(switch(stage, "failover", EAST))
    check = next(one for one in stage.aws.dns.checks if one.routing_control == control_arn(EAST))
    stage.aws.dns.forget_check(check.id)

    assert stage.do("deploy").verdict is Verdict.SUCCEEDED
    assert stage.aws.levers.control(control_arn(EAST)) is False
    assert serving(stage) == WEST


@pytest.mark.parametrize("order", [(EAST, WEST), (WEST, EAST)])
@pytest.mark.parametrize("force", [False, True])
def test_never_both_off_whatever_the_order(stage, switch, order, force):
    first, second = order
    assert carry_out(switch(stage, "failover", first)).verdict is Verdict.SUCCEEDED

    with pytest.raises(Refused, match=f"{first} is out already: without {second} nobody would answer"):
        carry_out(switch(stage, "failover", second, force=force))
    assert stage.aws.gate.mutations() == ()


def test_of_three_regions_the_last_in_service_is_not_taken_out(switch):
    stage = Stage(Sample(by_arc(topology(EAST, WEST, SOUTH)))).deployed()
    for region in (SOUTH, WEST):
        assert carry_out(switch(stage, "failover", region)).verdict is Verdict.SUCCEEDED

    with pytest.raises(Refused, match="is out already: without us-east-1 nobody would answer"):
        carry_out(switch(stage, "failover", EAST))


def test_without_the_cluster_dns_tells_who_is_out(stage, switch):
    carry_out(switch(stage, "failover", WEST))
    stage.aws.faults.silent.add(CLUSTER)

    with pytest.raises(Refused, match="us-west-2 is out already"):
        carry_out(switch(stage, "failover", EAST))


def test_a_safety_rule_of_arc_ends_the_run_with_its_reason(stage, switch):
    refusal = RuleViolated("ARC refused: at least one must be On", where="ARC", fix="bring one back", code="Conflict")
    stage.aws.faults.refuse["Levers.move"] = [refusal]

    run = carry_out(switch(stage, "failover", EAST))

    assert run.verdict is Verdict.FAILED
    assert "ARC refused: at least one must be On (bring one back)" in reasons(run)[f"lever:evacuate:{EAST}"]
    assert serving(stage) == EAST


def test_a_lost_answer_of_the_cluster_is_written_again(stage, switch):
    stage.aws.faults.lose.add("Levers.move")

    run = carry_out(switch(stage, "failover", EAST))

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)


def test_what_is_destroyed_can_be_deployed_again(stage):
    destroyed = stage.do("destroy")
    left = kinds(stage)
    again = stage.do("deploy")

    assert (destroyed.verdict, left) == (Verdict.SUCCEEDED, set())
    assert again.verdict is Verdict.SUCCEEDED, reasons(again)
    assert serving(stage) == EAST


# -- from one lever to the other ----------------------------------------------------------------------------------

METRIC, ARC = topology(), by_arc(topology())


@pytest.mark.parametrize(("before", "after"), [(METRIC, ARC), (ARC, METRIC)], ids=["to arc", "to metric"])
def test_levers_are_exchanged_under_users_who_notice_nothing(before, after, switch):
    stage = Stage(Sample(before)).deployed()
    stage.sample = Sample(after)
    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert len([one for one in stage.aws.dns.checks if "evacuate" in one.name]) == 2
    assert serving(stage) == EAST
    assert stage.plan().is_empty
    assert carry_out(switch(stage, "failover", EAST)).verdict is Verdict.SUCCEEDED
    assert serving(stage) == WEST


@pytest.mark.parametrize(("before", "after"), [(METRIC, ARC), (ARC, METRIC)], ids=["to arc", "to metric"])
def test_the_lever_of_an_evacuated_region_is_not_exchanged(before, after, switch):
    stage = Stage(Sample(before)).deployed()
    carry_out(switch(stage, "failover", EAST))
    stage.sample = Sample(after)

    plan = stage.plan()

    assert [(one.rule, one.where) for one in plan.findings] == [("lever-exchanged-while-out", EAST)]
    assert not any(step.id.startswith(("lever:", "check:")) for step in plan.steps)


def test_an_evacuated_region_is_seen_by_its_routing_control(stage):
    west = lever_of(stage.sample.topology, NAMES.prefix, WEST, LeverKind.EVACUATE)
    stage.aws.levers.move(west, Position.OUT)

    assert stage.aws.levers.positions((west, replace(west, routing_control="arn:new"))) == {
        west: Position.OUT,
        replace(west, routing_control="arn:new"): Position.OUT,
    }
