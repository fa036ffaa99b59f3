"""Each signal and a lost terminal at each step of every scenario, by the handlers and progress of the command line.

SIGKILL is a death: tests/flows/test_boundaries.py has it at every call and every event. Real processes are stopped by
tests/e2e/test_drill_stops.py and, at all steps, by tests/e2e/stopping.py.
"""

from __future__ import annotations

import argparse
import errno
import io
import signal
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass

import pytest

from orchestrator.cli.progress import progress_for
from orchestrator.cli.stopping import stoppable
from orchestrator.core.errors import ExitCode
from tests.invariants import i2_somebody_serves_at_any_moment, i7_drills_leave_no_trace, violations
from tests.mischief import Fault, Kind
from tests.scenarios import BY_NAME, SCENARIOS, Scenario, abandoned, play, smooth
from tests.witness import Finished

DRILLS = [one for one in SCENARIOS if one.name.startswith("drill")]
OTHERS = [one for one in SCENARIOS if one not in DRILLS]
_ALL_WAYS = ("release", "rollback-instance")
"""Scenarios of which each step is stopped in every way; of the others the ways take turns."""


@dataclass(frozen=True)
class Way:
    """A signal, and whether the terminal has gone with it: every later word to it is an error."""

    number: signal.Signals
    terminal_gone: bool = False

    def __str__(self) -> str:
        return "lost terminal" if self.terminal_gone else self.number.name


WAYS = (Way(signal.SIGINT), Way(signal.SIGTERM), Way(signal.SIGHUP), Way(signal.SIGHUP, terminal_gone=True))


class Screen(io.StringIO):
    """A terminal as stderr: what it shows, until it is `gone`."""

    gone = False

    def write(self, text: str) -> int:
        if self.gone:
            raise OSError(errno.EIO, "Input/output error")
        return super().write(text)


def stops(scenario: Scenario) -> Iterator[tuple[Way, Fault]]:
    """Every step in every way, or in one of them each."""
    for number, step in enumerate(smooth(scenario).steps):
        turn = WAYS[number % len(WAYS)]
        for way in WAYS if scenario.drilled or scenario.name in _ALL_WAYS else (turn,):
            yield way, Fault(Kind.SIGNAL, way.number, where=step)


def stopped(way: Way, scenario: Scenario, fault: Fault, *, mended: bool) -> tuple[Finished, Screen]:
    """As the command line stops, with what its terminal showed."""
    screen = Screen()
    options = argparse.Namespace(log_format="text", no_color=True)

    def notify() -> None:
        screen.gone = way.terminal_gone
        progress.stopping()

    with redirect_stderr(screen), progress_for(options, 1) as progress, stoppable(notify):
        if mended:
            return play(scenario, [fault], shown=progress.tell), screen
        return abandoned(scenario, [fault], rest_s=0.0, shown=progress.tell), screen


@pytest.mark.parametrize("scenario", OTHERS, ids=lambda one: one.name)
def test_whatever_stops_a_command_at_any_step_the_same_command_makes_it_good(scenario: Scenario):
    broken = {}
    for way, fault in stops(scenario):
        end, _ = stopped(way, scenario, fault, mended=True)
        if found := violations(end) or [] if end.committed else ["it was not stopped"]:
            broken[f"{way} at {fault.where}"] = found

    assert broken == {}


@pytest.mark.parametrize("scenario", DRILLS, ids=lambda one: one.name)
def test_whatever_stops_a_drill_at_any_step_all_is_put_back_before_it_ends(scenario: Scenario):
    broken = {}
    for way, fault in stops(scenario):
        end, _ = stopped(way, scenario, fault, mended=False)
        found = [*i2_somebody_serves_at_any_moment(end), *i7_drills_leave_no_trace(end)]
        if found or not end.committed or end.commands[-1].exit_code is not _ends_with(scenario, fault):
            broken[f"{way} at {fault.where}"] = [str(end.commands[-1]), *found]

    assert broken == {}


def _ends_with(scenario: Scenario, fault: Fault) -> ExitCode:
    """Once the region is being put back there is nothing left to stop."""
    steps = smooth(scenario).steps
    return ExitCode.INTERRUPTED if steps.index(fault.where) < steps.index("put-back") else ExitCode.DONE


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_command_that_was_stopped_ends_with_130_and_its_run_is_told_as_far_as_anybody_sees_it(way: Way):
    release = BY_NAME["release"]
    fault = Fault(Kind.SIGNAL, way.number, where=smooth(release).steps[0])

    end, screen = stopped(way, release, fault, mended=True)

    assert [int(one.exit_code) for one in end.commands if one.exit_code is not None] == [130, 0]
    assert ("interrupted" in screen.getvalue()) is not way.terminal_gone
