"""Both layers of shipped blueprints side by side: mistakes between them are found, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from orchestrator.core.analysis import analyse
from orchestrator.core.analysis.analyse import FAMILIES
from orchestrator.core.analysis.rule import Family
from tests.blueprints import container_samples
from tests.blueprints.container_samples import IMAGE, LEAST_COMPUTE, LEAST_INFRA
from tests.blueprints.shop import DATABASE
from tests.blueprints.templates import ROOT, synthesized
from tests.blueprints.test_all_templates import VARIANTS
from tests.core.analysis.templates import environment, topology

RULES = {rule.id for rule in FAMILIES[Family.JOINTS]}
# The samples of REST APIs have no route for it.
ASKED = {"health-path-unanswered", "canary-unanswered"}
IMAGES = {"images": {"repositories": ["web"]}}
SERVED = {**LEAST_INFRA, **IMAGES}
WEB: dict[str, Any] = LEAST_COMPUTE["services"]["web"]

# What the variants of compute work with, beside the variants of infra.
_ELSEWHERE: dict[str, Any] = {
    **DATABASE,
    "images": {"repositories": ["app", "web"]},
    "secrets": {"acme-key": None, "partner": {"username": "shop"}, "session": None, "token": None},
}
_MORE_QUEUES: dict[str, Any] = {"lost": {}, "jobs": {"priority": True, "surge": True, "consumer_timeout": 20}}
_REPORT = {"report": {"definition": {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}}}


def api(routes: dict[str, Any], **given: Any) -> dict[str, Any]:
    """Compute with an API of these routes."""
    functions = {"x": {}, "guard": {}}
    return {"functions": functions, "api": {"routes": routes, "authorizers": {"g": {"function": "guard"}}, **given}}


def findings(infra: dict[str, Any], compute: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(rule, resource, message) of the rules about joints."""
    bodies = {"infra": synthesized("infra", **infra).body, "compute": synthesized("compute", **compute).body}
    found = analyse(topology(), environment(), bodies)
    return [(one.rule, one.where.split(".")[1], one.message) for one in found if one.rule in RULES]


def everything() -> dict[str, Any]:
    """All variants of infra behind an API in one."""
    joined: dict[str, Any] = {}
    for layer, options in VARIANTS:
        if layer == "infra" and "entry" not in options:
            joined |= options
    joined |= {**_ELSEWHERE, "network": {}}
    return {
        **joined,
        "queues": {**joined["queues"], **_MORE_QUEUES},
        "buses": {**joined["buses"], "events": {}},
    }


def test_what_fits_together_is_no_finding() -> None:
    behind_an_api = everything()
    behind_services = {**behind_an_api, **container_samples.INFRA, **_ELSEWHERE, "database": {"zones": 3}}

    for layer, options in VARIANTS:
        if layer == "compute":
            infra = behind_services if options.get("entry") == "service" else behind_an_api
            workflows = {"workflows": _REPORT} if "report" in str(options.get("api")) else {}
            assert [one for one in findings(infra, {**workflows, **options}) if one[0] not in ASKED] == []


def examples() -> Iterator[tuple[str, dict[str, Any]]]:
    """The name and both layers of every whole example of the guides to blocks."""
    for page in sorted((ROOT / "docs" / "how-to" / "blocks").glob("*.md")):
        for text in page.read_text("utf-8").split("```yaml\n")[1:]:
            if text.startswith("stack_sets:"):
                written = text.split("```")[0].replace("...64 hex digits", "a" * 64)
                yield page.stem, yaml.safe_load(written)["stack_sets"]


@pytest.mark.parametrize(("page", "layers"), list(examples()))
def test_what_the_guides_show_fits_together(page: str, layers: dict[str, Any]) -> None:
    infra, compute = (layers.get(layer, {}).get("options", {}) for layer in ("infra", "compute"))

    assert findings(infra, compute) == []


