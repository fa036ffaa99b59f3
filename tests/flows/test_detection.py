"""The simulation agrees with the arithmetic of failing over: of many outages, each with other checkers and caches."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.detection import PROBE_S, Detection, detection, lever_detection
from orchestrator.core.drill import DrillMode
from orchestrator.core.levers import LeverKind, Position, lever_of
from orchestrator.simulation import SimulatedAws, World
from tests.flows.drilled import Drilled, step
from tests.sample_world import EAST, HOME, NAMES, WEST, topology

RATE_PER_S, RESOLVERS = 20, 8
# Every resolver has a user who asks so often: whoever moves is met that much later at most.
NEXT_REQUEST_S = RESOLVERS / RATE_PER_S
LOOK_S = 0.1
SEEDS = range(20)


@dataclass(frozen=True)
class Met:
    """Seconds from an outage until the check was unhealthy, and until the users of each resolver had moved."""

    detected: float
    moved: list[float]


def outage(seed, *, silent):
    """The region fails; nobody does anything."""
    drill = Drilled(DrillMode.OUTAGE, seed=seed, rate_per_s=RATE_PER_S)
    aws, users = drill.stage.aws, drill.stage.users
    check = drill.request.checks[0]
    began = aws.clock.monotonic()
    (aws.faults.silent if silent else aws.faults.sick).add(EAST)
    zero = users.requests()[-1].at
    while aws.dns.health(check):
        aws.clock.sleep(LOOK_S)
    detected = aws.clock.monotonic() - began
    aws.clock.sleep(70)
    first = {}
    for one in users.requests():
        if one.at > zero and one.ok and one.region != EAST:
            first.setdefault(one.resolver, one.at - zero)
    return Met(detected, list(first.values()))


@pytest.fixture(scope="module", params=[True, False], ids=["hangs", "refuses"])
def silent(request):
    return request.param


@pytest.fixture(scope="module")
def met(silent):
    return [outage(seed, silent=silent) for seed in SEEDS]


@pytest.fixture(scope="module")
def arithmetic(silent) -> Detection:
    """A region that refuses is told at once, one that hangs when a checker's patience ends."""
    return detection(10, 3, 60, probe_s=PROBE_S if silent else 0.0)


def test_the_formula_of_the_default_settings_is_the_documented_one():
    formula = detection(10, 3, 60)

    assert (round(formula.moved_mean_s), formula.moved_worst_s) == (62, 94)


def test_detection_takes_what_the_formula_says(met, arithmetic):
    detected = [one.detected for one in met]

    assert mean(detected) == pytest.approx(arithmetic.detected_mean_s, abs=0.5)
    assert max(detected) <= arithmetic.detected_worst_s + LOOK_S


def test_users_move_when_the_formula_says(met, arithmetic):
    moved = [seconds for one in met for seconds in one.moved]

    assert len(moved) == len(SEEDS) * RESOLVERS
    assert mean(moved) == pytest.approx(arithmetic.moved_mean_s, abs=3)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_no_seed_keeps_users_longer_than_the_worst_case(seed):
    found = outage(seed, silent=True)

    assert len(found.moved) == RESOLVERS
    assert max(found.moved) <= detection(10, 3, 60).moved_worst_s + NEXT_REQUEST_S


def lever_seen(seed):
    """Seconds from the first of many writes until the alarm of a lever agrees."""
    aws = SimulatedAws(World(home_account=HOME, home_region=WEST, instant=False, seed=seed))
    lever = lever_of(topology(), NAMES.prefix, EAST, LeverKind.DRILL)
    while aws.levers.positions((lever,))[lever] is Position.IN:
        aws.levers.move(lever, Position.OUT)
        aws.clock.sleep(1)
    return aws.clock.monotonic()


def test_the_alarm_of_a_lever_takes_what_its_formula_says():
    seen = [lever_seen(seed) for seed in range(300)]

    formula = lever_detection(60)
    assert mean(seen) == pytest.approx(formula.detected_mean_s, abs=5)
    assert max(seen) <= formula.detected_worst_s + 1


@pytest.mark.parametrize("seed", range(3))
def test_a_whole_drill_measures_the_same(seed):
    drill = Drilled(DrillMode.OUTAGE, seed=seed, silent=True, rate_per_s=RATE_PER_S)

    run = drill.run()

    formula = detection(10, 3, 60)
    taken, users = step(run, "take-out"), step(run, "users")
    assert max(drill.moved(taken)) <= formula.moved_worst_s + NEXT_REQUEST_S
    assert (users.ended_at - taken.started_at).total_seconds() <= 1.1 * formula.moved_worst_s


@pytest.mark.parametrize("seed", range(3))
def test_a_whole_drill_by_lever_takes_no_longer_than_its_formula(seed):
    drill = Drilled(DrillMode.SWITCH, seed=seed, rate_per_s=RATE_PER_S)

    run = drill.run()

    moved = drill.moved(step(run, "take-out"))
    assert len(moved) == RESOLVERS
    assert max(moved) <= lever_detection(60).moved_worst_s + NEXT_REQUEST_S
