"""A drill that is stopped leaves nothing behind, in a world that takes AWS's own time, and its users are back.

Here at a few moments: tests/flows/test_boundaries.py stops drills at every call and event.
"""

from __future__ import annotations

from contextlib import suppress

import pytest

from orchestrator.core.drill import DrillMode
from orchestrator.core.errors import Interrupted
from orchestrator.core.levers import Position
from orchestrator.core.run import EventKind, StepStatus, Verdict
from orchestrator.simulation import Death
from tests.flows.drilled import Drilled, step
from tests.sample_world import EAST

# Checkers need half a minute to find a region well again, resolvers a TTL to ask again.
RETURNED_S = 30 + 60 + 10
# A period passes until a datum counts, three until it is forgotten, and one until CloudWatch looks.
FORGOTTEN_S = 5 * 60
_SPARSELY = 5


def short(mode):
    """A drill whose hold and traffic are as small as they can be."""
    return Drilled(mode, hold_s=5, rate_per_s=4)


class PressingAt(list):
    """Listens to events, and presses Ctrl-C at those of the given numbers, counted from one."""

    def __init__(self, numbers):
        super().__init__()
        self._numbers = numbers

    def append(self, event):
        super().append(event)
        if len(self) in self._numbers:
            raise KeyboardInterrupt


def turning_points(mode):
    """The numbers of the events of an undisturbed drill at which a step begins or ends."""
    drill = short(mode)
    drill.run()
    kinds = (EventKind.RUN_STARTED, EventKind.STEP_PROGRESS, EventKind.RUN_ENDED)
    return [number for number, event in enumerate(drill.events, 1) if event.kind not in kinds]


PRESSED = [
    pytest.param(mode, number, times, id=f"{mode.value}-{number}-{'twice' if times == 2 else 'once'}")
    for mode, times in ((DrillMode.SWITCH, 1), (DrillMode.SWITCH, 2), (DrillMode.OUTAGE, 2))
    for number in turning_points(mode)[::_SPARSELY]
]


@pytest.mark.parametrize(("mode", "number", "times"), PRESSED)
def test_ctrl_c_at_any_event_puts_everything_back_before_the_run_ends(mode, number, times):
    drill = short(mode)
    drill.events = PressingAt({number, number + times - 1})

    # The last event is told when everything has ended: whoever presses then meets Ctrl-C itself.
    with suppress(Interrupted, KeyboardInterrupt):
        drill.run()

    assert drill.position() is Position.IN
    assert drill.stage.aws.outages.current(EAST) is None
    drill.wait(RETURNED_S)
    assert drill.answered_by() == {EAST}


@pytest.mark.parametrize("mode", [DrillMode.SWITCH, DrillMode.OUTAGE])
def test_ctrl_c_ends_what_only_waits_at_once_and_says_so(mode):
    drill = short(mode)
    clock = drill.stage.aws.clock
    clock.schedule(clock.monotonic() + 20, press_ctrl_c)

    run = drill.run()

    pressed = run.started_at.timestamp() + 20
    assert run.verdict is Verdict.INTERRUPTED
    for name in ("agree", "watch"):
        assert (step(run, name).status, step(run, name).reason) == (StepStatus.SKIPPED, "interrupted")
        assert step(run, name).ended_at.timestamp() == pytest.approx(pressed)
    assert step(run, "hold").reason == "interrupted before it began"
    assert step(run, "put-back").status is StepStatus.SUCCEEDED
    assert step(run, "put-back").started_at.timestamp() - pressed < 1
    assert step(run, "note:end").status is StepStatus.SUCCEEDED
    assert step(run, "users-back").status is StepStatus.SUCCEEDED


def press_ctrl_c():
    raise KeyboardInterrupt


def test_a_second_ctrl_c_does_not_wait_for_users_but_for_the_lever():
    drill = short(DrillMode.SWITCH)
    clock = drill.stage.aws.clock
    for seconds in (80, 81):
        clock.schedule(clock.monotonic() + seconds, press_ctrl_c)

    run = drill.run()

    assert drill.position() is Position.IN
    assert step(run, "agree-back").status is StepStatus.SUCCEEDED
    assert step(run, "users-back").reason == "interrupted twice"


def mutations(mode):
    """The numbers of the mutating calls of an undisturbed drill, counted as the gate counts them."""
    drill = short(mode)
    before = len(drill.stage.aws.gate.mutations())
    drill.run()
    return range(before + 1, len(drill.stage.aws.gate.mutations()) + 1)


DEATHS = [
    pytest.param(mode, moment, number, id=f"{mode.value}-{moment}-{number}")
    for mode in (DrillMode.SWITCH, DrillMode.OUTAGE)
    for number in mutations(mode)[::_SPARSELY]
    for moment in ("before", "after")
]


@pytest.mark.parametrize(("mode", "moment", "number"), DEATHS)
def test_when_the_process_dies_at_any_call_users_come_back_by_themselves(mode, moment, number):
    drill = short(mode)
    setattr(drill.stage.aws.faults, f"die_{moment}", number)
    plan = drill.plan()
    with pytest.raises(Death):
        drill.run(plan)
    setattr(drill.stage.aws.faults, f"die_{moment}", 0)

    longest_s = FORGOTTEN_S if mode is DrillMode.SWITCH else lasts_s(plan)
    drill.wait(longest_s + RETURNED_S)

    assert drill.position() is Position.IN
    assert drill.answered_by() == {EAST}


def lasts_s(plan):
    """After how many seconds an outage ends by itself."""
    return next(one.action.lasts_s for one in plan.steps if one.id == "take-out")
