# ruff: noqa: E501 - a message stands on one line, as a user sees it
"""failover.lever: arc needs the five endpoints of a cluster and one routing control for each region."""

from __future__ import annotations

import pytest

from orchestrator.core.topology import Failover, LeverMechanism

ARN = "arn:aws:route53-recovery-control::111111111111:controlpanel/0123abcd/routingcontrol/"
CONTROLS = f"    routing_controls: {{us-east-1: {ARN}e, us-west-2: {ARN}w}}\n"
URLS = {
    region: f"https://host-{number}.{region}.example.com/v1"
    for number, region in enumerate(("us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"))
}
CLUSTER = ", ".join(f"{region}: {url}" for region, url in URLS.items())
ARC = f"failover: {{lever: arc, cluster: {{{CLUSTER}}}}}\n"


def with_arc(good, controls=CONTROLS, failover=ARC):
    return good.replace("    hosted_zone: fed.dev\n", f"    hosted_zone: fed.dev\n{controls}") + failover


def test_routing_controls_and_their_cluster_are_read(good, read):
    topology = read(with_arc(good)).topology

    assert topology.failover.lever is LeverMechanism.ARC
    assert tuple((one.region, one.url) for one in topology.failover.cluster) == tuple(URLS.items())
    assert topology.environments[0].routing_controls == (("us-east-1", f"{ARN}e"), ("us-west-2", f"{ARN}w"))


def test_the_lever_is_a_metric_unless_somebody_says_otherwise(good, read):
    assert read(good).topology.failover == Failover()


PRODUCTION = "environments.production.routing_controls"
SECOND = "environments.production.routing_controls.us-west-2"
ARC_CASES = {
    "no cluster": (
        CONTROLS,
        "failover: {lever: arc}\n",
        ["14:19: failover.lever: arc needs the endpoints of its cluster; write cluster: with a URL under each of its five regions"],
    ),
    "four endpoints": (
        CONTROLS,
        ARC.replace(f", ap-southeast-2: {URLS['ap-southeast-2']}", ""),
        ["14:24: failover.cluster: holds 4 of the 5 endpoints that a cluster has; "
         "write all that aws route53-recovery-control-config describe-cluster tells"],
    ),
    "an endpoint twice": (
        CONTROLS,
        ARC.replace(URLS["us-west-2"], URLS["us-east-1"]),
        ["14:97: failover.cluster.us-west-2: is the endpoint of us-east-1 already; each region has its own"],
    ),
    "an endpoint without TLS": (
        CONTROLS,
        ARC.replace("https://host-0", "http://host-0"),
        ["14:45: failover.cluster.us-east-1: 'http://host-0.us-east-1.example.com/v1' does not fit; "
         "write the URL of a cluster endpoint, such as https://host-aaaaaa.us-east-1.example.com/v1"],
    ),
    "an endpoint in no region": (
        CONTROLS,
        ARC.replace("eu-west-1: ", "eu-west-9: "),
        ["14:138: failover.cluster.eu-west-9: 'eu-west-9' is not known; write eu-west-3"],
    ),
    "no controls": (
        "",
        ARC,
        [f"7:3: {PRODUCTION}: failover.lever: arc needs a routing control for us-east-1 and for us-west-2; "
         "write its ARN under the region"],
    ),
    "a region without one": (
        f"    routing_controls: {{us-east-1: {ARN}e}}\n",
        ARC,
        [f"11:5: {PRODUCTION}: failover.lever: arc needs a routing control for us-west-2; write its ARN under the region"],
    ),
    "one for two regions": (
        CONTROLS.replace(f"{ARN}w", f"{ARN}e"),
        ARC,
        [f"11:133: {SECOND}: is the routing control of us-east-1 in 'production' already, which would go out with it; write another one"],
    ),
    "one for a region that is none": (
        CONTROLS.replace("}", f", eu-west-1: {ARN}x}}"),
        ARC,
        [f"11:220: {PRODUCTION}.eu-west-1: eu-west-1 is not one of the regions; write us-east-1 or us-west-2, or delete it"],
    ),
    "one of another partition": (
        CONTROLS.replace(f"{ARN}w", f"{ARN}w".replace("arn:aws:", "arn:aws-us-gov:")),
        ARC,
        [f"11:133: {SECOND}: lies in partition aws-us-gov, and the partition is aws; write an ARN that begins with arn:aws:"],
    ),
    "another kind of ARN": (
        CONTROLS.replace(f"{ARN}w", "arn:aws:iam::111111111111:role/x"),
        ARC,
        [f"11:133: {SECOND}: 'arn:aws:iam::111111111111:role/x' does not fit; write the ARN of a routing control "
         "(arn:aws:route53-recovery-control::ACCOUNT:controlpanel/ID/routingcontrol/ID)"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("controls", "failover", "said"), ARC_CASES.values(), ids=ARC_CASES)
def test_routing_controls_need_a_whole_cluster_and_one_for_each_region(good, complaints, controls, failover, said):
    assert complaints(with_arc(good, controls, failover)) == [f"regions.yaml:{line}" for line in said]


def test_two_environments_do_not_share_a_routing_control(good, complaints):
    text = with_arc(good)
    second = text[text.index("  production:") : text.index("code:")].replace("production", "staging")
    found = complaints(text.replace("code:", second.replace("host: sample", "host: staging") + "code:"))

    assert len(found) == 2
    assert "is the routing control of us-east-1 in 'production' already" in found[0]


def test_routing_controls_without_effect_are_told(good, read):
    loaded = read(with_arc(good, failover=ARC.replace("lever: arc, ", "")))

    assert [(one.path, one.message) for one in loaded.warnings] == [
        (PRODUCTION, "has no effect under failover.lever: metric"),
        ("failover.cluster", "has no effect under failover.lever: metric"),
    ]
