"""The name server of the embedded AWS, asked as any resolver would."""

from __future__ import annotations

import socket
import time

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from tests.embedded import Embedded
from tests.local.failover import EAST, WEST, alias, check, make_zone, plain, put
from tests.servers import eventually

EAST_TARGET = "d-abc123.execute-api.us-east-1.amazonaws.com"
WEST_TARGET = "d-def456.execute-api.us-west-2.amazonaws.com"
OTHER = "232323232323"


@pytest.fixture(scope="module")
def zone(embedded: Embedded) -> tuple[str, str]:
    made, domain = make_zone(embedded)
    change = put(
        embedded,
        made,
        plain(f"www.{domain}", "A", "192.0.2.1", "192.0.2.2", ttl=300),
        plain(f"text.{domain}", "TXT", '"one" "two"'),
        plain(f"long.{domain}", "TXT", *(f'"{number:03d}{"x" * 200}"' for number in range(20))),
        plain(f"mail.{domain}", "MX", "10 www.example.com"),
        plain(f"*.wild.{domain}", "A", "192.0.2.3"),
        plain(f"away.{domain}", "CNAME", "www.example.com"),
        plain(f"there.{domain}", "CNAME", WEST_TARGET, ttl=30),
        plain(f"chain.{domain}", "CNAME", f"www.{domain}", ttl=20),
        alias(f"api.{domain}", EAST_TARGET),
    )
    assert eventually(lambda: in_sync(embedded, change))
    return made, domain


def in_sync(embedded: Embedded, change: str) -> bool:
    return bool(embedded.client("route53", EAST).get_change(Id=change)["ChangeInfo"]["Status"] == "INSYNC")


def ask(embedded: Embedded, name: str, kind: str = "A", *, tcp: bool = False, source: str = "") -> dns.message.Message:
    query = dns.message.make_query(name, kind)
    by = dns.query.tcp if tcp else dns.query.udp
    return by(query, "127.0.0.1", port=embedded.aws.dns_port, timeout=10, source=source or None)


def told(response: dns.message.Message) -> list[str]:
    """`name TTL type value` of the answer, without trailing dots, sorted."""
    lines = [line for rrset in response.answer for line in rrset.to_text().splitlines()]
    return sorted(" ".join(line.split()).replace(". ", " ", 1).replace(" IN ", " ") for line in lines)


@pytest.mark.parametrize("tcp", [False, True])
def test_records_are_answered_with_their_ttl(embedded: Embedded, zone: tuple[str, str], tcp: bool) -> None:
    name = f"www.{zone[1]}"

    response = ask(embedded, name, tcp=tcp)

    assert told(response) == [f"{name} 300 A 192.0.2.1", f"{name} 300 A 192.0.2.2"]
    assert response.flags & dns.flags.AA
    assert response.rcode() == dns.rcode.NOERROR


def test_an_alias_to_an_api_is_the_address_of_its_region(embedded: Embedded, zone: tuple[str, str]) -> None:
    name, addresses = f"api.{zone[1]}", embedded.aws.data_plane

    assert told(ask(embedded, name)) == [f"{name} 60 A {addresses[EAST]}"]
    assert told(ask(embedded, EAST_TARGET)) == [f"{EAST_TARGET} 60 A {addresses[EAST]}"]
    assert told(ask(embedded, EAST_TARGET, "AAAA")) == []


def test_cnames_are_followed_inside_and_to_awss_own_names(embedded: Embedded, zone: tuple[str, str]) -> None:
    chain, there, away = (f"{label}.{zone[1]}" for label in ("chain", "there", "away"))

    assert told(ask(embedded, chain)) == sorted(
        [f"{chain} 20 CNAME www.{zone[1]}.", *(f"www.{zone[1]} 300 A 192.0.2.{last}" for last in (1, 2))]
    )
    assert told(ask(embedded, there)) == sorted(
        [f"{there} 30 CNAME {WEST_TARGET}.", f"{WEST_TARGET} 60 A {embedded.aws.data_plane[WEST]}"]
    )
    assert told(ask(embedded, away)) == [f"{away} 60 CNAME www.example.com."]
    assert told(ask(embedded, away, "CNAME")) == [f"{away} 60 CNAME www.example.com."]


