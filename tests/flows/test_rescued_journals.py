"""A full disk or a bad block ends a journal, and no run: what the artifact buckets have of it goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.app.resuming import Resumed, resumed
from orchestrator.app.settings import Settings, Workspace
from orchestrator.config import Loaded
from orchestrator.core.errors import OrchestratorError, Refused
from orchestrator.core.journal_lines import line_of
from orchestrator.core.run import Event, StepStatus
from orchestrator.executor import Polling
from orchestrator.journal import read_journal
from orchestrator.journal_store import Segment
from tests.flows.stage import Stage
from tests.flows.test_kept_runs import carried_out
from tests.sample_world import NAMES, WEST

RUN = "20261121T120000Z-deploy-a1b2c3"

Spoil = Callable[[list[bytes]], bytes]


class Machine:
    """One that holds a journal of a deployment, whose copy lies in a bucket."""

    def __init__(self, folder: Path) -> None:
        self.stage = Stage()
        self.stage.do("bootstrap")
        _, _, events = carried_out(self.stage, "deploy")
        self.events: Sequence[Event] = [replace(event, run=RUN) for event in events]
        self.path = folder / "runs" / f"{RUN}.jsonl"
        self.path.parent.mkdir()

    def keeps(self, content: bytes) -> None:
        self.path.write_bytes(content)

    def copies(self, events: Sequence[Event]) -> None:
        segment = Segment(0, "".join(map(line_of, events)).encode())
        self.stage.aws.journals.put(WEST, NAMES.artifact_bucket(WEST), "production", RUN, segment)

    def resumed(self) -> Resumed:
        topology = self.stage.sample.topology
        workspace = Workspace(
            settings=Settings(state_dir=self.path.parent.parent),
            loaded=Loaded(topology, ()),
            topology=topology,
            environment=topology.environments[0],
            accounts=self.stage.sample.inputs.accounts,
            names=NAMES,
            ports=self.stage.aws.ports,
            polling=Polling(),
        )
        return resumed(workspace, "latest")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


SPOILT: dict[str, Spoil] = {
    "emptied": lambda _: b"",
    "cut off": lambda lines: b"".join(lines[:4]),
    "cut off within its first line": lambda lines: lines[0][:100],
    "damaged in the middle": lambda lines: b"".join([*lines[:2], b"\0" * 64 + b"\n", *lines[3:]]),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_run_goes_on_from_the_copy_when_its_journal_here_tells_less(machine: Machine, spoil: Spoil) -> None:
    known = machine.events[:-1]
    machine.copies(known)
    machine.keeps(spoil([line_of(event).encode() for event in known]))

    found = machine.resumed()

    assert list(found.events) == list(known)
    assert read_journal(machine.path) == tuple(known)


def test_a_run_that_ended_after_its_journal_here_is_known_to_be_over(machine: Machine) -> None:
    machine.copies(machine.events)
    machine.keeps(b"".join(line_of(event).encode() for event in machine.events[:5]))

    with pytest.raises(Refused, match="it has ended: succeeded"):
        machine.resumed()


@pytest.mark.parametrize("copied", [0, 3])
def test_a_journal_that_tells_more_than_its_copy_is_gone_by(machine: Machine, copied: int) -> None:
    known = machine.events[:-1]
    if copied:
        machine.copies(known[:copied])
    machine.keeps(b"".join(line_of(event).encode() for event in known))

    assert list(machine.resumed().events) == list(known)


def test_while_no_bucket_answers_what_is_kept_here_is_gone_by(machine: Machine) -> None:
    machine.copies(machine.events)
    machine.keeps(b"".join(line_of(event).encode() for event in machine.events[:5]))
    machine.stage.aws.faults.silent.update(region.name for region in machine.stage.sample.topology.regions)

    found = machine.resumed()

    assert len(found.events) == 5
    assert StepStatus.SUCCEEDED not in {step.status for step in found.told.run.steps[5:]}


def test_without_a_copy_a_damaged_journal_is_named_with_both_faults(machine: Machine) -> None:
    machine.keeps(b"")

    with pytest.raises(OrchestratorError, match="it tells of nothing; and there is no better copy: ") as caught:
        machine.resumed()

    assert caught.value.where == str(machine.path)
    assert "orchestrator deploy begins a new run" in caught.value.fix
