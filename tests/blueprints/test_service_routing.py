"""How the load balancer leads to services: when, to which, and never to nobody."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.core.errors import ConfigurationError
from tests.blueprints.container_samples import COMPUTE, IMAGE
from tests.blueprints.templates import at, body


@pytest.fixture(scope="module")
def compute() -> dict[str, Any]:
    return body("compute", **COMPUTE)


def ported(port: int) -> dict[str, object]:
    return {"entry": "service", "services": {"web": {"image": IMAGE, "port": port}}}


def test_another_port_keeps_the_group_of_targets() -> None:
    groups = [at(body("compute", **ported(port)), "Resources/ServiceWebTargets/Properties") for port in (8080, 9090)]

    assert groups[0] == groups[1]
    assert len(groups[0]["Name"]) <= 32


def test_users_are_led_to_a_service_only_once_it_is_stable(compute: dict[str, Any]) -> None:
    held, route = (compute["Resources"][f"ServiceWeb{rule}"] for rule in ("Held", "Route"))

    assert route["DependsOn"] == ["ServiceWeb"]
    assert "DependsOn" not in held
    assert held["Properties"]["Actions"] == route["Properties"]["Actions"]


def test_the_rule_that_holds_the_targets_fits_nobody_and_is_asked_after_all_others(compute: dict[str, Any]) -> None:
    held, route = (compute["Resources"][f"ServiceWeb{rule}"]["Properties"] for rule in ("Held", "Route"))

    assert {one["Field"] for one in held["Conditions"]} == {"host-header", "source-ip"}
    assert held["Conditions"][0]["HostHeaderConfig"]["Values"] == ["held.invalid"]
    assert held["Conditions"][1]["SourceIpConfig"]["Values"] == ["192.0.2.0/32"]
    assert (route["Priority"], held["Priority"]) == (100, 25_100)


def two(first: list[str], second: list[str]) -> dict[str, object]:
    """`a`, which is asked first, and `b`."""
    services = {"a": {"image": IMAGE, "paths": first, "priority": 1}, "b": {"image": IMAGE, "paths": second}}
    return {"entry": "service", "services": services}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            two(["/*"], ["/b"]),
            r"services\.b\.paths\[0\]: '/b' is never asked here: '/\*' of 'a' has the lower priority",
        ),
        (two(["/x", "/api/*"], ["/y", "/api/*/new?"]), r"services\.b\.paths\[1\]: '/api/\*/new\?' is never asked"),
        (two(["/v?"], ["/v?"]), r"services\.b\.paths\[0\]: '/v\?' is never asked here"),
    ],
)
def test_a_path_that_another_service_takes_first_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("compute", **options)


@pytest.mark.parametrize(
    ("first", "second"),
    [(["/b"], ["/*"]), (["/api/*"], ["/api"]), (["/v?"], ["/v*"]), (["/*.js"], ["/*"])],
)
def test_what_is_left_over_for_a_service_is_not_taken_for_nothing(first: list[str], second: list[str]) -> None:
    assert {"ServiceARoute", "ServiceBRoute"} <= body("compute", **two(first, second))["Resources"].keys()
