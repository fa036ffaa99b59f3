"""The table-top world: any topology deployed in virtual time, in use, without AWS and without a blueprint."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.app.simulated_world import simulated_world
from orchestrator.app.tabletop import tabletop_ports
from orchestrator.config import load
from orchestrator.config.loaded import Loaded
from orchestrator.core.errors import Refused, StepFailed
from orchestrator.core.topology import Failover, Health, Region, RegionRole, RoutingPolicy
from tests.sample_world import EAST, FAR_UNIT, OTHER, SOUTH, TWO_ACCOUNTS, UNIT, WEST, by_arc, in_waves, topology

ROOT = Path(__file__).parents[2]


def stage(world, **options):
    return tabletop_ports(Loaded(world, ()), world.environments[0], **options)


def regions_met(made):
    return Counter(one.region for one in made.users.requests() if one.ok)


TOPOLOGIES = {
    "two regions": topology(),
    "three regions": topology(EAST, WEST, SOUTH),
    "two accounts": topology(accounts=TWO_ACCOUNTS),
    "organizational units": topology(units=(UNIT,)),
    "home elsewhere": topology(home="eu-central-1"),
    "a zone in the target account": topology(zone_account=OTHER),
    "records with a TTL of their own": replace(topology(EAST, WEST, SOUTH), failover=Failover(ttl_s=30)),
    "slow checks": replace(topology(), health=Health(interval_s=30)),
    "routing controls": by_arc(topology()),
    "no code": replace(topology(), code=()),
}


@pytest.mark.parametrize("world", TOPOLOGIES.values(), ids=TOPOLOGIES)
def test_every_topology_is_deployed_at_rest_and_served_by_its_primary(world):
    made = stage(world)

    observed = made.observe()
    health = [made.ports.dns.health(check.id) for check in observed.health_checks if check.host]
    assert regions_met(made).keys() == {EAST}
    assert all(one.ok for one in made.users.requests())
    assert health == [True] * len(made.accounts) * len(world.regions)


def test_units_get_two_invented_accounts():
    made = stage(topology(units=(UNIT,)))

    assert len(made.accounts) == 2
    assert {one.host for one in made.users.requests()} == {f"{one}.sample.fed.dev" for one in made.accounts}


def test_of_many_accounts_the_first_few_are_simulated():
    accounts = tuple(f"{number:012}" for number in range(100, 150))

    made = stage(topology(accounts=accounts))

    assert made.accounts == made.environment.accounts == accounts[:4]


def test_of_many_accounts_one_of_each_wave_is_simulated():
    accounts = tuple(f"{number:012}" for number in range(100, 150))

    made = stage(in_waves(topology(accounts=accounts), canary=accounts[40:42], early=accounts[30:35]))

    assert made.accounts == (accounts[0], accounts[1], accounts[30], accounts[40])


def test_units_that_are_waves_get_an_invented_account_each():
    world = in_waves(topology(units=(UNIT, FAR_UNIT)), canary=(FAR_UNIT,))

    made = simulated_world(world, world.environments[0])

    assert [unit for _, unit in made.members] == [UNIT, FAR_UNIT]
    assert len(made.accounts) == 2


def test_every_region_serves_where_the_policy_says_so():
    weighted = topology(EAST, WEST)
    regions = (Region(EAST, RegionRole.PRIMARY, 9), Region(WEST, RegionRole.SECONDARY, 1))
    weighted = replace(weighted, regions=regions, failover=Failover(RoutingPolicy.WEIGHTED))
    latency = replace(topology(EAST, WEST), failover=Failover(RoutingPolicy.LATENCY))

    shares = []
    for world in (weighted, latency):
        made = stage(replace(world, traffic=replace(world.traffic, resolvers=40, rate_per_s=40)))
        made.ports.clock.sleep(300)
        shares.append(regions_met(made))

    assert 0.8 < shares[0][EAST] / shares[0].total() < 0.97
    assert shares[1][EAST] == pytest.approx(shares[1][WEST], rel=0.1)


def test_a_topology_that_could_not_be_deployed_is_refused():
    world = topology()
    unfit = replace(world, objectives=replace(world.objectives, rto_s=1))

    with pytest.raises(Refused, match="1 s"):
        stage(unfit)


def test_virtual_time_begins_when_it_is_told_to():
    start = datetime(2030, 5, 6, tzinfo=UTC)

    made = stage(topology(), start=start)

    assert start < made.ports.clock.now() < start.replace(hour=1)


def test_equal_seeds_make_equal_worlds():
    first, again, other = (stage(topology(), seed=seed) for seed in (7, 7, 8))

    for made in (first, again, other):
        made.aws.faults.sick.add(EAST)
        made.ports.clock.sleep(120)

    assert first.users.requests() == again.users.requests()
    assert first.users.requests() != other.users.requests()


def test_the_sample_of_this_project_can_be_put_on_the_table():
    loaded = load(ROOT / "regions.yaml")

    made = tabletop_ports(loaded, loaded.topology.environments[0])

    assert regions_met(made).keys() == {loaded.topology.primary.name}


def test_no_gateway_and_no_blueprint_is_loaded():
    code = (
        "import sys; from orchestrator.app.tabletop import tabletop_ports; from tests.sample_world import topology\n"
        "from types import SimpleNamespace; world = topology()\n"
        "tabletop_ports(SimpleNamespace(topology=world), world.environments[0])\n"
        "print(*sorted({'boto3', 'botocore', 'troposphere', 'cfnlint', 'yaml', 'asyncio'} & sys.modules.keys()))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)

    assert done.stdout.strip() == ""


def test_a_deployment_that_fails_on_the_table_says_which_step():
    world = simulated_world(topology(), topology().environments[0])
    world.aws.faults.broken[("compute", OTHER, EAST)] = "the table is broken"

    with pytest.raises(StepFailed, match=rf"(?s)instances:compute:{EAST}: .*the table is broken"):
        world.stand()
