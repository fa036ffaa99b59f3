"""A simulated deployment: what it says of a topology, and that it says the same of the same seed."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

import pytest

from orchestrator.app.losing import lose
from orchestrator.app.simulated_world import simulated_world
from orchestrator.app.simulating import FIRST, RELEASE, simulated_deployments
from orchestrator.core.errors import Interrupted, Refused
from orchestrator.core.run import EventKind, Verdict
from orchestrator.core.simulated import ReleaseSeen
from orchestrator.core.topology import Rollout
from orchestrator.simulation import Durations, drawn_durations
from tests.sample_world import EAST, OTHER, THIRD, UNIT, WEST, in_waves, topology

OLD, NEW, MIXED, UNKNOWN = ReleaseSeen.OLD, ReleaseSeen.NEW, ReleaseSeen.MIXED, ReleaseSeen.UNKNOWN


def simulated(world, seed=0):
    return simulated_deployments(world, world.environments[0], seed=seed)


def standing(world):
    return simulated_world(world, world.environments[0]).stand()


def lost(step, region, world=None):
    return lose(standing(world or topology()), step, region)


def releases(loss):
    return [seen for _, seen in loss.releases]


@pytest.fixture(scope="module")
def found():
    return simulated(topology())


def test_a_first_deployment_and_a_release_are_carried_out(found):
    assert [one.name for one in found.rollouts] == [FIRST, RELEASE]
    assert found.succeeded
    assert all(one.run.verdict is Verdict.SUCCEEDED for rollout in found.rollouts for one in rollout.rounds)


def test_the_critical_path_of_a_release_is_one_region_after_the_other(found):
    path = found.rollouts[1].path

    assert [link.step for link in path.links] == [
        "upload:app",
        "record:release",
        f"update:compute:{WEST}",
        f"gate:{OTHER}:{WEST}",
        f"update:compute:{EAST}",
        f"gate:{OTHER}:{EAST}",
    ]
    assert path.length_s > 2 * Durations().update_stack_s
    assert path.ratio == pytest.approx(1.0)


def test_the_expectation_is_of_twenty_tries_around_the_usual_duration(found):
    for rollout in found.rollouts:
        one = rollout.expected
        assert (one.tries, one.failures) == (20, ())
        assert rollout.path.makespan_s / 2 < one.median_s < rollout.path.makespan_s * 2 < 2 * one.worst_s * 2


def test_every_step_of_the_release_is_tried_with_every_region(found):
    steps = {step.id for one in found.rollouts[1].rounds for step in one.plan.steps}

    assert {(one.step, one.region) for one in found.losses} == {
        (step, region) for step in steps for region in (EAST, WEST)
    }
    assert found.left_out == 0


def test_whichever_region_is_lost_users_are_served_and_the_release_ends_well_afterwards(found):
    for one in found.losses:
        assert one.answers == ((EAST,) if one.region == WEST else (WEST,))
        assert one.served
        assert one.mended


def test_equal_seeds_give_equal_simulations_and_others_other_durations(found):
    again, other = simulated(topology()), simulated(topology(), 2)

    assert [one.expected for one in again.rollouts] == [one.expected for one in found.rollouts]
    assert [one.expected for one in other.rollouts] != [one.expected for one in found.rollouts]
    assert again.losses == other.losses == found.losses


@pytest.mark.parametrize(
    "world",
    [topology(EAST, WEST, home="eu-central-1"), replace(topology(units=(UNIT,)), code=())],
    ids=["home elsewhere", "organizational units and no code"],
)
def test_other_topologies_can_be_simulated(world):
    found = simulated(world)

    assert found.succeeded
    assert {one.region for one in found.losses} == set(world.control_regions)
    assert all(one.mended for one in found.losses)


def test_a_release_in_waves_is_simulated_wave_by_wave():
    found = simulated(in_waves(topology(accounts=(OTHER, THIRD)), canary=(THIRD,)))

    path = [link.step for link in found.rollouts[1].path.links if link.step.startswith("update")]
    assert path == [f"update:compute:{region}:{wave}" for wave in ("canary", "rest") for region in (WEST, EAST)]


def test_a_deadline_that_is_too_short_fails_the_deployment_in_the_simulation():
    world = replace(topology(), rollout=Rollout(operation_deadline_s=60))

    found = simulated(world)

    assert not found.succeeded
    assert [one.name for one in found.rollouts] == [FIRST]
    assert "not done within 60 s" in found.rollouts[0].expected.failures[0]
    assert found.losses == ()


def test_a_deadline_that_is_short_fails_some_of_the_tries():
    world = replace(topology(), rollout=Rollout(operation_deadline_s=130))

    found = simulated(world)

    assert found.succeeded
    assert 0 < len(found.rollouts[0].expected.failures) < 20


def test_a_topology_that_a_deployment_refuses_is_refused():
    world = topology()

    with pytest.raises(Refused, match="1 s"):
        simulated(replace(world, objectives=replace(world.objectives, rto_s=1)))


def test_the_region_falls_silent_when_the_step_begins_and_not_before():
    loss = lost(f"update:compute:{EAST}", EAST)

    assert loss.verdict is Verdict.FAILED
    assert releases(loss) == [UNKNOWN, NEW]
    assert loss.problem.startswith(f"update:compute:{EAST}: not done within 3600 s: operation RUNNING")
    assert loss.lasted_s > 3600


def test_what_was_done_before_the_loss_stays_done():
    before, after = lost("upload:app", WEST), lost(f"gate:{OTHER}:{EAST}", EAST)

    assert releases(before) == [OLD, OLD]
    assert releases(after) == [NEW, NEW]
    assert (before.left, after.left) == (len(standing(topology()).next_edition().plan().steps), 0)


def test_a_region_that_the_run_does_not_need_any_more_may_be_lost():
    loss = lost(f"gate:{OTHER}:{EAST}", WEST)

    assert (loss.verdict, loss.problem, loss.answers) == (Verdict.SUCCEEDED, "", (EAST,))


def test_where_nobody_is_left_to_take_over_users_fail():
    made = standing(topology())
    made.aws.faults.sick.add(WEST)

    loss = lose(made, "upload:app", EAST)

    assert (loss.answers, loss.served) == ((EAST,), False)


def test_a_release_that_cannot_be_mended_is_said_to_be_so():
    made = standing(topology())
    made.aws.faults.broken[("compute", OTHER, EAST)] = "quota"

    loss = lose(made, f"update:compute:{EAST}", WEST)

    assert not loss.mended


def test_ctrl_c_ends_the_simulation():
    made = standing(topology()).next_edition()

    def press(event):
        if event.kind is EventKind.STEP_STARTED:
            made.aws.clock.schedule(0.0, interrupt)

    def interrupt():
        raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="left"):
        made.carry_out(made.plan(), on_event=press)


def test_drawn_durations_have_the_usual_ones_as_their_median():
    drawn = [drawn_durations(str(number)) for number in range(400)]

    assert median(one.update_stack_s for one in drawn) == pytest.approx(Durations().update_stack_s, rel=0.1)
    assert {one.alarm_every_s for one in drawn} == {Durations().alarm_every_s}
    assert drawn_durations("7") == drawn_durations("7")
    within = [0.46 < one.replicate_s / Durations().replicate_s < 2.2 for one in drawn]
    assert 0.9 < sum(within) / len(within) < 0.99
