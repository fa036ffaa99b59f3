from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from orchestrator.clock import SystemClock
from orchestrator.core.traffic import summarize
from orchestrator.exchange import Limits
from orchestrator.traffic import Traffic, Users
from tests.servers import NameServer, Web, eventually, free_port, serving

HOST = "sample.fed.dev"
HERE, HERE_TOO = "127.0.0.1", "127.0.0.2"


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    server.answer = (200, {"X-Region": "us-east-1"}, b"{}")
    with serving(server):
        yield server


@pytest.fixture
def names() -> Iterator[NameServer]:
    server = NameServer()
    server.records[HOST] = (60, (HERE,))
    with serving(*server.serve()):
        yield server


def users(web: Web, names: NameServer) -> Users:
    return Users(
        hosts=(HOST,),
        path="/health",
        port=web.server_port,
        tls=False,
        dns_servers=(HERE,),
        dns_port=names.port,
        resolvers=2,
        workers=4,
        rate_per_s=100,
    )


def traffic(given: Users) -> Traffic:
    return Traffic(given, SystemClock())


def test_users_call_the_shared_name_at_the_address_that_dns_gives(web: Web, names: NameServer) -> None:
    with traffic(users(web, names)) as running:
        assert eventually(lambda: len(running.requests()) >= 20)

    told = running.requests()
    assert {(one.status, one.region, one.address, one.error) for one in told} == {(200, "us-east-1", HERE, "")}
    assert {one.resolver for one in told} == {0, 1}
    assert set(web.hosts) == {HOST} == {one.host for one in told}
    assert set(web.paths) == {"/health"}
    assert all(one.at >= 0 and one.latency_s > 0 for one in told)


def test_each_resolver_asks_once_while_its_answer_is_fresh(web: Web, names: NameServer) -> None:
    with traffic(users(web, names)) as running:
        assert eventually(lambda: len(running.requests()) >= 20)

    assert names.questions == [(HOST, "udp")] * 2


def test_every_resolver_calls_every_host_in_turn(web: Web, names: NameServer) -> None:
    hosts = ("one.fed.dev", "two.fed.dev", "three.fed.dev")
    names.records = dict.fromkeys(hosts, (60, (HERE,)))
    with traffic(replace(users(web, names), hosts=hosts, most_requests=60)) as running:
        assert eventually(lambda: not running.running)

    asked = [Counter(one.host for one in running.requests() if one.resolver == number) for number in (0, 1)]
    assert [set(each) for each in asked] == [set(hosts)] * 2
    # What is in flight at the end is not counted: one request of each of the two workers.
    assert all(max(each.values()) - min(each.values()) <= 3 for each in asked)
    assert set(web.hosts) == set(hosts)
    assert Counter(names.questions) == {(host, "udp"): 2 for host in hosts}


def test_resolvers_ask_the_name_servers_in_turn(web: Web, names: NameServer) -> None:
    other = NameServer(HERE_TOO, names.port)
    other.records = names.records
    with serving(*other.serve()), traffic(replace(users(web, names), dns_servers=(HERE, HERE_TOO))) as running:
        assert eventually(lambda: {one.resolver for one in running.requests()} == {0, 1})

    assert names.questions == other.questions == [(HOST, "udp")]


def test_more_resolvers_than_workers_all_get_requests(web: Web, names: NameServer) -> None:
    with traffic(replace(users(web, names), resolvers=5, workers=2)) as running:
        all_asked = eventually(lambda: {one.resolver for one in running.requests()} == set(range(5)))

    assert all_asked


@pytest.mark.parametrize("nobody", [{"hosts": ()}, {"rate_per_s": 0.0}])
def test_without_a_host_or_a_rate_nobody_calls(web: Web, names: NameServer, nobody: dict[str, Any]) -> None:
    running = traffic(replace(users(web, names), **nobody))
    running.start()

    assert eventually(lambda: not running.running)
    assert running.stop() == ()
    assert web.hosts == []


