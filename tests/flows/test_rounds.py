"""The rounds of a deployment, as the program carries them out: what ends them when AWS was changed already."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from orchestrator.core.dns import RecordSet
from orchestrator.core.errors import ExitCode
from orchestrator.core.history import History, history
from orchestrator.core.run import Event, EventKind, Verdict
from orchestrator.journal import read_journal
from orchestrator.report import Style, run_text
from tests.flows.returning import running
from tests.flows.stage import Stage
from tests.operators import Command, World, give
from tests.sample_world import EAST, NAMES, OTHER, TWO_ACCOUNTS, UNIT, WEST, Sample, topology
from tests.theatre import Director, Part

COMPUTE = NAMES.stack_set("compute")


def deploy(stage: Stage, folder: Path, heard: Callable[[Event], None]) -> Command:
    """What the command `deploy` comes to; `heard` gets every event that it tells."""
    world = World(stage.aws, stage.sample, folder, heard=lambda part, command, event: heard(event))
    begins_at = stage.aws.clock.monotonic()
    Director(stage.aws.clock, stage.aws.gate).play([Part("operator", give(world, "deploy"), begins_at=begins_at)])
    return world.commands[-1]


def told(command: Command) -> History:
    assert command.journal is not None
    return history(read_journal(command.journal))


def about_to_release(accounts: tuple[str, ...] = (OTHER,)) -> tuple[Stage, str]:
    """A stage with a release, about to get another; the name of the first."""
    stage = Stage(Sample(topology(accounts=accounts))).deployed()
    old = stage.sample.inputs.release
    stage.sample = stage.sample.edited(code="second")
    return stage, old


def test_a_run_whose_operation_somebody_stops_starts_no_other_and_says_what_stays(tmp_path):
    stage, old = about_to_release(TWO_ACCOUNTS)
    step = f"update:compute:{WEST}"

    def stop(event: Event) -> None:
        if event.kind is EventKind.STEP_PROGRESS and event.step == step:
            stage.aws.stack_sets.stop_operations(COMPUTE)

    before = len(stage.aws.stack_sets.describe(COMPUTE).operations)
    command = deploy(stage, tmp_path, stop)
    operations = stage.aws.stack_sets.describe(COMPUTE).operations

    run = command.run
    assert (command.exit_code, run.verdict) == (ExitCode.FAILED, Verdict.FAILED)
    assert [one.id for one in run.failed] == [step]
    assert len(operations) == before + 1
    assert run.rollback.back == ()
    assert {one.region for one in run.rollback.left} == {WEST}
    assert all("somebody stopped" in one.cause for one in run.rollback.left)
    assert f"deploy --release {old}" in run_text(run, Style())
    assert told(command).run.rollback == run.rollback


def test_a_rollback_whose_operation_somebody_stops_starts_no_other(tmp_path):
    stage, _ = about_to_release()
    stage.aws.faults.broken[("compute", OTHER, EAST)] = "no capacity"

    def stop(event: Event) -> None:
        if event.kind is EventKind.STEP_PROGRESS and event.step == f"rollback:compute:{EAST}":
            stage.aws.stack_sets.stop_operations(COMPUTE)

    run = deploy(stage, tmp_path, stop).run

    begun = {one.id for one in run.steps if one.started_at and one.id.startswith("rollback")}
    assert begun == {f"rollback:compute:{EAST}"}
    assert {one.region for one in run.rollback.left} == {EAST, WEST}


def test_a_later_round_that_is_forbidden_is_a_failure_that_names_what_was_done(tmp_path):
    stage = Stage(Sample(topology(units=(UNIT,))))
    stage.do("bootstrap")

    def intrude(event: Event) -> None:
        # Somebody's record takes our name between two rounds.
        if event.kind is EventKind.RUN_ENDED:
            name = f"{OTHER}.sample.fed.dev"
            stage.aws.dns.store(RecordSet(name=name, type="A", ttl_s=60, values=("192.0.2.1",)))

    command = deploy(stage, tmp_path, intrude)

    run = command.run
    assert (command.exit_code, command.error) == (ExitCode.FAILED, None)
    assert [one.id for one in run.failed] == ["plan-again"]
    assert f"{OTHER}.sample.fed.dev" in run.failed[0].reason
    assert "deploy again" in run_text(run, Style())
    assert any(one.succeeded and one.id.startswith("instances:") for one in run.steps)
    assert run.rollback is None
    assert told(command).run.steps == run.steps
    assert told(command).run.verdict is Verdict.FAILED
    assert running(stage)
