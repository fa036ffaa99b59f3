from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from orchestrator.local.checkers import CHECKER_REGIONS
from tests.embedded import Embedded
from tests.local.failover import EAST, alias, check, make_zone, plain, put
from tests.servers import Web, eventually, free_port, serving


@pytest.fixture(scope="module")
def zone(fast: Embedded) -> tuple[str, str]:
    return make_zone(fast)


@pytest.fixture(scope="module")
def host(fast: Embedded, zone: tuple[str, str]) -> str:
    """A name for this machine itself: its checks go to their own port there."""
    name = f"here.{zone[1]}"
    put(fast, zone[0], plain(name, "A", "127.0.0.1"))
    assert eventually(lambda: _answer(fast, zone[0], name)["RecordData"] == ["127.0.0.1"])
    return name


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    with serving(server):
        yield server


def _answer(embedded: Embedded, zone: str, name: str) -> Any:
    return embedded.client("route53", EAST).test_dns_answer(HostedZoneId=zone, RecordName=name, RecordType="A")


def texts(embedded: Embedded, check_id: str) -> list[str]:
    seen = embedded.client("route53", EAST).get_health_check_status(HealthCheckId=check_id)
    return [one["StatusReport"]["Status"] for one in seen["HealthCheckObservations"]]


def guarded(embedded: Embedded, zone: tuple[str, str], check_id: str) -> str:
    """A failover pair whose PRIMARY carries the check: who answers."""
    name = f"{check_id[:8]}.{zone[1]}"
    pair = [
        plain(name, "A", "192.0.2.1", SetIdentifier="p", Failover="PRIMARY", HealthCheckId=check_id),
        plain(name, "A", "192.0.2.2", SetIdentifier="s", Failover="SECONDARY"),
    ]
    put(embedded, zone[0], *pair)
    assert eventually(lambda: _answer(embedded, zone[0], name)["RecordData"])
    return name


def is_healthy(embedded: Embedded, zone: tuple[str, str], name: str) -> bool:
    return bool(_answer(embedded, zone[0], name)["RecordData"] == ["192.0.2.1"])


def test_every_checker_probes_the_host_and_path_of_its_check(fast: Embedded, host: str, web: Web) -> None:
    check_id = check(fast, host, Type="HTTP", Port=web.server_port, ResourcePath="/ready?deep=1")

    assert eventually(lambda: len(texts(fast, check_id)) == len(CHECKER_REGIONS))
    assert set(texts(fast, check_id)) == {"Success: HTTP Status Code 200, OK."}
    assert set(web.hosts) == {host}
    assert set(web.paths) == {"/ready?deep=1"}


def test_the_regions_of_a_check_are_its_checkers(fast: Embedded, host: str, web: Web) -> None:
    regions = ["us-west-1", "us-west-2", "eu-west-1"]
    check_id = check(fast, host, Type="HTTP", Port=web.server_port, Regions=regions)

    assert eventually(lambda: len(texts(fast, check_id)) == 3)
    route53 = fast.client("route53", EAST)
    seen = route53.get_health_check_status(HealthCheckId=check_id)["HealthCheckObservations"]
    assert [one["Region"] for one in seen] == regions
    route53.update_health_check(HealthCheckId=check_id, ResetElements=["Regions"])
    assert eventually(lambda: len(texts(fast, check_id)) == len(CHECKER_REGIONS))


@pytest.mark.parametrize(
    ("status", "body", "search", "said"),
    [
        (302, b"", "", "Success"),
        (404, b"", "", "Failure"),
        (503, b"ready", "ready", "Failure"),
        (200, b"x" * 5_000 + b"ready", "ready", "Success"),
        (200, b"x" * 5_120 + b"ready", "ready", "Failure"),
    ],
)
def test_an_endpoint_is_judged_by_status_and_text(
    fast: Embedded, host: str, web: Web, status: int, body: bytes, search: str, said: str
) -> None:
    web.answer = (status, {}, body)
    looking = {"Type": "HTTPS_STR_MATCH", "SearchString": search} if search else {"Type": "HTTPS"}
    check_id = check(fast, host, Port=web.server_port, **looking)

    assert eventually(lambda: texts(fast, check_id))
    assert {text.partition(":")[0] for text in texts(fast, check_id)} == {said}


def test_a_tcp_check_needs_a_connection_only(fast: Embedded, zone: tuple[str, str], host: str, web: Web) -> None:
    web.answer = (500, {}, b"")
    tcp = {"Type": "TCP", "FullyQualifiedDomainName": host, "RequestInterval": 10, "FailureThreshold": 1}
    route53 = fast.client("route53", EAST)
    ids = [
        route53.create_health_check(CallerReference=f"tcp-{port}", HealthCheckConfig={**tcp, "Port": port})[
            "HealthCheck"
        ]["Id"]
        for port in (web.server_port, free_port())
    ]

    assert eventually(lambda: all(len(texts(fast, one)) == len(CHECKER_REGIONS) for one in ids))
    assert [{text.partition(":")[0] for text in texts(fast, one)} for one in ids] == [{"Success"}, {"Failure"}]


