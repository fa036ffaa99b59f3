"""The servers that users' resolvers ask have the last word on whether a change of records has arrived."""

from __future__ import annotations

import pytest

from orchestrator.app.published_findings import with_published_findings
from orchestrator.core.run import Verdict
from orchestrator.simulation import Durations, SimulatedAws, World
from tests.flows.stage import Stage
from tests.sample_world import EAST, HOME, WEST, Sample, topology


class Elsewhere:
    """The domain is delegated to servers that do not hold this zone."""

    def addresses(self, zone, names):
        return {name: ("203.0.113.9",) if name.startswith("evacuated") else () for name in names}


@pytest.fixture
def stage():
    return Stage(Sample(topology())).deployed()


def doubts(stage):
    made = with_published_findings(stage.plan(), stage.observe(), stage.aws.zone_servers)
    return [one.message for one in made.findings if one.rule == "servers-answer-otherwise"]


def test_a_deployment_whose_names_are_answered_by_other_servers_says_so_where_it_changed_them():
    stage = Stage(Sample(topology()))
    stage.do("bootstrap")
    stage.aws.zone_servers = Elsewhere()
    before = stage.aws.clock.monotonic()

    run = stage.do("deploy")

    told = next(step.reason for step in run.steps if step.id == "records")
    assert run.verdict is Verdict.SUCCEEDED
    assert told.startswith("INSYNC, but by the name servers of fed.dev")
    assert "sample.fed.dev is answered with nothing" in told
    assert f"evacuated.{EAST}.sample.fed.dev is answered with 203.0.113.9 and not with 192.0.2.1 or 192.0.2.2" in told
    assert stage.aws.clock.monotonic() - before < 1000


def test_a_change_that_reached_nobody_is_told_by_the_deployments_after_it_until_it_has():
    stage = Stage(Sample(topology()))
    world = World(
        home_account=HOME, home_region=WEST, zone="fed.dev", durations=Durations(in_sync_s=2000.0), instant=False
    )
    stage.aws = SimulatedAws(world)
    stage.do("bootstrap")
    failed = stage.do("deploy")

    empty, early = stage.plan().is_empty, doubts(stage)
    stage.aws.clock.sleep(2000.0)

    assert failed.verdict is Verdict.FAILED
    assert empty
    assert any("sample.fed.dev is answered with nothing" in one for one in early)
    assert doubts(stage) == []


def test_where_all_is_answered_nobody_is_told_and_a_deaf_network_doubts_nothing(stage):
    heard = doubts(stage)
    stage.aws.zone_servers = Elsewhere()
    misled = doubts(stage)
    stage.aws.zone_servers = SimulatedAws(World(home_account=HOME, home_region=WEST, zone="fed.dev")).zone_servers
    stage.aws.zone_servers.deaf = True

    assert heard == []
    assert len(misled) > 3
    assert doubts(stage) == []
