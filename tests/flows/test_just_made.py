"""What was made a moment ago and is not seen everywhere yet: waited for by error code, up to a bound, made once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pytest

from orchestrator.core.errors import NotFound
from orchestrator.core.just_made import UNSEEN_S
from orchestrator.core.run import StepRecord, Verdict
from orchestrator.simulation import Call
from tests.flows.stage import Stage, reasons
from tests.sample_world import Sample, topology

WINDOWS = (
    ("StackSets.create", "StackSets.create_instances", "StackSetNotFoundException"),
    ("StackSets.create_instances", "StackSets.operation", "OperationNotFoundException"),
    ("StackSets.create_instances", "StackSets.instances", "StackInstanceNotFoundException"),
    ("StackSets.create_instances", "Buckets.replicate", "NoSuchBucket"),
    ("StackSets.create_instances", "Buckets.put", "NoSuchBucket"),
    ("StackSets.create_instances", "Releases.put", "NoSuchBucket"),
    ("Dns.create_health_check", "Dns.create_health_check", "NoSuchHealthCheck"),
    # After the gates: records of certificates, which come before, carry no check.
    ("Probe.get", "Dns.change", "NoSuchHealthCheck"),
    ("Dns.change", "Dns.in_sync", "NoSuchChange"),
)
"""After which call something is there, who does not see it at once, and in which words."""


@dataclass
class Unseen:
    """The first question after something was made meets "not found", and so does every other for so many seconds."""

    stage: Stage
    made: str
    asked: str
    code: str
    for_s: float
    hidden: int = 0
    _there: bool = False
    _since: float | None = field(default=None)

    def __post_init__(self) -> None:
        self.stage.aws.gate.before, self.stage.aws.gate.after = self.before, self.after

    def before(self, call: Call) -> None:
        if call.name != self.asked or not self._there:
            return
        now = self.stage.aws.clock.monotonic()
        self._since = now if self._since is None else self._since
        if now - self._since < self.for_s:
            self.hidden += 1
            raise NotFound("it does not exist", where=call.name, code=self.code)

    def after(self, call: Call) -> None:
        self._there = self._there or call.name == self.made


def made(stage: Stage) -> Counter[tuple[str, str]]:
    return Counter((one.name, one.subject.partition("/")[0]) for one in stage.aws.gate.effects)


@pytest.fixture(scope="module")
def undisturbed() -> Counter[tuple[str, str]]:
    return made(Stage(Sample(topology())).deployed())


@pytest.mark.parametrize("for_s", [1, 5, 15, 30])
@pytest.mark.parametrize(("maker", "asked", "code"), WINDOWS, ids=[f"{asked} {code}" for _, asked, code in WINDOWS])
def test_what_is_seen_up_to_thirty_seconds_late_is_waited_for_and_made_once(maker, asked, code, for_s, undisturbed):
    stage = Stage(Sample(topology()))
    unseen = Unseen(stage, maker, asked, code, for_s)

    stage.deployed()

    assert unseen.hidden > 0
    assert made(stage) == undisturbed
    assert stage.plan().is_empty


def failed_step(stage: Stage) -> StepRecord:
    for verb in ("bootstrap", "deploy"):
        run = stage.do(verb)
        if run.verdict is not Verdict.SUCCEEDED:
            return run.failed[0]
    raise AssertionError("nothing failed")


@pytest.mark.parametrize(("maker", "asked", "code"), WINDOWS, ids=[f"{asked} {code}" for _, asked, code in WINDOWS])
def test_what_is_never_seen_fails_its_step_after_the_bound_and_the_same_command_goes_on(maker, asked, code):
    stage = Stage(Sample(topology()))
    unseen = Unseen(stage, maker, asked, code, 1e9)

    failed = failed_step(stage)
    unseen.for_s = 0
    runs = [stage.do(verb) for verb in ("bootstrap", "deploy")]
    well = {Verdict.SUCCEEDED, Verdict.NOTHING_TO_DO}

    assert "it does not exist" in failed.reason
    assert {run.verdict for run in runs} <= well, [reasons(run) for run in runs]
    assert stage.plan().is_empty


@pytest.mark.parametrize(("maker", "asked"), [(maker, asked) for maker, asked, _ in WINDOWS[:1] + WINDOWS[3:]])
def test_any_other_error_code_fails_at_once(maker, asked):
    stage = Stage(Sample(topology()))
    unseen = Unseen(stage, maker, asked, "NoSuchHostedZone", UNSEEN_S / 2)

    failed = failed_step(stage)

    assert unseen.hidden > 0
    assert "it does not exist" in failed.reason
    assert (failed.ended_at - failed.started_at).total_seconds() < 5
