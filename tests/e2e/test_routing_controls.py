"""Failover by routing controls on the embedded AWS: deployed, switched and switched back, as users see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from orchestrator.app import Settings, switch
from orchestrator.core.errors import CallDenied
from tests.e2e.conftest import Project, new_project
from tests.embedded import embedded_aws
from tests.sample_world import CLUSTER_REGIONS

pytestmark = pytest.mark.emulator

EAST, WEST = "us-east-1", "us-west-2"
SERVICE = "route53-recovery-cluster"
PANEL = "arn:aws:route53-recovery-control::000000000000:controlpanel/0123abcd/routingcontrol"
CONTROLS = {EAST: f"{PANEL}/0000east", WEST: f"{PANEL}/0000west"}
FACTOR = 10


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Deployed with metrics, which are then exchanged for routing controls."""
    folder = tmp_path_factory.mktemp("arc") / "shop"
    state = folder / ".orchestrator" / "local"
    with embedded_aws(state, replication_delay_s=0.3, propagation_delay_s=0.2, clock_factor=FACTOR) as embedded:
        made = new_project(folder, embedded)
        # At ten times the pace, checkers that ask three times as often would keep this machine busy with functions.
        made.configure("interval: 10", "interval: 30")
        done(made, "bootstrap")
        done(made, "deploy")
        made.configure(
            "    hosted_zone: fed.dev\n", f"    hosted_zone: fed.dev\n    routing_controls: {flow(CONTROLS)}\n"
        )
        urls = {region: f"https://host-aaaaaa.{region}.example.com/v1" for region in CLUSTER_REGIONS}
        made.configure("ttl: 60}", f"ttl: 60, lever: arc, cluster: {flow(urls)}}}")
        done(made, "bootstrap")
        done(made, "deploy")
        yield made


def flow(entries: dict[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in entries.items()) + "}"


def done(project: Project, *words: str) -> Any:
    answer = project.run(*words, "--yes", "--format", "json")
    assert answer.code == 0, answer.err
    return answer.json


def steps(document: Any) -> dict[str, str]:
    return {step["id"]: step["status"] for step in document["steps"]}


def state(project: Project, region: str) -> str:
    cluster = project.embedded.client(SERVICE, EAST)
    return str(cluster.get_routing_control_state(RoutingControlArn=CONTROLS[region])["RoutingControlState"])


def check_kinds(project: Project) -> set[str]:
    route53 = project.embedded.client("route53", EAST)
    checks = {one["Id"]: one["HealthCheckConfig"]["Type"] for one in route53.list_health_checks()["HealthChecks"]}
    tagged = route53.list_tags_for_resources(ResourceType="healthcheck", ResourceIds=list(checks)[:10])
    return {
        checks[one["ResourceId"]]
        for one in tagged["ResourceTagSets"]
        if any(tag["Key"] == "Name" and "evacuate" in tag["Value"] for tag in one["Tags"])
    }


def settings(project: Project, calls: list[Any]) -> Settings:
    return Settings(
        config=project.folder / "regions.yaml",
        local=True,
        state_dir=project.folder / ".orchestrator",
        on_call=calls.append,
    )


def test_the_exchange_turned_the_controls_on_and_left_nothing_to_do(project: Project) -> None:
    plan = project.run("plan", "--exit-code")

    assert plan.code == 0, plan.out
    assert check_kinds(project) == {"RECOVERY_CONTROL"}
    assert {state(project, region) for region in CONTROLS} == {"On"}


def test_users_move_with_the_control_and_come_back_with_it(project: Project) -> None:
    there = done(project, "failover", "--from", EAST)
    away = project.run("status", "--format", "json").json
    second = project.run("failover", "--from", WEST, "--yes")
    planned = project.run("plan", "--exit-code")
    back = done(project, "failback", "--to", EAST, "--force")
    home = project.run("status", "--format", "json").json

    assert set(steps(there).values()) == {"succeeded"}
    assert f"answer:{'1' * 12}" in steps(there)
    assert (away["serving_region"], away["regions"][EAST]["evacuated"]) == (WEST, True)
    assert second.code == 3
    assert f"{EAST} is out already: without {WEST} nobody would answer" in second.err
    assert planned.code == 0, planned.out
    assert set(steps(back).values()) == {"succeeded"}
    assert (home["serving_region"], home["regions"][EAST]["evacuated"]) == (EAST, False)


def test_failover_needs_neither_the_failing_region_nor_two_more_endpoints(project: Project) -> None:
    calls: list[Any] = []
    with (
        project.embedded.fault(kind="blackhole", region=EAST),
        project.embedded.fault(kind="blackhole", region=WEST, service=SERVICE),
        project.embedded.fault(kind="outage", region="eu-west-1", service=SERVICE),
        project.embedded.fault(kind="outage", service="route53"),
    ):
        undertaking = switch(settings(project, calls), verb="failover", region=EAST)
        run = undertaking.carry_out(undertaking.plan(), on_event=lambda event: None)
    done(project, "failback", "--to", EAST, "--force")

    assert run.verdict.value == "succeeded"
    assert EAST not in {call.region for call in calls}
    assert {call.service for call in calls} == {"cloudwatch", SERVICE, "s3"}
    assert {call.operation for call in calls if call.mutating} == {"UpdateRoutingControlStates"}


def test_a_safety_rule_of_arc_ends_the_failover_before_anything_is_changed(project: Project) -> None:
    refusal = {"status": 409, "code": "ConflictException", "reason": "AssertionRule keep-one forbids it"}
    operation = {"service": SERVICE, "operation": "UpdateRoutingControlStates"}
    with project.embedded.fault(kind="error", **operation, **refusal):
        answer = project.run("failover", "--from", EAST, "--yes")

    assert answer.code == 1
    assert "AssertionRule keep-one forbids it" in answer.out + answer.err
    assert state(project, EAST) == "On"


def test_what_a_failover_does_not_need_cannot_be_called(project: Project) -> None:
    plane = switch(settings(project, []), verb="failover", region=EAST).plane

    with pytest.raises(CallDenied, match="must not be called"):
        plane.ports.dns.health_checks(tags={})
