from __future__ import annotations

from collections.abc import Callable, Iterator

import dns.rcode
import pytest

from orchestrator.name_servers import name_servers
from tests.servers import NameServer, free_port, serving

HERE = "127.0.0.1"
ZONE = "fed.dev"
PATIENCE_S = 1.0


@pytest.fixture
def server() -> Iterator[NameServer]:
    """The system's resolver and the zone's own server in one; it listens at one address of two that the zone has."""
    made = NameServer()
    made.others[(ZONE, "NS")] = (60, ("ns-1.example.net.", "ns-2.example.net."))
    made.others[(ZONE, "SOA")] = (60, ("ns-1.example.net. mail.example.net. 1 7200 900 1209600 86400",))
    made.records = {"ns-1.example.net": (60, (HERE,)), "ns-2.example.net": (60, ("127.0.0.9",))}
    with serving(*made.serve()):
        yield made


def found(server: NameServer, zone: str = ZONE) -> tuple[str, ...]:
    return name_servers(zone, PATIENCE_S, system=HERE, port=server.port)


@pytest.mark.parametrize("zone", [ZONE, "fed.dev."])
def test_the_servers_of_a_zone_are_those_that_answer_for_it(server: NameServer, zone: str) -> None:
    assert found(server, zone) == (HERE,)


def _unknown(server: NameServer) -> None:
    server.others.clear()


def _without_addresses(server: NameServer) -> None:
    server.records.clear()


def _caught_on_the_way(server: NameServer) -> None:
    server.authoritative = False


def _refusing(server: NameServer) -> None:
    server.rcode = dns.rcode.REFUSED


@pytest.mark.parametrize("fault", [_unknown, _without_addresses, _caught_on_the_way, _refusing])
def test_there_are_none_when(server: NameServer, fault: Callable[[NameServer], None]) -> None:
    fault(server)

    assert found(server) == ()


def test_there_are_none_when_nobody_answers_in_time(server: NameServer) -> None:
    server.silent = True

    assert name_servers(ZONE, 0.1, system=HERE, port=server.port) == ()


def test_there_are_none_without_a_network() -> None:
    assert name_servers(ZONE, PATIENCE_S, system=HERE, port=free_port()) == ()
