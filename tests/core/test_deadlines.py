"""No step of any plan waits for ever: each has a deadline, within what regions.yaml or a drill allows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from orchestrator.core.drill import DrillMode
from orchestrator.core.planning.drill import plan_drill, plan_put_back
from orchestrator.core.planning.switch import plan_switch
from tests.core import test_plan_drill, test_switch
from tests.core.test_plan_properties import plans, samples, worlds

_LONGEST_WITHOUT_ONE_S = 1800
"""What regions.yaml has no key for: deleting a bucket's versions takes longest."""


@settings(max_examples=80, deadline=None)
@given(samples, worlds())
def test_every_step_of_a_deployment_has_a_deadline_within_what_regions_yaml_allows(sample, observed):
    rollout = sample.topology.rollout
    allowed = max(
        rollout.operation_deadline_s, rollout.replication_deadline_s, rollout.gate_deadline_s, _LONGEST_WITHOUT_ONE_S
    )

    for made in plans(sample, observed):
        assert all(0 < step.deadline_s <= allowed for step in made.steps)


@pytest.mark.parametrize("mode", [DrillMode.SWITCH, DrillMode.OUTAGE])
def test_every_step_of_a_drill_has_a_deadline_and_none_outlives_the_lever_or_the_outage_that_is_kept(mode):
    steps = plan_drill(test_plan_drill.request(mode=mode)).steps

    longest = max(step.deadline_s for step in steps if step.id in ("keep", "watch"))
    assert steps
    assert all(0 < step.deadline_s <= longest for step in steps)


def test_every_step_of_a_failover_and_of_a_put_back_has_a_deadline():
    drilled = test_plan_drill.request()
    left = replace(drilled, positions=dict.fromkeys(drilled.positions, test_switch.Position.OUT))

    for made in (plan_switch(test_switch.request()), plan_put_back(left)):
        assert made.steps
        assert all(0 < step.deadline_s <= 900 for step in made.steps)
