"""Failover and failback on the embedded AWS: DNS really moves, whatever else is black-holed or denied."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app import Settings, switch
from orchestrator.core.run import Verdict
from orchestrator.name_lookup import DnsServerLookup
from tests.e2e.conftest import Answer, Project, deploy, new_project
from tests.embedded import embedded_aws
from tests.servers import eventually

pytestmark = pytest.mark.emulator

EAST, WEST, HOME = "us-east-1", "us-west-2", "us-east-2"
FACTOR = 10


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Deployed from a third region, with both regions in service; every test leaves them so."""
    folder = tmp_path_factory.mktemp("worst") / "shop"
    state = folder / ".orchestrator" / "local"
    with embedded_aws(state, replication_delay_s=0.3, propagation_delay_s=0.2, clock_factor=FACTOR) as embedded:
        project = new_project(folder, embedded)
        project.configure("home_region: us-west-2", f"home_region: {HOME}")
        # At ten times the pace, checkers that ask three times as often would keep this machine busy with functions.
        project.configure("interval: 10", "interval: 30")
        project.configure("replication_deadline: 20", "replication_deadline: 5")
        yield deploy(project)


@contextlib.contextmanager
def cloudwatch_only(project: Project, region: str) -> Iterator[None]:
    """Black-holes every API of every region, except for CloudWatch in one, and the table of the application there."""
    elsewhere = [{"region": one} for one in project.embedded.aws.data_plane if one != region]
    beside = [{"region": region, "service": one} for one in CONTROL_PLANES]
    with contextlib.ExitStack() as faults:
        for where in (*elsewhere, *beside):
            faults.enter_context(project.embedded.fault(kind="blackhole", **where))
        yield


CONTROL_PLANES = ("cloudformation", "s3", "sts", "lambda", "acm", "apigateway", "kms", "logs", "ssm", "events")


def answered(project: Project) -> str:
    """The region that the name server sends users to."""
    aws = project.embedded.aws
    (address,) = asyncio.run(DnsServerLookup(("127.0.0.1",), aws.dns_port)("shop.fed.dev")).addresses
    return next(region for region, one in aws.data_plane.items() if one == address)


def away(project: Project, region: str, *options: str) -> Answer:
    """A failover with more patience than a busy machine takes to answer."""
    return project.run("failover", "--from", region, "--yes", "--patience", "20", *options)


def back(project: Project, region: str) -> None:
    """Both regions in service again, without a cool-down."""
    answer = project.run("failback", "--to", region, "--force", "--yes")
    assert answer.code == 0, answer.err
    assert eventually(lambda: answered(project) == EAST)


def steps(document: Any) -> dict[str, str]:
    return {one["id"]: one["status"] for one in document["steps"]}


def test_failover_moves_dns_and_failback_brings_it_back(shop: Project) -> None:
    there = away(shop, EAST, "--format", "json")
    moved_to, status = answered(shop), shop.run("status", "--format", "json").json
    again = away(shop, EAST)
    home = shop.run("failback", "--to", EAST, "--yes", "--format", "json")

    assert (there.code, home.code) == (0, 0), there.err + home.err
    assert steps(there.json) == dict.fromkeys(
        (f"lever:evacuate:{EAST}", f"hold:evacuate:{EAST}", "answer:111111111111", "users"), "succeeded"
    )
    assert moved_to == WEST
    assert (status["serving_region"], status["regions"][EAST]["evacuated"]) == (WEST, True)
    assert (again.code, "it is out already" in again.err) == (0, True), again.err
    assert steps(home.json)["answer:111111111111"] == "succeeded"
    assert answered(shop) == EAST


def test_a_run_is_told_in_the_seconds_of_aws_and_says_so_once(shop: Project) -> None:
    there = away(shop, WEST, "--format", "json")
    home = shop.run("failback", "--to", WEST, "--yes")

    assert there.json["clock_factor"] == FACTOR
    assert home.code == 0, home.err
    assert home.out.count(f"time ran {FACTOR} times faster here than on AWS") == 1


