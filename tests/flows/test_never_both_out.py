"""Whatever is asked in whatever order, and whichever levers can be read: some region stays in service."""

from __future__ import annotations

import random

import pytest

from orchestrator.core.check_health import AlarmState
from orchestrator.core.errors import Refused
from orchestrator.core.levers import LeverKind, lever_of
from orchestrator.core.run import Verdict
from tests.flows.moves import deaf, move
from tests.flows.stage import Stage
from tests.sample_world import EAST, NAMES, SOUTH, WEST, Sample, topology

MOVES = 16


def world(regions):
    return Stage(Sample(topology(*regions))).deployed()


def carry_out(undertaking):
    return undertaking.carry_out(undertaking.plan(), on_event=lambda event: None)


def in_service(stage):
    """The regions that no latch holds out, read from behind the scenes."""
    regions = stage.sample.topology
    latches = {one.name: lever_of(regions, NAMES.prefix, one.name, LeverKind.EVACUATE) for one in regions.regions}
    alarms = {region: stage.aws.levers.alarm(latch.place, latch.alarm) for region, latch in latches.items()}
    return {region for region, state in alarms.items() if state is not AlarmState.ALARM}


def play(stage, draw, folder, regions, *, may_force):
    """One random move; True when it moved a lever."""
    stage.aws.faults.silent.clear()
    stage.aws.faults.sick.clear()
    trouble = draw.choice(("none", "silent", "sick", "deaf"))
    if trouble in ("silent", "sick"):
        getattr(stage.aws.faults, trouble).add(draw.choice(regions))
    verb, region = draw.choice(("failover", "failover", "failback")), draw.choice(regions)
    force = may_force and trouble != "deaf" and draw.random() < 0.7
    undertaking = move(stage, folder, verb, region, force=force)
    try:
        run = carry_out(deaf(undertaking) if trouble == "deaf" else undertaking)
    except Refused:
        return False
    return run.verdict is not Verdict.NOTHING_TO_DO


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("regions", [(EAST, WEST), (EAST, WEST, SOUTH)], ids=["two", "three"])
def test_no_order_of_moves_takes_every_region_out(tmp_path, regions, seed):
    stage, draw = world(regions), random.Random(seed)
    moved = 0

    for _ in range(MOVES):
        before = in_service(stage)
        moved += play(stage, draw, tmp_path, regions, may_force=False)

        assert in_service(stage), f"from {before}"
    assert moved > 0


@pytest.mark.parametrize("seed", range(6))
def test_not_even_force_takes_out_the_last_region_of_levers_that_can_be_read(tmp_path, seed):
    stage, draw, regions = world((EAST, WEST)), random.Random(seed), (EAST, WEST)

    for _ in range(MOVES):
        play(stage, draw, tmp_path, regions, may_force=True)

        assert in_service(stage)


@pytest.mark.parametrize(("first", "second"), [(EAST, WEST), (WEST, EAST)])
def test_the_second_of_two_is_refused_whether_the_first_is_read_or_told_by_dns(tmp_path, first, second):
    stage = world((EAST, WEST))
    assert carry_out(move(stage, tmp_path, "failover", first)).verdict is Verdict.SUCCEEDED

    with pytest.raises(Refused, match=f"{first} is out already: without {second} nobody would answer"):
        carry_out(move(stage, tmp_path, "failover", second, force=True))
    assert in_service(stage) == {second}


@pytest.mark.parametrize("regions", [(EAST, WEST), (EAST, WEST, SOUTH)], ids=["two", "three"])
def test_who_thinks_before_he_agrees_is_refused_when_a_colleague_was_faster(tmp_path, regions):
    stage = world(regions)
    for other in regions[2:]:
        carry_out(move(stage, tmp_path, "failover", other))
    slow = move(stage, tmp_path, "failover", EAST)
    agreed = slow.plan()
    stage.aws.clock.sleep(30)
    carry_out(move(stage, tmp_path, "failover", WEST))

    with pytest.raises(Refused, match=f"without {EAST} nobody would answer"):
        slow.carry_out(agreed, on_event=lambda event: None)
    assert in_service(stage) == {EAST}