def test_users_move_only_when_the_rest_of_their_resolvers_ttl_is_over(web: Web, names: NameServer) -> None:
    names.records[HOST] = (1, ("127.0.0.1",))
    with traffic(users(web, names)) as running:
        assert eventually(lambda: {one.resolver for one in running.requests()} == {0, 1})
        names.records[HOST] = (60, ("127.0.0.2",))
        assert eventually(lambda: {one.address for one in running.requests()[-8:]} == {"127.0.0.2"})

    moved = [one for one in running.requests() if one.address == "127.0.0.2"]
    assert {one.resolver for one in moved} == {0, 1}
    # The caches are of different ages when the run begins: a quarter and three quarters of the TTL.
    assert all(one.ended >= (0.75, 0.25)[one.resolver] for one in moved)


@pytest.mark.parametrize(
    ("answer", "region"),
    [
        ((200, {}, b'{"region": "us-west-2"}'), "us-west-2"),
        ((200, {}, b'["no object"]'), "by-address"),
        ((200, {}, b"no JSON"), "by-address"),
        ((200, {}, b'{"region": 4}'), "by-address"),
    ],
)
def test_the_region_is_read_from_the_body_or_the_address(
    web: Web, names: NameServer, answer: tuple[int, dict[str, str], bytes], region: str
) -> None:
    web.answer = answer
    with traffic(replace(users(web, names), regions={HERE: "by-address"})) as running:
        assert eventually(running.requests)

    assert running.requests()[0].region == region


def test_failures_are_recorded_with_their_reason(web: Web, names: NameServer) -> None:
    with traffic(replace(users(web, names), port=free_port())) as running:
        assert eventually(lambda: len(running.requests()) >= 5)

    summary = summarize(running.requests())
    assert {(one.ok, one.status, one.error) for one in running.requests()} == {(False, 0, "connection refused")}
    assert summary.failed == summary.requests


def test_a_name_that_does_not_resolve_is_a_failure(web: Web, names: NameServer) -> None:
    names.records.clear()
    with traffic(users(web, names)) as running:
        assert eventually(running.requests)

    assert running.requests()[0].error == f"{HOST} does not resolve"


def test_a_server_that_hangs_costs_each_user_its_time_limit(web: Web, names: NameServer) -> None:
    web.answer = None
    with traffic(replace(users(web, names), limits=Limits(answer_s=0.1))) as running:
        assert eventually(lambda: len(running.requests()) >= 4)

    assert {one.error for one in running.requests()} == {"no answer in time"}
    assert all(one.latency_s >= 0.1 for one in running.requests())


def test_stopping_does_not_wait_for_what_is_in_flight(web: Web, names: NameServer) -> None:
    web.answer = None
    running = traffic(replace(users(web, names), limits=Limits(answer_s=3600)))
    running.start()
    assert eventually(lambda: web.hosts)

    assert running.stop() == ()
    assert not running.running
    assert running.stop() == ()


def test_traffic_ends_by_itself_at_its_bounds(web: Web, names: NameServer) -> None:
    by_count = traffic(replace(users(web, names), most_requests=5))
    by_time = traffic(replace(users(web, names), longest_s=0.2))
    by_count.start()
    by_time.start()

    assert eventually(lambda: not by_count.running and not by_time.running)
    assert len(by_count.requests()) == 5


def test_a_certificate_that_is_not_trusted_is_told(web: Web, names: NameServer) -> None:
    with traffic(replace(users(web, names), tls=True)) as running:
        assert eventually(running.requests)

    assert running.requests()[0].error.startswith("TLS error")


def test_the_systems_resolver_is_asked_when_no_server_is_given(web: Web) -> None:
    given = Users(hosts=("localhost",), port=web.server_port, tls=False, rate_per_s=100)
    with Traffic(given, SystemClock()) as running:
        assert eventually(running.requests)

    assert (running.requests()[0].ok, running.requests()[0].address) == (True, HERE)


def test_plain_http_needs_no_certificates(web: Web, names: NameServer) -> None:
    context = ssl.create_default_context()

    assert traffic(users(web, names))._context is None
    assert Traffic(replace(users(web, names), tls=True), SystemClock(), context=context)._context is context