def test_other_types_and_wildcards(embedded: Embedded, zone: tuple[str, str]) -> None:
    domain = zone[1]

    assert told(ask(embedded, f"text.{domain}", "TXT")) == [f'text.{domain} 60 TXT "one" "two"']
    assert told(ask(embedded, f"mail.{domain}", "MX")) == [f"mail.{domain} 60 MX 10 www.example.com."]
    assert told(ask(embedded, f"any.wild.{domain}")) == [f"any.wild.{domain} 60 A 192.0.2.3"]
    assert len(told(ask(embedded, domain, "NS"))) == 4
    assert ask(embedded, domain, "SOA").answer[0].ttl == 900


def test_names_are_answered_as_they_were_asked(embedded: Embedded, zone: tuple[str, str]) -> None:
    name = f"WwW.{zone[1].upper()}"

    assert ask(embedded, name).answer[0].name.to_text(omit_final_dot=True) == name


@pytest.mark.parametrize(
    ("label", "kind", "rcode"),
    [
        ("www", "AAAA", "NOERROR"),
        ("absent", "A", "NXDOMAIN"),
        ("wild", "A", "NOERROR"),
        ("www", "TYPE65280", "NOERROR"),
    ],
)
def test_a_no_comes_with_the_soa_of_the_zone(
    embedded: Embedded, zone: tuple[str, str], label: str, kind: str, rcode: str
) -> None:
    response = ask(embedded, f"{label}.{zone[1]}", kind)

    assert (dns.rcode.to_text(response.rcode()), response.answer) == (rcode, [])
    assert [rrset.rdtype for rrset in response.authority] == [dns.rdatatype.SOA]


def test_what_is_in_no_zone_is_refused(embedded: Embedded) -> None:
    assert ask(embedded, "www.example.com").rcode() == dns.rcode.REFUSED


def test_an_answer_too_long_for_a_datagram_is_cut_and_whole_over_tcp(embedded: Embedded, zone: tuple[str, str]) -> None:
    name = f"long.{zone[1]}"

    cut, whole = ask(embedded, name, "TXT"), ask(embedded, name, "TXT", tcp=True)

    assert cut.flags & dns.flags.TC
    assert cut.answer == []
    assert len(told(whole)) == 20


def test_nonsense_gets_no_answer_and_does_no_harm(embedded: Embedded, zone: tuple[str, str]) -> None:
    response = dns.message.make_response(dns.message.make_query("www.example.com", "A"))
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.sendto(b"nonsense", ("127.0.0.1", embedded.aws.dns_port))
        sender.sendto(response.to_wire(), ("127.0.0.1", embedded.aws.dns_port))
    with socket.create_connection(("127.0.0.1", embedded.aws.dns_port), timeout=10) as stream:
        stream.sendall(b"\x00\x08nonsense")
        assert stream.recv(1) == b""

    assert told(ask(embedded, f"api.{zone[1]}"))


def test_several_questions_over_one_connection(embedded: Embedded, zone: tuple[str, str]) -> None:
    with socket.create_connection(("127.0.0.1", embedded.aws.dns_port), timeout=10) as stream:
        for label in ("www", "api"):
            dns.query.send_tcp(stream, dns.message.make_query(f"{label}.{zone[1]}", "A"))
            response, _ = dns.query.receive_tcp(stream, time.time() + 10)
            assert response.answer[0].name.to_text().startswith(label)


def test_zones_of_every_account_are_answered_and_chains_cross_them(embedded: Embedded, zone: tuple[str, str]) -> None:
    theirs, domain = make_zone(embedded, OTHER)
    put(embedded, theirs, plain(f"to.{domain}", "CNAME", f"api.{zone[1]}"), account=OTHER)

    assert eventually(lambda: told(ask(embedded, f"to.{domain}")))
    assert told(ask(embedded, f"to.{domain}")) == sorted(
        [f"to.{domain} 60 CNAME api.{zone[1]}.", f"api.{zone[1]} 60 A {embedded.aws.data_plane[EAST]}"]
    )


def test_the_longest_zone_answers_for_a_name(embedded: Embedded, zone: tuple[str, str]) -> None:
    sub = f"sub.{zone[1]}"
    made = embedded.client("route53", EAST).create_hosted_zone(Name=sub, CallerReference=sub)["HostedZone"]["Id"]
    put(embedded, made, plain(f"x.{sub}", "A", "192.0.2.9"))

    assert eventually(lambda: told(ask(embedded, f"x.{sub}")) == [f"x.{sub} 60 A 192.0.2.9"])


