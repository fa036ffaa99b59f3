"""What the walk costs and in which order it goes when there are many steps: diamonds, chains, scarce workers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.actions import AwaitOperation
from orchestrator.core.plan import Plan, Step
from orchestrator.core.run import EventKind, StepStatus
from orchestrator.executor import Polling, execute
from orchestrator.executor.frontier import Frontier
from orchestrator.executor.turns import Turns
from orchestrator.simulation import InlineWorkers, SimulatedAws, VirtualWorkers, World
from tests.flows.test_graph import OperationsOfLength, walked
from tests.sample_world import HOME, WEST


def step(name, *needs, lasts="0", **more):
    return Step(id=name, action=AwaitOperation("set", WEST, f"{name}:{lasts}"), needs=needs, reason="", **more)


def statuses(run):
    return {one.id: one.status for one in run.steps}


def test_a_diamond_joins_when_both_sides_have_ended():
    run = walked(
        (step("a"), step("left", "a", lasts="60"), step("right", "a", lasts="7"), step("end", "left", "right"))
    )

    place = {(event.step, event.kind): number for number, event in enumerate(run.events)}
    assert set(statuses(run).values()) == {StepStatus.SUCCEEDED}
    begun = place[("end", EventKind.STEP_STARTED)]
    assert begun > place[("left", EventKind.STEP_SUCCEEDED)]
    assert begun > place[("right", EventKind.STEP_SUCCEEDED)]


def test_what_is_skipped_names_the_failure_at_the_root_however_long_the_chain():
    chain = [step("bad", lasts="never"), step("c0", "bad"), *(step(f"c{n}", f"c{n - 1}") for n in range(1, 30))]

    run = walked(tuple(chain))

    reasons = {one.reason for one in run.steps if one.status is StepStatus.SKIPPED}
    assert reasons == {"needs bad, which failed"}


def test_a_failure_on_one_side_of_a_diamond_skips_the_join_and_runs_what_is_always_run():
    run = walked((step("a"), step("bad", "a", lasts="never"), step("good", "a"), step("end", "bad", "good"),
                  step("restore", "end", always=True)))  # fmt: skip

    assert statuses(run) == {
        "a": StepStatus.SUCCEEDED,
        "bad": StepStatus.FAILED,
        "good": StepStatus.SUCCEEDED,
        "end": StepStatus.SKIPPED,
        "restore": StepStatus.SUCCEEDED,
    }


class CountedNeeds(tuple):
    """Needs that count how often somebody goes through them."""

    looks = 0

    def __iter__(self):
        CountedNeeds.looks += 1
        return super().__iter__()


@pytest.mark.parametrize("width", [50, 400])
def test_the_work_grows_with_steps_and_needs_not_with_their_square(width):
    first = [step(f"a{n}") for n in range(width)]
    second = [replace(step(f"b{n}"), needs=CountedNeeds((f"a{n}",))) for n in range(width)]
    CountedNeeds.looks = 0

    run = walked((*first, *second))

    assert len(run.steps) == 2 * width
    assert CountedNeeds.looks <= 10 * width


def test_thousands_of_steps_are_walked():
    run = walked(tuple(step(f"s{n}", *([f"s{n - 100}"] if n >= 100 else [])) for n in range(5000)))

    assert {one.status for one in run.steps} == {StepStatus.SUCCEEDED}


def test_with_one_worker_the_step_with_the_longest_chain_behind_it_begins_first():
    aws = SimulatedAws(World(home_account=HOME, home_region=WEST))
    ports = replace(aws.ports, stack_sets=OperationsOfLength(aws.clock))
    short = [step(f"short{n}") for n in range(5)]
    steps = (*short, step("long", lasts="1", expected_s=500.0), step("after", "long", expected_s=500.0))
    plan = Plan(application="a", environment="e", verb="deploy", release="", changes=(), steps=steps, findings=(),
                basis=(), fingerprint="")  # fmt: skip
    workers = VirtualWorkers(aws.clock, aws.gate, size=1)

    run = execute(
        plan, ports, run="r", emit=lambda _: None, polling=Polling(), workers=workers, await_answer=workers.wait
    ).run

    begun = [event.step for event in run.events if event.kind is EventKind.STEP_STARTED]
    assert begun[0] == "long"
    assert set(statuses(run).values()) == {StepStatus.SUCCEEDED}


def test_what_puts_something_back_is_before_everything_and_needs_no_share_of_its_region():
    busy = [step(f"busy{n}", home_region=WEST, expected_s=900.0) for n in range(20)]
    turns = Turns((*busy, step("restore", home_region=WEST, always=True)), workers=10)
    for one in busy:
        turns.ask(one.id, 0.0)
    taken = list(turns.take(0.0))
    turns.ask("restore", 1.0)

    assert len(taken) == 8
    assert list(turns.take(1.0)) == ["restore"]


def test_a_step_that_wants_no_turn_any_more_gets_none():
    turns = Turns((step("a"), step("b")))
    turns.ask("a", 5.0)
    turns.ask("b", 9.0)
    turns.drop("a")

    assert turns.next_due() == 9.0
    assert list(turns.take(10.0)) == ["b"]


def test_after_an_interrupt_turns_and_frontier_are_worked_out_anew():
    steps = (step("a"), step("b", "a"), step("c", "b"))
    turns, frontier = Turns(steps), Frontier(steps)
    list(frontier.ready())
    turns.ask("a", 0.0)
    list(turns.take(0.0))

    # `a` has ended and nobody was told: neither the workers nor what needs it.
    turns.look({"b": 3.0}, [])
    frontier.look(lambda one: one == "a", lambda one: one != "a")

    assert (turns.under_way, turns.next_due()) == (0, 3.0)
    assert list(frontier.ready()) == ["b"]
    assert not frontier.over


class Pressed(InlineWorkers):
    """Somebody presses Ctrl-C while that call is made."""

    def __init__(self, at):
        self._at, self._calls = at, 0

    def submit(self, fn, /, *args, **kwargs):
        self._calls += 1
        future = super().submit(fn, *args, **kwargs)
        if self._calls == self._at:
            raise KeyboardInterrupt
        return future


@pytest.mark.parametrize("at", range(1, 12))
def test_an_interrupt_between_a_call_and_its_answer_loses_no_step(at):
    aws = SimulatedAws(World(home_account=HOME, home_region=WEST))
    ports = replace(aws.ports, stack_sets=OperationsOfLength(aws.clock))
    steps = (step("a", lasts="7"), step("b", lasts="7"), step("c", "a"), step("back", "c", always=True))
    plan = Plan(application="a", environment="e", verb="deploy", release="", changes=(), steps=steps, findings=(),
                basis=(), fingerprint="")  # fmt: skip

    run = execute(plan, ports, run="r", emit=lambda _: None, polling=Polling(), workers=Pressed(at)).run

    found = statuses(run)
    assert {found["a"], found["back"]} == {StepStatus.SUCCEEDED}
    assert {found["b"], found["c"]} <= {StepStatus.SUCCEEDED, StepStatus.SKIPPED}
