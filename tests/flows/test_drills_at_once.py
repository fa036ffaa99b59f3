"""Drills of one region that begin at the same moment: at most one of them takes it out, whoever is slow in between."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import combinations

import pytest

from orchestrator.core.drill_actions import BeginDrill, EndDrill
from orchestrator.core.errors import Refused, StepFailed
from orchestrator.core.levers import Position
from orchestrator.executor.context import Context, Done, Results
from orchestrator.executor.drill_tasks import BeginDrillTask, EndDrillTask
from tests.flows.drilled import Drilled

FIRST, SECOND = "20261121T120000Z-drill-aaaaaa", "20261121T120000Z-drill-bbbbbb"
CALLS = 3
# Each looks, writes and looks again: every order in which the calls of two of them can reach S3.
ORDERS = [
    "".join("a" if place in places else "b" for place in range(2 * CALLS))
    for places in combinations(range(2 * CALLS), CALLS)
]


class Turns:
    """A log whose calls happen one at a time, when they are let through."""

    def __init__(self, log):
        self._log, self._arrived, self._granted = log, threading.Semaphore(0), threading.Semaphore(0)
        self.over = False

    def read(self, *place, ended):
        self._wait()
        return self._log.read(*place, ended=ended)

    def write(self, *place_and_record):
        self._wait()
        self._log.write(*place_and_record)

    def let_one_through(self):
        """Returns once the caller stands at the next call, or has ended."""
        self._granted.release()
        self._arrived.acquire()

    def reach_the_first(self):
        self._arrived.acquire()

    def end(self):
        self.over = True
        self._arrived.release()

    def _wait(self):
        self._arrived.release()
        self._granted.acquire()


class Operator:
    """One drill's first step in a thread of its own; who has to give way ends its note, as the plan does."""

    def __init__(self, run, drill):
        request = drill.request
        record, ports = replace(request.record, run=run), drill.stage.ports
        self.turns, self.goes_on = Turns(ports.drill_log), False
        context = Context(run=run, ports=replace(ports, drill_log=self.turns), results=Results(), settle_s=0.0)
        self._begin = BeginDrillTask(BeginDrill(record, *request.bucket), context)
        self._end = EndDrillTask(EndDrill(record, *request.bucket), context)
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        self.turns.reach_the_first()

    def join(self):
        self._thread.join()

    def _work(self):
        try:
            progress = self._begin.start()
            while not isinstance(progress, Done):
                progress = self._begin.poll()
            self.goes_on = True
        except StepFailed:
            self._end.start()
        self.turns.end()


def played(order, *, patience=100):
    """Both operators after the calls of this order, and then in turn; a second passes with each of those."""
    drill = Drilled()
    operators = {"a": Operator(FIRST, drill), "b": Operator(SECOND, drill)}
    for name in order + "ab" * patience:
        operator = operators[name]
        if not operator.turns.over:
            operator.turns.let_one_through()
        if all(one.turns.over for one in operators.values()):
            break
        drill.wait(1)
    for one in operators.values():
        one.join()
    notes = drill.stage.ports.drill_log.read(*drill.request.bucket, ended=9)
    return operators, {one.run for one in notes if one.ended_at is None}


@pytest.mark.parametrize("order", ORDERS)
def test_in_whatever_order_their_calls_arrive_one_goes_on_and_the_other_leaves_no_note(order):
    operators, unfinished = played(order)

    going = {run for run, one in zip((FIRST, SECOND), operators.values(), strict=True) if one.goes_on}
    assert len(going) == 1
    assert unfinished == going


def test_of_two_that_see_each_other_the_smaller_run_goes_on():
    operators, _ = played("aabbab")

    assert operators["a"].goes_on


def test_who_waits_for_a_drill_that_died_gives_way_to_its_note():
    drill = Drilled()
    smaller, greater = Operator(FIRST, drill), Operator(SECOND, drill)
    for one in (greater, smaller, greater, smaller):
        one.turns.let_one_through()

    for _ in range(100):
        if not smaller.turns.over:
            smaller.turns.let_one_through()
            drill.wait(1)

    assert not smaller.goes_on
    notes = drill.stage.ports.drill_log.read(*drill.request.bucket, ended=9)
    assert {one.run for one in notes if one.ended_at is None} == {SECOND}


def test_a_running_drill_of_a_later_version_keeps_this_one_from_taking_anything_out():
    drill = Drilled()
    drill.stage.aws.faults.refuse["DrillLog.read"] = [Refused("the note has format 2") for _ in range(9)]

    run = drill.run()

    assert [(step.id, step.reason) for step in run.failed] == [("note:begin", "the note has format 2")]
    assert drill.position() is Position.IN
    assert not any(one.name == "Levers.move" for one in drill.stage.aws.gate.effects)
