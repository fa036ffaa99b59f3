"""The use cases without AWS: what they answer is given, what was carried out is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from orchestrator.core.errors import LockHeld, Refused, StalePlan
from orchestrator.core.plan import Finding, Plan, Severity
from orchestrator.core.rehearsal import Rehearsal
from orchestrator.core.run import Event, EventKind, Run, StepStatus, Verdict
from orchestrator.core.run_report import RunReport
from orchestrator.core.simulated import DeploySimulation
from orchestrator.core.status import Status
from orchestrator.core.validation import Validation
from tests.report import samples, simulations

if TYPE_CHECKING:
    from orchestrator.app import Settings
    from orchestrator.cli.use_cases import Audience, ChangingVerb, SwitchVerb
    from orchestrator.core.drill import DrillWish
    from orchestrator.core.run_report import RunReport
    from orchestrator.synth import SynthesizedTemplate

REVIEWED = "the reviewed plan"
EVENTS = (
    samples.event(EventKind.RUN_STARTED, detail="deploy"),
    samples.event(EventKind.STEP_STARTED, "upload:app", "the code changed"),
    samples.event(EventKind.STEP_SUCCEEDED, "upload:app", "version 1"),
    samples.event(EventKind.RUN_ENDED, detail="succeeded"),
)
Tell = Callable[[Event], None]


def carry_on(tell: Tell) -> Verdict:
    """All events at once."""
    for event in EVENTS:
        tell(event)
    return Verdict.SUCCEEDED


@dataclass
class FakeApp:
    """An object with the functions of orchestrator.app. `trouble` is raised by the first thing that is asked.

    `looks` answers the first `status`, the second, and so on.
    """

    planned: Plan = samples.UPDATE
    play: Callable[[Tell], Verdict] = carry_on
    found: tuple[Finding, ...] = ()
    unproven: tuple[Finding, ...] = ()
    trouble: BaseException | None = None
    looks: Callable[[int], Status] = lambda number: samples.status()
    seen: list[Settings] = field(default_factory=list)
    carried_out: list[str] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    patience_s: float | None = None
    measured: RunReport | None = None
    wish: DrillWish | None = None
    rehearsal: Rehearsal = field(default_factory=lambda: Rehearsal(()))
    rehearsed: list[str] = field(default_factory=list)
    simulation: DeploySimulation = simulations.WELL
    drilled: RunReport | None = None
    wishes: list[tuple[DrillWish, int]] = field(default_factory=list)
    held: LockHeld | None = None

    def undertake(
        self, settings: Settings, *, verb: ChangingVerb, artifacts: bool = False, resume: str = "", release: str = ""
    ) -> FakeUndertaking:
        self._look(settings)
        self.released += [release] if release else []
        self.resumed += [resume] if resume else []
        before = samples.run(verdict=Verdict.INTERRUPTED) if resume else None
        return FakeUndertaking(self, replace(self.planned, verb=verb), before)

    def switch(
        self,
        settings: Settings,
        *,
        verb: SwitchVerb,
        region: str,
        force: bool = False,
        patience_s: float | None = None,
    ) -> FakeUndertaking:
        self._look(settings)
        self.patience_s = patience_s
        return FakeUndertaking(self, replace(self.planned, verb=verb))

    def drill(self, settings: Settings, wish: DrillWish) -> FakeDrill:
        self._look(settings)
        self.wish = wish
        return FakeDrill(self, replace(self.planned, verb="drill"))

    @contextmanager
    def rehearsing(self, settings: Settings, *, clock_factor: float, hold_s: int) -> Iterator[FakeRehearsing]:
        self._look(settings)
        self.rehearsed.append(f"factor {clock_factor:g}, hold {hold_s}")
        try:
            yield FakeRehearsing(self)
        finally:
            self.rehearsed.append("put away")

    def simulate_deploy(self, settings: Settings, *, seed: int = 0) -> DeploySimulation:
        self._look(settings)
        return replace(self.simulation, seed=seed)

    def tabletop_drill(self, settings: Settings, wish: DrillWish, *, seed: int = 0) -> FakeUndertaking:
        self._look(settings)
        self.wishes.append((wish, seed))
        return FakeUndertaking(self, replace(self.planned, verb="drill"))

    def ensure_allowed(self, plan: Plan) -> None:
        for finding in plan.findings:
            if finding.severity is Severity.ERROR:
                raise Refused(finding.message, where=finding.where, fix=finding.fix)

    def check_saved(self, saved: str | Iterable[str], plan: Plan) -> None:
        if "".join(saved) != REVIEWED:
            raise StalePlan("the plan is stale:\n  code app", fix="plan again")

    def nothing_to_do(self, plan: Plan, at: datetime) -> Run:
        return replace(samples.run(verdict=Verdict.NOTHING_TO_DO), id="", started_at=at, ended_at=at)

    def status(self, settings: Settings) -> Status:
        self._look(settings)
        return self.looks(len(self.seen))

    def validate(self, settings: Settings) -> Validation:
        self._look(settings)
        return Validation(self.found, self.unproven)

    def synthesize(self, settings: Settings) -> tuple[SynthesizedTemplate, ...]:
        self._look(settings)
        return ()

    def _look(self, settings: Settings) -> None:
        self.seen.append(settings)
        if self.trouble is not None:
            raise self.trouble


@dataclass
class FakeRehearsing:
    """A rehearsal whose stages are those of its app's `rehearsal`, each played by its app's `play`."""

    app: FakeApp

    def play(self, audience: Audience) -> Rehearsal:
        for result in self.app.rehearsal.stages:
            audience.begins(result.stage)
            with audience.carrying_out(samples.UPDATE) as tell:
                self.app.play(tell)
            audience.ended(result)
        return self.app.rehearsal


@dataclass
class FakeUndertaking:
    """One verb of a FakeApp."""

    app: FakeApp
    planned: Plan
    before: Run | None = None

    def clear(self) -> None:
        if self.app.held is not None:
            raise self.app.held

    def plan(self) -> Plan:
        return self.planned

    def report(self) -> RunReport | None:
        return self.app.drilled

    def carry_out(self, plan: Plan, *, on_event: Tell) -> Run:
        self.app.carried_out.append(plan.verb)
        verdict = self.app.play(on_event)
        outcome = StepStatus.FAILED if verdict is Verdict.FAILED else StepStatus.SUCCEEDED
        record = samples.record("upload:app", outcome, 2.0, "AWS said no" if verdict is Verdict.FAILED else "version 1")
        return samples.run(record, verdict=verdict, verb=plan.verb)


class FakeDrill(FakeUndertaking):
    """The drill of a FakeApp: `measured` is what it came to."""

    def report(self) -> RunReport | None:
        return self.app.measured
