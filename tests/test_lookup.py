"""Names to addresses for the failover: what is told, and that nobody waits for a resolver that says nothing."""

from __future__ import annotations

from collections.abc import Iterator

import dns.rcode
import pytest

from orchestrator.clock import SystemClock
from orchestrator.lookup import LocalLookup, SystemLookup
from orchestrator.probe import LocalProbe
from tests.servers import NameServer, Web, serving

NAME = "sample.fed.dev"


@pytest.fixture
def server() -> Iterator[NameServer]:
    made = NameServer()
    made.records[NAME] = (60, ("127.0.0.1",))
    with serving(*made.serve()):
        yield made


def test_the_embedded_name_server_tells_the_addresses_of_a_name(server: NameServer) -> None:
    assert LocalLookup(server.port).addresses(NAME) == ("127.0.0.1",)


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
def test_a_name_server_that_fails_tells_no_address(server: NameServer, rcode: dns.rcode.Rcode) -> None:
    server.rcode = rcode

    assert LocalLookup(server.port).addresses(NAME) == ()


def test_a_name_that_does_not_exist_has_no_address(server: NameServer) -> None:
    assert LocalLookup(server.port).addresses("other.fed.dev") == ()


def test_the_system_tells_its_own_name() -> None:
    assert SystemLookup().addresses("localhost") == ("127.0.0.1",)


@pytest.mark.parametrize("name", ["a..b", "x" * 70 + ".dev"])
def test_a_name_that_is_none_has_no_address(name: str) -> None:
    assert SystemLookup().addresses(name) == ()


def test_a_probe_without_a_region_goes_where_the_name_leads(server: NameServer) -> None:
    web = Web()
    with serving(web):
        probe = LocalProbe(SystemClock(), {}, web.server_port, LocalLookup(server.port))
        found = probe.get(host=NAME, target=NAME, region="", path="/health")

    assert (found.ok, found.status, found.body) == (True, 200, "fine")
    assert (web.hosts, web.paths) == ([NAME], ["/health"])
    assert [name for name, _ in server.questions] == [NAME]


def test_a_probe_of_a_name_that_leads_nowhere_says_so(server: NameServer) -> None:
    probe = LocalProbe(SystemClock(), {}, 1, LocalLookup(server.port))

    found = probe.get(host="other.fed.dev", target="other.fed.dev", region="", path="/health")

    assert (found.ok, found.error) == (False, "no address stands for other.fed.dev")
