"""Drills where routing controls evacuate: the lever of a drill stays a metric, which no dead operator leaves out."""

from __future__ import annotations

import pytest

from orchestrator.core.actions import HoldLever, MoveLever
from orchestrator.core.drill import DrillMode
from orchestrator.core.levers import LeverKind, Position, lever_of
from orchestrator.core.plan import Severity
from orchestrator.core.run import Verdict
from orchestrator.executor.context import Context, Done, Results
from orchestrator.executor.switch_tasks import HoldLeverTask
from tests.flows.drilled import Drilled, step
from tests.flows.stage import reasons
from tests.sample_world import EAST, SOUTH, WEST, control_arn


def evacuate(drill, region):
    return lever_of(drill.stage.topology, drill.stage.names.prefix, region, LeverKind.EVACUATE)


def controls(drill):
    return [drill.stage.aws.levers.control(control_arn(region)) for region in (EAST, WEST)]


@pytest.mark.parametrize("mode", [DrillMode.SWITCH, DrillMode.TABLETOP])
def test_a_drill_is_planned_with_the_metric_of_its_dead_mans_lever(mode):
    plan = Drilled(mode, arc=True).plan()

    moved = {one.action.lever for one in plan.steps if isinstance(one.action, MoveLever | HoldLever)}
    assert not any(one.severity is Severity.ERROR for one in plan.findings)
    assert [one.id for one in plan.changes] == [f"lever:drill:{EAST}"]
    assert {(one.metric, one.place, one.routing_control) for one in moved} == {(f"Drill-{EAST}", WEST, "")}


@pytest.mark.parametrize("mode", DrillMode)
@pytest.mark.parametrize("regions", [(), (EAST, WEST, SOUTH)], ids=["two regions", "three"])
def test_a_drill_moves_every_user_away_and_back_and_no_control(mode, regions):
    drill = Drilled(mode, regions=regions, arc=True)

    run = drill.run()

    taken, put_back = step(run, "take-out"), step(run, "put-back")
    met = {
        one.region
        for one in drill.stage.users.requests()
        if step(run, "users").ended_at <= drill.at(one) and drill.at(one) < put_back.started_at
    }
    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert met == {WEST}
    assert len(drill.moved(taken)) == 8
    assert {one.region for one in drill.last_of_each()} == {EAST}
    assert controls(drill) == [True, True]


def test_a_drill_is_refused_while_a_routing_control_holds_the_other_region_out():
    drill = Drilled(arc=True)
    drill.stage.ports.levers.move(evacuate(drill, WEST), Position.OUT)

    plan = drill.plan()

    assert "last-region" in {one.rule for one in plan.findings}
    assert plan.steps == ()


def test_a_control_says_at_once_that_it_is_back_where_an_alarm_may_not_have_seen_yet():
    drill = Drilled(arc=True)
    context = Context(run="r", ports=drill.stage.ports, results=Results())
    said = []
    for lever in (evacuate(drill, EAST), drill.lever):
        context.write(lever, Position.OUT)
        context.write(lever, Position.IN)
        said.append(HoldLeverTask(HoldLever(lever, Position.IN), context).start())

    assert said[0] == Done(f"routing control of {EAST} says in")
    assert said[1].detail.endswith("may not have seen yet that it was out")
