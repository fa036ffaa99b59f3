"""Names asked of a zone's own servers: what they tell, what they deny, and that silence is neither."""

from __future__ import annotations

import dns.rcode
import pytest

from orchestrator.zone_servers import DelegatedServers, LocalServers
from tests.servers import NameServer, serving

ZONE, NAMES = "fed.dev", ("shop.fed.dev", "gone.fed.dev")


@pytest.fixture
def server():
    made = NameServer()
    made.records = {"shop.fed.dev": (60, ("192.0.2.1",))}
    with serving(*made.serve()):
        yield made


def test_each_name_is_told_with_its_addresses_and_none_where_there_are_none(server: NameServer) -> None:
    told = LocalServers(server.port).addresses(ZONE, NAMES)

    assert told["shop.fed.dev"] == ("192.0.2.1",)
    assert told.get("gone.fed.dev", ()) == ()


def test_a_server_that_refuses_tells_nothing(server: NameServer) -> None:
    server.rcode = dns.rcode.SERVFAIL

    assert LocalServers(server.port).addresses(ZONE, NAMES) == {}


def test_without_names_no_server_is_looked_for() -> None:
    assert DelegatedServers().addresses(ZONE, ()) == {}
