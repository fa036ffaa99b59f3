"""A region dies, checkers see it, DNS moves, users follow, and all of it comes back: over real HTTP and DNS."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from orchestrator.clock import SystemClock
from orchestrator.local.checkers import CHECKER_REGIONS
from orchestrator.name_lookup import DnsServerLookup
from orchestrator.traffic import Traffic, Users
from tests.embedded import Embedded
from tests.local.failover import EAST, WEST, World, deploy
from tests.servers import Web, eventually, serving


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    server = Web()
    with serving(server):
        yield server


@pytest.fixture(scope="module")
def world(fast: Embedded, web: Web) -> World:
    made = deploy(fast, f"http://127.0.0.1:{web.server_port}")
    assert eventually(lambda: made.statuses(EAST) == made.statuses(WEST) == {"Success"})
    return made


def test_traffic_moves_when_the_primary_dies_and_comes_back_with_it(fast: Embedded, world: World) -> None:
    aws = fast.aws
    users = Users(
        hosts=(world.shared,),
        path="/orders",
        port=aws.data_port,
        tls=False,
        dns_servers=("127.0.0.1",),
        dns_port=aws.dns_port,
        rate_per_s=20,
        regions={address: region for region, address in aws.data_plane.items()},
    )

    def all_in(region: str) -> bool:
        last = traffic.requests()[-20:]
        return len(last) == 20 and all(one.ok and one.region == region for one in last)

    with Traffic(users, SystemClock()) as traffic:
        assert eventually(lambda: all_in(EAST))
        with fast.fault(kind="outage", plane="data", region=EAST):
            assert eventually(lambda: world.statuses(EAST) == {"Failure"})
            assert eventually(lambda: world.serving() == WEST)
            assert eventually(lambda: all_in(WEST))
        assert eventually(lambda: world.serving() == EAST)
        assert eventually(lambda: all_in(EAST))

    failed = [one for one in traffic.requests() if not one.ok]
    assert {(one.address, one.error) for one in failed} == {(aws.data_plane[EAST], "connection refused")}
    assert world.statuses(WEST) == {"Success"}


def test_a_region_that_answers_errors_is_unhealthy_too(fast: Embedded, world: World) -> None:
    with fast.fault(kind="error", status=500, plane="data", region=EAST):
        assert eventually(lambda: world.serving() == WEST)

    assert eventually(lambda: world.serving() == EAST)


def test_a_region_that_never_answers_is_unhealthy_too(fast: Embedded, world: World) -> None:
    with fast.fault(kind="blackhole", plane="data", region=EAST):
        assert eventually(lambda: world.serving() == WEST, within_s=40)

    assert eventually(lambda: world.serving() == EAST, within_s=40)


def test_the_primary_answers_when_both_regions_are_dead(fast: Embedded, world: World) -> None:
    with fast.fault(kind="outage", plane="data", region=EAST):
        assert eventually(lambda: world.serving() == WEST)
        with fast.fault(kind="outage", plane="data", region=WEST):
            assert eventually(lambda: world.serving() == EAST)
            assert world.statuses(EAST) == world.statuses(WEST) == {"Failure"}

    assert eventually(lambda: world.statuses(EAST) == world.statuses(WEST) == {"Success"})


def test_answers_and_checks_go_on_while_the_control_plane_is_down(fast: Embedded, world: World) -> None:
    lookup = DnsServerLookup(("127.0.0.1",), fast.aws.dns_port)

    def answered(region: str) -> bool:
        return asyncio.run(lookup(world.shared)).addresses == (fast.aws.data_plane[region],)

    with fast.fault(kind="outage", service="route53"):
        with fast.fault(kind="outage", plane="data", region=EAST):
            assert eventually(lambda: answered(WEST))
        assert eventually(lambda: answered(EAST))
        with pytest.raises(ClientError):
            world.answer()


def test_an_inverted_check_takes_a_healthy_region_out(fast: Embedded, world: World) -> None:
    route53 = fast.client("route53", EAST)

    route53.update_health_check(HealthCheckId=world.checks[EAST], Inverted=True)
    assert eventually(lambda: world.serving() == WEST)
    assert world.statuses(EAST) == {"Success"}

    route53.update_health_check(HealthCheckId=world.checks[EAST], Inverted=False)
    assert eventually(lambda: world.serving() == EAST)


def test_a_failing_checker_tells_why(fast: Embedded, world: World) -> None:
    route53 = fast.client("route53", EAST)
    with fast.fault(kind="outage", plane="data", region=WEST):
        assert eventually(lambda: world.statuses(WEST) == {"Failure"})
    assert eventually(lambda: world.statuses(WEST) == {"Success"})

    told = route53.get_health_check_last_failure_reason(HealthCheckId=world.checks[WEST])["HealthCheckObservations"]

    assert len(told) == len(CHECKER_REGIONS)
    assert all("refused" in one["StatusReport"]["Status"] for one in told)
