from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import dns.rcode
import pytest

from orchestrator.name_lookup import CachingResolver, DnsServerLookup, Found, NoAddress, SystemLookup
from tests.servers import NameServer, serving

NAME = "sample.fed.dev"


@pytest.fixture
def server() -> Iterator[NameServer]:
    made = NameServer()
    with serving(*made.serve()):
        yield made


def ask(server: NameServer) -> Found:
    return asyncio.run(DnsServerLookup(("127.0.0.1",), server.port)(NAME))


class Scripted:
    """A lookup that hands out what it was given, one after another, and counts."""

    def __init__(self, *found: Found | NoAddress) -> None:
        self.found, self.asked = list(found), 0

    async def __call__(self, name: str) -> Found:
        self.asked += 1
        told = self.found.pop(0)
        if isinstance(told, NoAddress):
            raise told
        return told


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def addresses(resolver: CachingResolver, count: int = 1) -> list[str]:
    async def all_of_them() -> list[str]:
        return [await resolver.address(NAME) for _ in range(count)]

    return asyncio.run(all_of_them())


def test_an_answer_is_kept_for_its_ttl_and_no_longer() -> None:
    time, lookup = Time(), Scripted(Found(("10.0.0.1",), 6), Found(("10.0.0.2",), 6))
    resolver = CachingResolver(0, lookup, time)

    told = addresses(resolver)
    time.now = 5.9
    told += addresses(resolver)
    time.now = 6.0
    told += addresses(resolver)

    assert told == ["10.0.0.1", "10.0.0.1", "10.0.0.2"]
    assert lookup.asked == 2


def test_the_first_answer_of_an_aged_cache_counts_as_kept_for_a_while_already() -> None:
    time, lookup = Time(), Scripted(*(Found((f"10.0.0.{number}",), 10) for number in (1, 2, 3)))
    resolver = CachingResolver(0, lookup, time, age=0.75)

    told = []
    for time.now in (0.0, 2.4, 2.5, 12.4, 12.5):
        told += addresses(resolver)

    assert told == ["10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.2", "10.0.0.3"]


def test_several_addresses_are_given_in_turn() -> None:
    resolver = CachingResolver(0, Scripted(Found(("10.0.0.1", "10.0.0.2"), 60)), Time())

    assert addresses(resolver, 3) == ["10.0.0.1", "10.0.0.2", "10.0.0.1"]


def test_a_failure_is_kept_for_a_moment_only() -> None:
    time, lookup = Time(), Scripted(NoAddress("down"), Found(("10.0.0.1",), 60))
    resolver = CachingResolver(0, lookup, time)

    for _ in range(2):
        with pytest.raises(NoAddress):
            addresses(resolver)
    time.now = 1.0

    assert addresses(resolver) == ["10.0.0.1"]
    assert lookup.asked == 2


def test_a_name_server_tells_addresses_and_their_ttl(server: NameServer) -> None:
    server.records[NAME] = (42, ("127.0.1.1", "127.0.1.4"))

    found = ask(server)

    assert (sorted(found.addresses), found.ttl_s) == (["127.0.1.1", "127.0.1.4"], 42.0)


def test_a_long_answer_is_fetched_over_tcp(server: NameServer) -> None:
    server.records[NAME], server.truncates = (42, ("127.0.1.1",)), True

    assert ask(server).addresses == ("127.0.1.1",)
    assert [protocol for _, protocol in server.questions] == ["udp", "tcp"]


def test_a_name_without_addresses_has_none(server: NameServer) -> None:
    assert ask(server).addresses == ()


def test_a_name_server_that_cannot_answer_is_named(server: NameServer) -> None:
    server.rcode = dns.rcode.SERVFAIL

    with pytest.raises(NoAddress, match="SERVFAIL"):
        ask(server)


def test_where_one_server_is_silent_the_next_is_asked(server: NameServer) -> None:
    server.records[NAME] = (42, ("127.0.1.1",))

    found = asyncio.run(
        DnsServerLookup(
            (
                "127.0.0.9",
                "127.0.0.1",
            ),
            server.port,
        )(NAME)
    )

    assert found.addresses == ("127.0.1.1",)


@pytest.mark.parametrize(("told_s", "kept_s"), [(10, 10.0), (86_400, 60.0)])
def test_a_name_outside_the_servers_zone_is_followed_by_the_system(
    server: NameServer, told_s: int, kept_s: float
) -> None:
    server.others[(NAME, "CNAME")] = (told_s, ("localhost.",))

    found = ask(server)

    assert (set(found.addresses), found.ttl_s) == ({"127.0.0.1"}, kept_s)


def test_the_system_resolves_what_it_knows() -> None:
    found = asyncio.run(SystemLookup()("localhost"))

    assert set(found.addresses) == {"127.0.0.1"}
    assert found.ttl_s == 0


def test_a_name_that_the_system_does_not_know_has_no_address() -> None:
    with pytest.raises(NoAddress):
        asyncio.run(SystemLookup()("not a name at all"))


def test_the_library_is_loaded_only_when_a_name_server_is_asked() -> None:
    code = "import sys, orchestrator.traffic, orchestrator.name_servers; print({'dns', 'boto3'} & set(sys.modules))"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "set()"
