"""What a rehearsal came to: its stages in order, and one verdict over them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from orchestrator.core.drill import DrillVerdict
from orchestrator.core.run import Verdict
from orchestrator.core.run_report import RunReport


class Stage(Enum):
    """The stages, in order; the value is what people read."""

    BOOTSTRAP = "bootstrap"
    DEPLOY = "first release"
    RELEASE = "second release, under traffic"
    DRILL = "outage drill of the primary"
    FAILOVER = "failover from the primary"
    FAILBACK = "failback to the primary"


SCALED = frozenset({Stage.DRILL, Stage.FAILOVER, Stage.FAILBACK})
"""Stages whose runs keep the time of the embedded Route 53, which runs faster than the clock on the wall."""


@dataclass(frozen=True, slots=True)
class StageResult:
    """One stage that was carried out. `seconds` by the clock on the wall."""

    stage: Stage
    report: RunReport
    seconds: float

    @property
    def fault(self) -> str:
        """Why the rehearsal cannot pass with it, "" when it can."""
        run, traffic = self.report.run, self.report.traffic
        if run.verdict is Verdict.INTERRUPTED:
            return f"{self.stage.value}: interrupted"
        if self.report.verdict not in (None, DrillVerdict.PASSED):
            return f"{self.stage.value}: {self.report.why}"
        if run.verdict is Verdict.FAILED:
            return f"{self.stage.value}: " + "; ".join(f"{step.id}: {step.reason}" for step in run.failed)
        if self.stage is Stage.RELEASE and traffic is None:
            return f"{self.stage.value}: nobody called, so nothing was proven"
        if self.stage is Stage.RELEASE and traffic is not None and traffic.failed:
            return f"{self.stage.value}: {traffic.failed} of {traffic.requests} requests failed"
        return ""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The stages that were carried out. `trouble`: what ended it before its last stage, "" for nothing.

    `interrupted`: somebody asked it to end while no stage ran.
    """

    stages: tuple[StageResult, ...]
    trouble: str = ""
    interrupted: bool = False

    @property
    def verdict(self) -> DrillVerdict:
        """PASSED only with every stage done and none at fault."""
        if self.interrupted or any(one.report.run.verdict is Verdict.INTERRUPTED for one in self.stages):
            return DrillVerdict.ABORTED
        done = len(self.stages) == len(Stage)
        faultless = not self.trouble and not any(one.fault for one in self.stages)
        return DrillVerdict.PASSED if done and faultless else DrillVerdict.FAILED

    @property
    def why(self) -> str:
        """The verdict in a sentence."""
        faults = [self.trouble, *(one.fault for one in self.stages)]
        told = "; ".join(fault for fault in faults if fault)
        if told:
            return told
        release = next((one.report.traffic for one in self.stages if one.stage is Stage.RELEASE), None)
        drill = self.drill
        lost = f"a release lost none of {release.requests} requests; " if release else ""
        return f"{lost}in the drill {drill.why}" if drill else f"{lost}not every stage was reached"

    @property
    def broken_off(self) -> Stage | None:
        """The stage that began and left no run behind, None when there is none."""
        return self.unreached[0] if self.trouble and self.unreached else None

    @property
    def unreached(self) -> tuple[Stage, ...]:
        """The stages that no run was carried out for, in order."""
        done = {one.stage for one in self.stages}
        return tuple(stage for stage in Stage if stage not in done)

    @property
    def drill(self) -> RunReport | None:
        """The report of the drill, None when it was not reached."""
        return next((one.report for one in self.stages if one.stage is Stage.DRILL), None)

    @property
    def reports(self) -> tuple[RunReport, ...]:
        """The stages' reports, in order."""
        return tuple(one.report for one in self.stages)
