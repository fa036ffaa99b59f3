"""The verdict over the stages of a rehearsal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.drill import DrillVerdict
from orchestrator.core.rehearsal import Rehearsal, Stage, StageResult
from orchestrator.core.run import StepStatus, Verdict
from orchestrator.core.run_report import RunFacts, RunReport
from orchestrator.core.traffic import TrafficRequest, summarize
from tests.report.samples import record, run

GOOD = TrafficRequest(at=0.0, latency_s=0.1, status=200, region="us-east-1")


def result(stage: Stage, **changes: object) -> StageResult:
    report = RunReport(run=run(), facts=RunFacts(), traffic=summarize([GOOD]))
    if stage is Stage.DRILL:
        report = replace(report, verdict=DrillVerdict.PASSED, why="users were well again after 65 s")
    return StageResult(stage, replace(report, **changes), 1.0)  # type: ignore[arg-type]


def rehearsal(*changed: StageResult) -> Rehearsal:
    by_stage = {one.stage: one for one in changed}
    return Rehearsal(tuple(by_stage.get(stage, result(stage)) for stage in Stage))


def test_a_rehearsal_passes_when_every_stage_did() -> None:
    found = rehearsal()

    assert found.verdict is DrillVerdict.PASSED
    assert found.why == "a release lost none of 1 requests; in the drill users were well again after 65 s"
    assert len(found.reports) == len(Stage)


FAULTS = {
    "a lost request in the release": (
        result(Stage.RELEASE, traffic=summarize([GOOD, replace(GOOD, status=500)])),
        "second release, under traffic: 1 of 2 requests failed",
    ),
    "nobody called during the release": (
        result(Stage.RELEASE, traffic=None),
        "second release, under traffic: nobody called, so nothing was proven",
    ),
    "a drill that missed its objective": (
        result(Stage.DRILL, verdict=DrillVerdict.FAILED, why="too slow"),
        "outage drill of the primary: too slow",
    ),
    "a step that failed": (
        result(Stage.DEPLOY, run=run(record("records", StepStatus.FAILED, reason="no"), verdict=Verdict.FAILED)),
        "first release: records: no",
    ),
}


@pytest.mark.parametrize(("changed", "why"), FAULTS.values(), ids=FAULTS)
def test_one_fault_fails_the_rehearsal_and_is_told(changed: StageResult, why: str) -> None:
    found = rehearsal(changed)

    assert found.verdict is DrillVerdict.FAILED
    assert found.why == why


def test_failed_requests_of_other_stages_are_no_fault() -> None:
    lost = summarize([GOOD, replace(GOOD, status=0)])

    assert rehearsal(result(Stage.DRILL, traffic=lost), result(Stage.FAILOVER, traffic=lost)).why.startswith(
        "a release"
    )


def test_an_interrupted_stage_aborts_the_rehearsal() -> None:
    found = rehearsal(result(Stage.DEPLOY, run=run(verdict=Verdict.INTERRUPTED)))

    assert found.verdict is DrillVerdict.ABORTED
    assert found.why == "first release: interrupted"


def test_what_ended_the_rehearsal_early_is_told() -> None:
    found = Rehearsal((result(Stage.BOOTSTRAP),), "first release: no hosted zone")

    assert found.verdict is DrillVerdict.FAILED
    assert found.why == "first release: no hosted zone"
    assert found.drill is None


def test_a_rehearsal_that_did_not_reach_its_end_has_not_passed() -> None:
    found = Rehearsal((result(Stage.BOOTSTRAP), result(Stage.RELEASE)))

    assert found.verdict is DrillVerdict.FAILED
    assert found.why == "a release lost none of 1 requests; not every stage was reached"


def test_an_interruption_between_runs_aborts_the_rehearsal_too() -> None:
    found = Rehearsal((result(Stage.BOOTSTRAP),), "first release: interrupted", interrupted=True)

    assert found.verdict is DrillVerdict.ABORTED
    assert found.why == "first release: interrupted"


def test_the_stage_that_left_no_run_is_the_one_after_those_that_did() -> None:
    assert Rehearsal((result(Stage.BOOTSTRAP),), "no zone").broken_off is Stage.DEPLOY
    assert Rehearsal((result(Stage.BOOTSTRAP),)).broken_off is None
    assert rehearsal().broken_off is None
    assert Rehearsal((result(Stage.BOOTSTRAP),)).unreached == tuple(Stage)[1:]