def test_latency_records_go_by_the_region_that_asks(embedded: Embedded, zone: tuple[str, str]) -> None:
    name, addresses = f"near.{zone[1]}", embedded.aws.data_plane
    near = [
        plain(name, "A", f"192.0.2.{number}", SetIdentifier=region, Region=region)
        for number, region in enumerate((EAST, WEST), 1)
    ]
    put(embedded, zone[0], *near)
    assert eventually(lambda: told(ask(embedded, name)))

    found = {region: told(ask(embedded, name, source=addresses[region]))[0][-1] for region in (EAST, WEST)}
    api = embedded.client("route53", EAST)
    tested = api.test_dns_answer(HostedZoneId=zone[0], RecordName=name, RecordType="A", ResolverIP=addresses[WEST])[
        "RecordData"
    ]

    assert found == {EAST: "1", WEST: "2"}
    assert tested == ["192.0.2.2"]


def test_a_change_is_answered_once_it_is_in_sync(fast: Embedded) -> None:
    slow = make_zone(fast)
    name = f"new.{slow[1]}"
    put(fast, slow[0], plain(name, "A", "192.0.2.1"))
    assert eventually(lambda: told(ask(fast, name)))

    put(fast, slow[0], plain(name, "A", "192.0.2.2"))
    change = put(fast, slow[0], plain(name, "A", "192.0.2.3"))
    assert eventually(lambda: in_sync(fast, change))

    assert [line.split()[-1] for line in told(ask(fast, name))] == ["192.0.2.3"]


def test_a_fast_clock_divides_every_ttl_down_to_one_second(fast: Embedded) -> None:
    made, domain = make_zone(fast)
    for label, ttl in (("minute", 60), ("short", 10)):
        put(fast, made, plain(f"{label}.{domain}", "A", "192.0.2.1", ttl=ttl))
    assert eventually(lambda: told(ask(fast, f"short.{domain}")))

    ttls = [ask(fast, f"{label}.{domain}").answer[0].ttl for label in ("minute", "short")]

    assert ttls == [3, 1]


def test_test_dns_answer_tells_what_the_name_server_answers(embedded: Embedded, zone: tuple[str, str]) -> None:
    route53 = embedded.client("route53", EAST)

    def tested(label: str, kind: str = "A") -> tuple[str, list[str]]:
        found = route53.test_dns_answer(HostedZoneId=zone[0], RecordName=f"{label}.{zone[1]}", RecordType=kind)
        return found["ResponseCode"], found["RecordData"]

    assert tested("api") == ("NOERROR", [embedded.aws.data_plane[EAST]])
    assert tested("there") == ("NOERROR", [WEST_TARGET])
    assert tested("away", "CNAME") == ("NOERROR", ["www.example.com"])
    assert tested("www", "AAAA") == ("NOERROR", [])
    assert tested("absent") == ("NXDOMAIN", [])


@pytest.mark.parametrize(("zone_id", "code"), [("none", "NoSuchHostedZone"), ("", "InvalidInput")])
def test_test_dns_answer_refuses_other_zones_and_names(
    embedded: Embedded, zone: tuple[str, str], zone_id: str, code: str
) -> None:
    route53 = embedded.client("route53", EAST)

    with pytest.raises(route53.exceptions.ClientError) as refused:
        route53.test_dns_answer(HostedZoneId=zone_id or zone[0], RecordName="www.example.com", RecordType="A")

    assert refused.value.response["Error"]["Code"] == code


def test_a_new_check_counts_as_healthy_in_the_answer(embedded: Embedded, zone: tuple[str, str]) -> None:
    name = f"pair.{zone[1]}"
    check_id = check(embedded, "unknown.example.com")
    pair = [
        alias(name, target, SetIdentifier=role, Failover=role, HealthCheckId=check_id)
        for role, target in (("PRIMARY", EAST_TARGET), ("SECONDARY", WEST_TARGET))
    ]

    put(embedded, zone[0], *pair)

    assert eventually(lambda: told(ask(embedded, name)))
    assert told(ask(embedded, name)) == [f"{name} 60 A {embedded.aws.data_plane[EAST]}"]