MISTAKES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "functions in no network": ({}, {"functions": {"x": {"vpc": True}}}, "network/functions-sg"),
    "an API behind a load balancer": (SERVED, {}, "no domain name sample.fed.dev"),
    "services behind no load balancer": (IMAGES, LEAST_COMPUTE, "load-balancer/listener"),
    "a zone too many": (SERVED, {**LEAST_COMPUTE, "service_zones": 3}, "`network: {zones: 3}`"),
    "an image": (LEAST_INFRA, LEAST_COMPUTE, "no repository sample-production/web"),
    "a secret of a service": (
        SERVED,
        {**LEAST_COMPUTE, "services": {"web": {**WEB, "secrets": {"A": "session"}}}},
        "no secret sample-production-session",
    ),
    "a table": ({}, {"functions": {"x": {"uses": {"tables": ["orders"]}}}}, "no table sample-production-orders"),
    "a database": ({}, {"functions": {"x": {"uses": {"database": True}}}}, "database/endpoint"),
    "a bus": ({}, {"functions": {"x": {"uses": {"buses": ["shop"]}}}}, "no bus sample-production-shop"),
    "a queue": (
        {},
        {"functions": {"x": {}}, "sources": {"queues": {"jobs": {"function": "x"}}}},
        "no queue sample-production-jobs",
    ),
    "a topic": (
        {},
        {"functions": {"x": {}}, "sources": {"topics": {"news": {"function": "x"}}}},
        "no topic sample-production-news",
    ),
    "failures of a schedule": (
        {},
        {
            "functions": {"x": {}},
            "schedules": {"beat": {"expression": "rate(5 minutes)", "function": "x", "failures": "lost"}},
        },
        "no queue sample-production-lost",
    ),
    "the topic of alarms": ({}, {"monitoring": {"notify": "region"}}, "no topic sample-production-alarms"),
    "the bucket of canaries": (
        {},
        {"monitoring": {"canaries": {"bucket": "uploads"}}},
        "no bucket sample-production-uploads-",
    ),
    "a timeout": (
        {"queues": {"jobs": {"consumer_timeout": 20}}},
        {"functions": {"front": {}, "x": {"timeout": 300}}, "sources": {"queues": {"jobs": {"function": "x"}}}},
        "the function 300 s",
    ),
    "counted tasks": (
        {**SERVED, "containers": {"insights": "disabled"}},
        LEAST_COMPUTE,
        "containerInsights is disabled",
    ),
    "an alarm that turns a service back": (
        SERVED,
        {**LEAST_COMPUTE, "services": {"web": {"image": IMAGE, "alarms": ["web-latncy"]}}},
        "the nearest is sample-production-web-latency",
    ),
    "a health path that no route takes": ({}, api({"GET /orders": {"function": "x"}}), "no route takes GET /health"),
    "a health path behind an authorizer": (
        {},
        api({"GET /health": {"function": "x", "authorizer": "g"}}),
        "/health answers only with authorization (CUSTOM)",
    ),
    "a health path that no service takes": (
        SERVED,
        {**LEAST_COMPUTE, "services": {"web": {**WEB, "paths": ["/links/*"]}}},
        "no route takes GET /health",
    ),
    "a canary on no route": (
        {"buckets": {"uploads": {}}},
        {
            **api({"GET /health": {"function": "x"}}),
            "monitoring": {"canaries": {"bucket": "uploads", "path": "/nope"}},
        },
        "no route takes GET /nope",
    ),
    "an alarm that turns a function back": (
        {},
        {"functions": {"x": {"shifting": {"alarms": ["nope"]}}}},
        "there is no alarm sample-production-nope",
    ),
}


@pytest.mark.parametrize(("infra", "compute", "said"), MISTAKES.values(), ids=MISTAKES)
def test_what_does_not_fit_is_found(infra: dict[str, Any], compute: dict[str, Any], said: str) -> None:
    found = findings(infra, compute)

    assert [message for _, _, message in found if said in message]