def test_a_check_of_a_name_without_an_address_fails(fast: Embedded, zone: tuple[str, str]) -> None:
    check_id = check(fast, f"nowhere.{zone[1]}")

    assert eventually(lambda: texts(fast, check_id))
    assert "DNS resolution failed" in texts(fast, check_id)[0]


def test_nothing_outside_of_this_machine_is_asked(fast: Embedded, zone: tuple[str, str]) -> None:
    name = f"far.{zone[1]}"
    put(fast, zone[0], plain(name, "A", "192.0.2.80"))
    by_name, by_address = check(fast, name), check(fast, "x.dev", IPAddress="8.8.8.8")

    assert eventually(lambda: any("192.0.2.80 is not part" in text for text in texts(fast, by_name)))
    assert eventually(lambda: any("8.8.8.8 is not part" in text for text in texts(fast, by_address)))


def test_opinions_change_after_as_many_probes_as_the_threshold(
    fast: Embedded, zone: tuple[str, str], host: str, web: Web
) -> None:
    quick, slow = (
        guarded(fast, zone, check(fast, host, Type="HTTP", Port=web.server_port, FailureThreshold=threshold))
        for threshold in (1, 10)
    )
    asked = len(web.paths)
    web.answer = (500, {}, b"")

    assert eventually(lambda: not is_healthy(fast, zone, quick))
    assert is_healthy(fast, zone, slow) or len(web.paths) - asked >= 5 * 10
    assert eventually(lambda: not is_healthy(fast, zone, slow))


def test_a_disabled_check_is_healthy_and_not_probed(fast: Embedded, zone: tuple[str, str], host: str, web: Web) -> None:
    web.answer = (500, {}, b"")
    disabled = check(fast, host, Type="HTTP", Port=web.server_port, Disabled=True, FailureThreshold=1)
    name = guarded(fast, zone, disabled)
    probed = check(fast, host, Type="HTTP", Port=web.server_port, FailureThreshold=1)
    assert eventually(lambda: len(texts(fast, probed)) == len(CHECKER_REGIONS))

    assert texts(fast, disabled) == []
    assert is_healthy(fast, zone, name)


def test_a_calculated_check_counts_its_children(fast: Embedded, zone: tuple[str, str], host: str, web: Web) -> None:
    dead = check(fast, host, Type="HTTP", Port=free_port(), FailureThreshold=1)
    alive = check(fast, host, Type="HTTP", Port=web.server_port)
    route53 = fast.client("route53", EAST)

    def calculated(threshold: int) -> str:
        config = {"Type": "CALCULATED", "ChildHealthChecks": [dead, alive], "HealthThreshold": threshold}
        made = route53.create_health_check(CallerReference=f"{dead}-{threshold}", HealthCheckConfig=config)
        return str(made["HealthCheck"]["Id"])

    one, both = calculated(1), calculated(2)
    names = [guarded(fast, zone, one), guarded(fast, zone, both)]

    assert eventually(lambda: [is_healthy(fast, zone, name) for name in names] == [True, False])
    with pytest.raises(ClientError, match="CALCULATED"):
        route53.get_health_check_status(HealthCheckId=one)


def test_a_deleted_check_is_probed_no_more(fast: Embedded, host: str, web: Web) -> None:
    check_id = check(fast, host, Type="HTTP", Port=web.server_port)
    other = Web()
    with serving(other):
        assert eventually(lambda: web.paths)
        fast.client("route53", EAST).delete_health_check(HealthCheckId=check_id)
        asked = len(web.paths)
        witness = check(fast, host, Type="HTTP", Port=other.server_port)
        assert eventually(lambda: len(other.paths) >= 18)

    assert len(texts(fast, witness)) == len(CHECKER_REGIONS)
    assert len(web.paths) <= asked + 6  # those already under way


def test_a_host_is_found_through_aliases_of_its_zone(
    fast: Embedded, zone: tuple[str, str], host: str, web: Web
) -> None:
    name = f"alias.{zone[1]}"
    put(
        fast,
        zone[0],
        {**alias(name, host), "AliasTarget": {"HostedZoneId": zone[0], "DNSName": host, "EvaluateTargetHealth": True}},
    )

    check_id = check(fast, name, Type="HTTP", Port=web.server_port)

    assert eventually(lambda: any(text.startswith("Success") for text in texts(fast, check_id)))
    assert set(web.hosts) == {name}