def test_with_everything_else_black_holed_users_leave_the_dead_primary_without_force(shop: Project) -> None:
    with cloudwatch_only(shop, WEST), shop.embedded.fault(kind="blackhole", plane="data", region=EAST):
        answer = away(shop, EAST, "--format", "json")
        moved_to = answered(shop)
    back(shop, EAST)

    assert answer.code == 0, answer.err
    assert answer.json["verdict"] == "succeeded"
    assert moved_to == WEST


def test_with_home_and_the_primary_in_us_east_1_denied_cloudwatch_and_the_bucket_of_the_standby_alone_are_called(
    shop: Project,
) -> None:
    calls: list[Any] = []
    settings = Settings(
        config=shop.folder / "regions.yaml",
        local=True,
        state_dir=shop.folder / ".orchestrator",
        on_call=calls.append,
        denied_regions=frozenset({HOME, EAST}),
    )

    undertaking = switch(settings, verb="failover", region=EAST, patience_s=20)
    run = undertaking.carry_out(undertaking.plan(), on_event=lambda event: None)
    moved_to = answered(shop)
    back(shop, EAST)

    assert (run.verdict, moved_to) == (Verdict.SUCCEEDED, WEST)
    assert {(call.service, call.region) for call in calls} == {("cloudwatch", WEST), ("s3", WEST)}
    assert {call.operation for call in calls if call.mutating} == {"PutMetricData"}


def test_a_silent_standby_is_refused_with_the_price_of_force(shop: Project) -> None:
    with shop.embedded.fault(kind="blackhole", plane="data", region=WEST):
        answer = shop.run("failover", "--from", EAST, "--yes")

    assert answer.code == 3
    assert "no other region is proven to answer in 1 of 1 accounts" in answer.err
    assert "https://us-west-2.shop.fed.dev/health: no answer" in answer.err
    assert "add --force: users may get no answer at all until a region is mended" in answer.err
    assert answered(shop) == EAST


def test_without_dns_nobody_knows_who_is_held_out_and_failover_is_refused(shop: Project) -> None:
    with shop.embedded.fault(kind="blackhole", plane="dns"):
        answer = shop.run("failover", "--from", EAST, "--yes", "--patience", "5")

    assert answer.code == 3
    assert "us-west-2 answers, but nobody could read whether it is held out as well" in answer.err


def test_the_second_of_two_regions_is_never_taken_out_although_dns_alone_tells_of_the_first(shop: Project) -> None:
    first = away(shop, WEST)
    second = away(shop, EAST)
    forced = away(shop, EAST, "--force")
    back(shop, WEST)

    assert first.code == 0, first.err
    assert (second.code, forced.code) == (3, 3)
    for answer in (second, forced):
        assert "us-west-2 is out already: without us-east-1 nobody would answer" in answer.err
        assert "failback --to us-west-2" in answer.err


def test_a_region_returns_neither_sick_nor_with_another_release(shop: Project) -> None:
    assert away(shop, EAST).code == 0
    with shop.embedded.fault(kind="error", status=500, plane="data", region=EAST):
        sick = shop.run("failback", "--to", EAST, "--yes")
    shop.release("second")
    with shop.embedded.fault(kind="replication_stall", region=EAST):
        half = shop.run("deploy", "--yes")
        missing = shop.run("failback", "--to", EAST, "--yes")
    stayed = answered(shop)
    mended = shop.run("deploy", "--yes")
    back(shop, EAST)

    assert (sick.code, half.code, missing.code, mended.code) == (3, 1, 3, 0), half.err + mended.err
    assert f"{EAST} is not proven to answer in 1 accounts" in sick.err
    assert "/health: 500" in sick.err
    assert f"{EAST} answers with release" in missing.err
    assert "add --force: users go back to another release" in missing.err
    assert stayed == WEST


def test_an_unknown_region_is_blamed_before_anything_is_looked_for(tmp_path: Path, shop: Project) -> None:
    nowhere = new_project(tmp_path / "shop", shop.embedded)

    answers = [nowhere.run("failover", "--from", region) for region in ("mars", "us-eats-1")]

    assert [answer.code for answer in answers] == [64, 64]
    assert "has no region mars\n  next: regions: us-east-1, us-west-2" in answers[0].err
    assert "did you mean us-east-1?" in answers[1].err
