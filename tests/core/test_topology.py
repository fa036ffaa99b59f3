"""What the rest of the program asks a Topology."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from orchestrator.core.json_values import JsonObject, thaw
from orchestrator.core.topology import Environment, HostedZone, Region, RegionRole, StackSetConfig, Topology

EAST = Region("us-east-1", RegionRole.PRIMARY)
WEST = Region("us-west-2", RegionRole.SECONDARY)
SOUTH = Region("sa-east-1", RegionRole.SECONDARY)

TOPOLOGY = Topology(
    application="sample",
    partition="aws",
    home_region="us-west-2",
    reference_region="us-west-2",
    regions=(WEST, EAST, SOUTH),
    environments=(),
    code=(),
    stack_sets=(StackSetConfig("infra", "a:B"), StackSetConfig("compute", "c:D")),
)


def test_the_primary_is_found_wherever_it_stands():
    assert TOPOLOGY.primary is EAST


def test_standbys_keep_the_order_of_the_file():
    assert TOPOLOGY.standbys == (WEST, SOUTH)


def test_a_release_reaches_the_last_standby_first_and_the_primary_last():
    assert TOPOLOGY.rollout_order == (SOUTH, WEST, EAST)


@pytest.mark.parametrize(
    ("home", "expected"),
    [
        ("us-west-2", ("us-west-2", "us-east-1", "sa-east-1")),
        ("eu-west-1", ("us-west-2", "us-east-1", "sa-east-1", "eu-west-1")),
    ],
)
def test_the_control_layer_stands_in_every_region_and_at_home(home, expected):
    assert replace(TOPOLOGY, home_region=home).control_regions == expected


def test_a_stack_set_is_found_by_its_layer():
    assert TOPOLOGY.stack_set("compute").blueprint == "c:D"


def test_hosts_are_made_per_account_and_region():
    environment = Environment("production", ("111111111111",), (), "{account}.fed.dev", HostedZone("fed.dev"))

    assert environment.host_for("111111111111") == "111111111111.fed.dev"
    assert environment.regional_host_for("111111111111", "us-east-1") == "us-east-1.111111111111.fed.dev"


def test_options_thaw_into_what_json_can_write():
    options = (("memory", 256), ("tags", JsonObject((("a", (1, JsonObject((("b", None),)))),))))
    config = StackSetConfig("compute", "c:D", options)

    plain = config.plain_options()

    assert json.dumps(plain) == '{"memory": 256, "tags": {"a": [1, {"b": null}]}}'
    assert hash(config) == hash(StackSetConfig("compute", "c:D", options))


def test_thawed_options_are_nobody_elses():
    frozen = JsonObject((("a", (1,)),))

    first, second = thaw(frozen), thaw(frozen)

    assert first == second
    assert first is not second
