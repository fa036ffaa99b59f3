"""A saved plan is refused where something that it touches moved, and only there: generated changes of the world."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from orchestrator.app.saved_plan import check_saved
from orchestrator.core.errors import StalePlan
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.state import InstanceStatus, ObservedState, StackInstance
from orchestrator.report import plan_json
from tests.core.landed import landed
from tests.sample_world import NAMES, SOUTH, TWO_ACCOUNTS, WEST, Sample, topology

WORLD = topology("us-east-1", WEST, SOUTH, accounts=TWO_ACCOUNTS)
SEEN = landed(Sample(WORLD))
RELEASE = Sample(WORLD).edited(code="second")

Bend = Callable[[ObservedState, random.Random], ObservedState]


def _one(layer: str, change: Callable[[StackInstance, random.Random], StackInstance | None]) -> Bend:
    """Change one instance of a layer; None takes it away."""

    def bend(seen: ObservedState, draw: random.Random) -> ObservedState:
        target = draw.choice(seen.instances_of(NAMES.stack_set(layer)))
        bent = [change(one, draw) if one is target else one for one in seen.instances]
        return replace(seen, instances=tuple(one for one in bent if one is not None))

    return bend


def _other_template(one: StackInstance, draw: random.Random) -> StackInstance:
    return replace(one, stack=replace(one.stack, digest=f"{draw.getrandbits(256):064x}"))  # type: ignore[type-var]


def _other_outputs(one: StackInstance, draw: random.Random) -> StackInstance:
    stack = one.stack
    assert stack is not None
    return replace(one, stack=replace(stack, outputs=(*stack.outputs, ("Note", str(draw.random())))))


def _shuffled(seen: ObservedState, draw: random.Random) -> ObservedState:
    instances = list(seen.instances)
    draw.shuffle(instances)
    return replace(seen, instances=tuple(instances))


MOVES: tuple[Bend, ...] = (
    _one("compute", _other_template),
    _one("compute", lambda one, draw: None),
    _one("compute", lambda one, draw: replace(one, stack=None)),
    _one("infra", lambda one, draw: replace(one, status=InstanceStatus.OUTDATED)),
    lambda seen, draw: _record_gone(draw),
)
"""Each moves something that the plan touches, or that it would have to touch."""

NOISE: tuple[Bend, ...] = (
    _shuffled,
    _one("infra", _other_outputs),
    _one("compute", lambda one, draw: replace(one, last_operation=str(draw.random()))),
    _one("compute", lambda one, draw: replace(one, reason=str(draw.random()))),
    lambda seen, draw: replace(seen, records=tuple(reversed(seen.records))),
    lambda seen, draw: replace(seen, home_account=seen.home_account, drills=()),
)
"""None of these is any business of the plan's."""


def wrong_verdicts(changes: int, seed: int) -> tuple[int, int]:
    """(stale plans let through, plans refused though nothing that they touch moved) among so many changes."""
    draw, through, refused = random.Random(seed), 0, 0
    saved = plan_json(plan_deploy(RELEASE.desired(SEEN), SEEN, {}))
    for _ in range(changes):
        moves = draw.random() < 0.5
        seen = draw.choice(MOVES if moves else NOISE)(SEEN, draw)
        stale = _is_refused(saved, seen)
        through += moves and not stale
        refused += stale and not moves
    return through, refused


def _record_gone(draw: random.Random) -> ObservedState:
    gone = draw.choice(SEEN.records)
    return replace(SEEN, records=tuple(one for one in SEEN.records if one is not gone))


def _is_refused(saved: str, seen: ObservedState) -> bool:
    try:
        check_saved(saved, plan_deploy(RELEASE.desired(seen), seen, {}))
    except StalePlan:
        return True
    return False


@pytest.mark.parametrize("seed", range(3))
def test_a_plan_is_stale_exactly_where_something_that_it_touches_moved(seed: int) -> None:
    assert wrong_verdicts(60, seed) == (0, 0)
