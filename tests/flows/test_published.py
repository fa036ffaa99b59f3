"""The servers that users' resolvers ask have the last word on whether a change of records has arrived."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.app.published_findings import with_published_findings
from orchestrator.core.actions import ChangeRecords
from orchestrator.core.dns import RecordAction, RecordChange, RecordSet
from orchestrator.core.plan import Step
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


def written_with_a_lost_answer(stage):
    """One new record, sent in a batch whose answer is lost; the step that sent it."""
    zone = stage.aws.ports.dns.zone("fed.dev")
    record = RecordSet(name="new.fed.dev", type="A", ttl_s=60, values=("192.0.2.9",))
    action = ChangeRecords(zone.id, zone.name, (RecordChange(RecordAction.UPSERT, record),))
    step = Step(id="records", action=action, needs=(), reason="the zone must answer like this")
    stage.aws.faults.lose.add("Dns.change")
    plan = replace(stage.plan("destroy"), steps=(step,), findings=(), complete=True)
    run = stage.carry_out(plan).run
    assert (run.verdict, stage.aws.faults.lose) == (Verdict.SUCCEEDED, set())
    return run.steps[0]


def test_a_batch_whose_answer_was_lost_is_done_once_the_servers_of_the_zone_answer_it():
    stage = Stage(Sample(topology()))
    slow = Durations(in_sync_s=60.0)
    stage.aws = SimulatedAws(World(home_account=HOME, home_region=WEST, zone="fed.dev", durations=slow, instant=False))

    step = written_with_a_lost_answer(stage)

    assert step.reason == "the zone holds it already"
    assert (step.ended_at - step.started_at).total_seconds() >= 60.0
    assert stage.aws.dns.told(("new.fed.dev",)) == {"new.fed.dev": ("192.0.2.9",)}


def test_a_batch_whose_answer_was_lost_and_that_the_servers_do_not_answer_says_so():
    stage = Stage(Sample(topology()))
    stage.aws.zone_servers = Elsewhere()

    step = written_with_a_lost_answer(stage)

    assert step.reason.startswith(
        "the zone holds it already, but by the name servers of fed.dev new.fed.dev is answered"
    )
