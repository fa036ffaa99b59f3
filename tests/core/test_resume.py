"""Which run may go on, with which inputs, and why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.errors import Refused
from orchestrator.core.history import History
from orchestrator.core.resume import check_inputs, check_resumable
from orchestrator.core.run import StepStatus, Verdict
from orchestrator.core.run_report import RunFacts
from tests.report.samples import EMPTY, record, run

BASIS = (("code app", "1"), ("record:sample.fed.dev", "x"), ("template of compute", "2"))
BROKEN = History(
    run=run(record("a", StepStatus.RUNNING), verdict=Verdict.INTERRUPTED), facts=RunFacts(simulated=""), basis=BASIS
)
PLAN = replace(EMPTY, basis=BASIS, release=BROKEN.run.release)


def resume(told: History, application: str = "sample", environment: str = "production", simulated: str = "") -> None:
    check_resumable(told, application=application, environment=environment, simulated=simulated)


@pytest.mark.parametrize("verdict", [Verdict.INTERRUPTED, Verdict.FAILED])
def test_a_deployment_that_did_not_succeed_goes_on(verdict: Verdict) -> None:
    resume(replace(BROKEN, run=replace(BROKEN.run, verdict=verdict)))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (replace(BROKEN.run, verdict=Verdict.SUCCEEDED), "it has ended: succeeded"),
        (replace(BROKEN.run, verdict=Verdict.NOTHING_TO_DO), "it has ended: nothing-to-do"),
        (replace(BROKEN.run, verb="drill"), "it was a drill"),
        (replace(BROKEN.run, application=""), "its journal tells no plan"),
        (replace(BROKEN.run, application="other"), "it deployed other production, not sample production"),
        (replace(BROKEN.run, environment="staging"), "it deployed sample staging, not sample production"),
    ],
)
def test_another_run_does_not_and_the_reason_names_it(told, said: str) -> None:
    with pytest.raises(Refused, match=f"run {BROKEN.run.id}: {said}"):
        resume(replace(BROKEN, run=told))


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        ("", "the embedded AWS", "it ran on AWS, not on the embedded AWS"),
        ("the embedded AWS", "", "it ran on the embedded AWS, not on AWS"),
    ],
)
def test_a_run_on_another_aws_does_not_go_on_here(then: str, now: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        resume(replace(BROKEN, facts=RunFacts(simulated=then)), simulated=now)


def test_what_was_observed_may_have_moved() -> None:
    check_inputs(BROKEN, replace(PLAN, basis=(BASIS[0], BASIS[2], ("record:other", "y"))))


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (replace(PLAN, basis=(("code app", "9"), BASIS[2])), "code app: is not as it was"),
        (replace(PLAN, basis=(BASIS[0],)), "template of compute: is gone"),
        (replace(PLAN, basis=(*BASIS, ("code layer", "3"))), "code layer: is new"),
        (replace(PLAN, release="other"), f"release: {BROKEN.run.release} then, other now"),
    ],
)
def test_other_inputs_are_refused_by_name_with_the_command_to_use(now, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        check_inputs(BROKEN, now)

    assert "orchestrator deploy begins a new run" in refused.value.fix
