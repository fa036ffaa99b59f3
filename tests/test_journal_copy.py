"""Copies of journals: they never hold a run up, they find a region that lives, and what they lack is told once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.app.journal_copy import JournalCopy, Shelves, copied, copied_runs
from orchestrator.app.recording import Recording
from orchestrator.app.reporting import report_of_copy
from orchestrator.clock import SystemClock
from orchestrator.core.errors import AwsError, Interrupted, Unreachable, UsageError
from orchestrator.core.journal_lines import events_in, line_of
from orchestrator.core.run import Event, EventKind
from orchestrator.core.run_report import JOURNAL_INCOMPLETE
from orchestrator.journal import read_journal
from orchestrator.journal_store import Segment
from orchestrator.simulation import SimulatedAws, World
from tests.report.drill_runs import PASSED
from tests.sample_world import EAST, HOME, NAMES, WEST, topology

RUN, OTHER = "20261121T120000Z-deploy-a1b2c3", "20261121T130000Z-drill-d4e5f6"
EVENT = Event(at=datetime(2026, 11, 21, tzinfo=UTC), run=RUN, kind=EventKind.STEP_STARTED, step="a")
NEVER_S = 3600.0


def numbered(number: int) -> Event:
    return replace(EVENT, detail=str(number))


@pytest.fixture
def aws() -> SimulatedAws:
    return SimulatedAws(World(home_account=HOME, home_region=WEST))


@pytest.fixture
def shelves(aws: SimulatedAws) -> Shelves:
    return Shelves(aws.journals, topology(EAST, WEST), NAMES)


def put(aws: SimulatedAws, region: str, first: int, *numbers: int, run: str = RUN) -> None:
    content = "".join(line_of(numbered(number)) for number in numbers).encode()
    aws.journals.put(region, NAMES.artifact_bucket(region), "production", run, Segment(first, content))


def details(shelves: Shelves, run: str = RUN) -> list[str]:
    return [event.detail for event in events_in(copied(shelves, run).lines, "copy")]


def places(aws: SimulatedAws) -> list[str]:
    return [call.region for call in aws.gate.calls if call.name == "Journals.put"]


def test_home_is_asked_first_and_a_drilled_region_last(aws: SimulatedAws) -> None:
    def order(last: str = "") -> list[str]:
        return [region for region, _ in Shelves(aws.journals, topology(EAST, WEST), NAMES, last=last).places]

    assert (order(), order(last=WEST)) == ([WEST, EAST], [EAST, WEST])


def test_only_what_is_new_is_put_under_the_number_of_its_first_line(aws: SimulatedAws, shelves: Shelves) -> None:
    copy = JournalCopy(shelves, RUN, every_s=NEVER_S)
    for number in (0, 1):
        copy.add(numbered(number))
    copy.put()
    copy.put()
    copy.add(numbered(2))
    copy.put()

    bucket = NAMES.artifact_bucket(WEST)
    assert [one.first for one in aws.journals.segments(WEST, bucket, "production", RUN)] == [0, 2]
    assert details(shelves) == ["0", "1", "2"]


def test_a_silent_region_is_left_for_the_next_and_not_asked_again_meanwhile(
    aws: SimulatedAws, shelves: Shelves
) -> None:
    copy = JournalCopy(shelves, RUN, every_s=NEVER_S)
    copy.add(numbered(0))
    copy.put()
    aws.faults.silent.add(WEST)
    for number in (1, 2):
        copy.add(numbered(number))
        copy.put()
    aws.faults.silent.clear()

    assert places(aws) == [WEST, EAST, EAST]
    assert details(shelves) == ["0", "1", "2"]


def test_an_answer_that_was_lost_leaves_no_line_twice(aws: SimulatedAws, shelves: Shelves) -> None:
    copy = JournalCopy(shelves, RUN, every_s=NEVER_S)
    copy.add(numbered(0))
    aws.faults.lose.add("Journals.put")
    copy.put()

    assert places(aws) == [WEST, EAST]
    assert details(shelves) == ["0"]


def test_the_end_copies_the_rest(shelves: Shelves) -> None:
    copy = JournalCopy(shelves, RUN, every_s=NEVER_S)
    copy.start()
    copy.add(numbered(0))

    assert copy.finish() == ""
    assert details(shelves) == ["0"]


def test_a_run_that_goes_on_copies_all_of_its_journal(shelves: Shelves) -> None:
    copy = JournalCopy(shelves, RUN, kept=[line_of(numbered(0))], every_s=NEVER_S)
    copy.start()
    copy.add(numbered(1))

    assert copy.finish() == ""
    assert details(shelves) == ["0", "1"]


def test_what_the_copy_lacks_is_told_at_the_end(aws: SimulatedAws, shelves: Shelves) -> None:
    aws.faults.silent |= {EAST, WEST}
    copy = JournalCopy(shelves, RUN, every_s=NEVER_S)
    copy.start()
    copy.add(EVENT)

    assert "no answer in time" in copy.finish()


class Hanging:
    """A store that never answers until the test lets it."""

    def __init__(self) -> None:
        self.asked, self.free = threading.Event(), threading.Event()

    def put(self, region: str, bucket: str, environment: str, run: str, segment: Segment) -> None:
        self.asked.set()
        self.free.wait()

    def runs(self, region: str, bucket: str, environment: str) -> Sequence[str]:
        return ()

    def segments(self, region: str, bucket: str, environment: str, run: str) -> Sequence[Segment]:
        return ()


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    store = Hanging()
    yield store
    store.free.set()


@pytest.mark.parametrize(("wait", "said"), [(True, "no bucket took its end in time"), (False, "")])
def test_a_bucket_that_hangs_does_not_hold_up_the_end(hanging: Hanging, wait: bool, said: str) -> None:
    copy = JournalCopy(Shelves(hanging, topology(EAST, WEST), NAMES), RUN, every_s=0.0)
    copy.add(EVENT)
    copy.start()
    hanging.asked.wait()

    assert copy.finish(wait=wait, patience_s=0.01) == said


# -- around a run -------------------------------------------------------------------------------------------------


def recorded(folder: Path, copy: JournalCopy, trouble: BaseException | None = None) -> list[Event]:
    heard: list[Event] = []
    with Recording(RUN, folder=folder, clock=SystemClock(), on_event=heard.append, copy=copy) as recording:
        recording.tell(EVENT)
        if trouble:
            raise trouble
    return heard


def test_every_event_of_a_run_is_here_and_in_the_bucket(tmp_path: Path, shelves: Shelves) -> None:
    heard = recorded(tmp_path, JournalCopy(shelves, RUN, every_s=NEVER_S))

    assert heard == [EVENT]
    assert tuple(events_in(copied(shelves, RUN).lines, "copy")) == read_journal(tmp_path / f"{RUN}.jsonl") == (EVENT,)


def test_a_copy_that_lacks_something_is_told_once_and_never_fails_the_run(
    tmp_path: Path, aws: SimulatedAws, shelves: Shelves
) -> None:
    aws.faults.silent |= {EAST, WEST}

    heard = recorded(tmp_path, JournalCopy(shelves, RUN, every_s=NEVER_S))

    assert [event.kind for event in heard] == [EventKind.STEP_STARTED, EventKind.JOURNAL_NOT_COPIED]
    assert "the journal is whole on this machine" in heard[1].detail
    assert read_journal(tmp_path / f"{RUN}.jsonl") == tuple(heard)


def test_who_leaves_at_once_waits_for_no_bucket(tmp_path: Path, hanging: Hanging) -> None:
    copy = JournalCopy(Shelves(hanging, topology(EAST, WEST), NAMES), RUN, every_s=0.0)

    with pytest.raises(Interrupted):
        recorded(tmp_path, copy, Interrupted("left at once"))

    assert read_journal(tmp_path / f"{RUN}.jsonl") == (EVENT,)


def test_a_full_disk_does_not_end_the_copy(tmp_path: Path, shelves: Shelves) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    (tmp_path / f"{RUN}.jsonl").symlink_to("/dev/full")

    recorded(tmp_path, JournalCopy(shelves, RUN, every_s=NEVER_S))

    kinds = [event.kind for event in events_in(copied(shelves, RUN).lines, "copy")]
    assert kinds == [EventKind.JOURNAL_LOST, EventKind.STEP_STARTED]


# -- reading ------------------------------------------------------------------------------------------------------


def test_segments_of_several_regions_are_one_journal(aws: SimulatedAws, shelves: Shelves) -> None:
    put(aws, WEST, 0, 0, 1)
    put(aws, EAST, 2, 2)
    put(aws, EAST, 0, 0, 1)
    put(aws, WEST, 1, 1, 2, 3)

    found = copied(shelves, RUN)

    assert [event.detail for event in events_in(found.lines, "copy")] == ["0", "1", "2", "3"]
    assert not found.gap


def test_missing_lines_are_a_gap(aws: SimulatedAws, shelves: Shelves) -> None:
    put(aws, WEST, 0, 0)
    put(aws, EAST, 1, 1)
    put(aws, WEST, 2, 2)
    aws.faults.silent.add(EAST)

    assert copied(shelves, RUN).gap
    assert details(shelves) == ["0", "2"]


@pytest.mark.parametrize("dropped", [0, 1])
def test_a_report_of_a_part_says_so(aws: SimulatedAws, shelves: Shelves, dropped: int) -> None:
    lines = [line_of(event) for event in PASSED]
    bucket = NAMES.artifact_bucket(WEST)
    parts = (Segment(0, lines[0].encode()), Segment(1 + dropped, "".join(lines[1 + dropped :]).encode()))
    for part in parts:
        aws.journals.put(WEST, bucket, "production", RUN, part)

    told = report_of_copy(copied(shelves, RUN))

    assert [one.rule for one in told.findings if one.rule == JOURNAL_INCOMPLETE] == [JOURNAL_INCOMPLETE] * dropped
    assert told.run.application == "sample"


def test_runs_of_every_region_are_listed_once_and_other_names_are_none(aws: SimulatedAws, shelves: Shelves) -> None:
    put(aws, WEST, 0, 0)
    put(aws, EAST, 0, 0)
    put(aws, EAST, 0, 0, run=OTHER)
    put(aws, EAST, 0, 0, run="../../etc/passwd")

    assert copied_runs(shelves) == (RUN, OTHER)


@pytest.mark.parametrize(("asked", "found"), [(RUN, RUN), ("20261121T13", OTHER), ("latest", OTHER)])
def test_a_run_is_found_as_on_this_machine(aws: SimulatedAws, shelves: Shelves, asked: str, found: str) -> None:
    put(aws, WEST, 0, 0)
    put(aws, WEST, 0, 0, run=OTHER)

    assert copied(shelves, asked).run == found


def test_a_run_that_no_bucket_has_is_wrong_usage(shelves: Shelves) -> None:
    with pytest.raises(UsageError, match="no run is in the artifact buckets"):
        copied(shelves, RUN)


def test_one_region_that_answers_is_enough_and_none_is_an_error(aws: SimulatedAws, shelves: Shelves) -> None:
    put(aws, EAST, 0, 0)
    aws.faults.silent.add(WEST)

    assert copied_runs(shelves) == (RUN,)
    aws.faults.silent.add(EAST)
    with pytest.raises(Unreachable):
        copied_runs(shelves)
    with pytest.raises(AwsError):
        copied(shelves, RUN)
