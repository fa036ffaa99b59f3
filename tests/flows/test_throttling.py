"""Bursts of throttling on the virtual clock: under five minutes of it nothing fails, and afterwards nothing is lost."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

import pytest

from orchestrator.clock import SystemClock
from orchestrator.core.errors import AwsError, Throttled, Unreachable
from orchestrator.core.run import StepStatus, Verdict
from orchestrator.observe import observe
from tests.flows.stage import Stage, reasons
from tests.flows.test_faults import MUTATING
from tests.sample_world import Sample, topology

BURST_S = 290.0


class Burst(list[AwsError]):
    """What `refuse` holds for a call: an error for each, from the first of them on and for so many virtual seconds."""

    def __init__(self, stage: Stage, seconds: float, retry_after_s: float | None = None) -> None:
        super().__init__()
        self.asked: list[float] = []
        self._clock, self._seconds, self._retry_after_s = stage.aws.ports.clock, seconds, retry_after_s

    def __bool__(self) -> bool:
        now = self._clock.monotonic()
        self.asked.append(now)
        return now - self.asked[0] < self._seconds

    def pop(self, index: object = -1) -> AwsError:
        return Throttled("Rate exceeded", where="AWS", code="Throttling", retry_after_s=self._retry_after_s)


def throttled(stage: Stage, call: str, seconds: float, retry_after_s: float | None = None) -> Burst:
    burst = Burst(stage, seconds, retry_after_s)
    stage.aws.faults.refuse[call] = burst
    return burst


@pytest.mark.parametrize("call", [name for name in MUTATING if name != "Stacks.put"])
def test_under_five_minutes_of_throttling_no_step_fails(call: str) -> None:
    stage = Stage(Sample(topology()))
    assert stage.do("bootstrap").verdict is Verdict.SUCCEEDED

    burst = throttled(stage, call, BURST_S)
    run = stage.do("deploy")

    assert run.verdict is Verdict.SUCCEEDED, reasons(run)
    assert stage.plan().is_empty
    assert call == "Buckets.replicate" or len(burst.asked) > 10


def test_a_burst_that_outlasts_a_step_fails_it_and_the_same_command_goes_on() -> None:
    stage = Stage(Sample(topology()))
    assert stage.do("bootstrap").verdict is Verdict.SUCCEEDED

    throttled(stage, "Dns.create_health_check", 3600)
    failed = stage.do("deploy")
    stage.aws.faults.refuse.clear()
    again = stage.do("deploy")

    throttled_for = [step.reason for step in failed.steps if step.status is StepStatus.FAILED]
    assert throttled_for
    assert all("not done within 300 s" in reason and "Rate exceeded" in reason for reason in throttled_for)
    assert again.verdict is Verdict.SUCCEEDED, reasons(again)
    assert stage.plan().is_empty


def test_nobody_is_asked_before_the_time_that_aws_names() -> None:
    stage = Stage(Sample(topology()))
    assert stage.do("bootstrap").verdict is Verdict.SUCCEEDED

    burst = throttled(stage, "StackSets.create", 100, retry_after_s=30.0)
    assert stage.do("deploy").verdict is Verdict.SUCCEEDED

    pauses = [after - before for before, after in zip(burst.asked, burst.asked[1:], strict=False)]
    assert len(burst.asked) > 3
    assert min(pause for pause in pauses if pause > 0) > 29.9


@pytest.mark.parametrize("question", ["Dns.zone", "StackSets.describe"])
def test_a_look_at_the_world_outlasts_a_burst_when_it_is_patient(question: str) -> None:
    stage = Stage(Sample(topology())).deployed()

    throttled(stage, question, 200)
    impatient = stage.observe()
    burst = throttled(stage, question, 200)
    patient = stage.observe(patience_s=300.0)

    assert impatient.silent != ()
    assert patient.silent == ()
    assert len(burst.asked) > 5


def test_a_silent_region_is_not_waited_for_like_a_throttled_one() -> None:
    stage = Stage(Sample(topology())).deployed()
    stage.aws.faults.refuse["Dns.zone"] = [Unreachable("no answer in time")]
    began = stage.aws.ports.clock.monotonic()

    seen = stage.observe(patience_s=300.0)

    assert [one.what for one in seen.silent] == ["hosted zone"]
    assert stage.aws.ports.clock.monotonic() - began < 300


class Counting:
    """A clock of which one second takes a twentieth."""

    def __init__(self) -> None:
        self.slept = 0

    def now(self) -> datetime:
        return SystemClock().now()

    def monotonic(self) -> float:
        return float(self.slept)

    def sleep(self, seconds: float) -> None:
        time.sleep(0.05)
        self.slept += 1


def test_a_look_that_ends_with_an_error_does_not_wait_for_what_is_throttled() -> None:
    stage, clock = Stage(Sample(topology())).deployed(), Counting()
    throttled(stage, "Dns.zone", 10**6)
    stage.aws.faults.refuse["StackSets.describe"] = [AwsError("no credentials") for _ in range(3)]
    question = replace(stage.question(), patience_s=300.0)

    with pytest.raises(AwsError, match="no credentials"):
        observe(replace(stage.aws.ports, clock=clock), question)

    assert clock.slept < 250
