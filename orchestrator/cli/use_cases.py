"""What the command line asks of the application, and where it comes from when nobody gives another one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import argparse
    from contextlib import AbstractContextManager

    from orchestrator.app import Settings
    from orchestrator.core.drill import DrillWish
    from orchestrator.core.plan import Plan
    from orchestrator.core.rehearsal import Rehearsal, Stage, StageResult
    from orchestrator.core.run import Event, Run
    from orchestrator.core.run_report import KeptRun, RunReport
    from orchestrator.core.simulated import DeploySimulation
    from orchestrator.core.status import Status
    from orchestrator.core.validation import Validation
    from orchestrator.synth import SynthesizedTemplate

ChangingVerb = Literal["deploy", "bootstrap", "destroy"]
SwitchVerb = Literal["failover", "failback"]


class Undertaking(Protocol):
    """One verb on one environment."""

    def clear(self) -> None:
        """Raises Refused while another run changes this environment and the verb must not."""
        ...

    def plan(self) -> Plan:
        """What the verb would do now."""
        ...

    def carry_out(self, plan: Plan, *, on_event: Callable[[Event], None]) -> Run:
        """Do it. A failed step is a verdict, not an exception."""
        ...


class Resumable(Undertaking, Protocol):
    """An undertaking that may go on with an earlier run."""

    @property
    def before(self) -> Run | None:
        """What that run had come to; None for a new one."""
        ...


class DrillUndertaking(Undertaking, Protocol):
    """A drill, which is measured."""

    def report(self) -> RunReport | None:
        """What the drill came to; None when nothing was drilled."""
        ...


class Audience(Protocol):
    """Whoever follows a rehearsal."""

    def begins(self, stage: Stage) -> None:
        """A stage begins: its plan is being made."""
        ...

    def carrying_out(self, plan: Plan) -> AbstractContextManager[Callable[[Event], None]]:
        """Around the run of a stage; its events are told to what this gives."""
        ...

    def ended(self, result: StageResult) -> None:
        """A stage has ended, well or not."""
        ...


class Rehearsing(Protocol):
    """A rehearsal on an embedded AWS of its own."""

    def play(self, audience: Audience) -> Rehearsal:
        """Every stage in turn until one fails."""
        ...


class UseCases(Protocol):
    """The functions of orchestrator.app; their documentation is there."""

    def undertake(
        self, settings: Settings, *, verb: ChangingVerb, artifacts: bool = False, resume: str = "", release: str = ""
    ) -> Resumable:
        """Inputs for planning and carrying out. `resume`: the deployment that goes on; `release`: an earlier one."""
        ...

    def switch(
        self,
        settings: Settings,
        *,
        verb: SwitchVerb,
        region: str,
        force: bool = False,
        patience_s: float | None = None,
    ) -> Undertaking:
        """A region to take out of service or to put back."""
        ...

    def drill(self, settings: Settings, wish: DrillWish) -> DrillUndertaking:
        """A region to take out on purpose."""
        ...

    def tabletop_drill(self, settings: Settings, wish: DrillWish, *, seed: int = 0) -> DrillUndertaking:
        """A drill in a simulation."""
        ...

    def simulate_deploy(self, settings: Settings, *, seed: int = 0) -> DeploySimulation:
        """A deployment and a release in a simulation."""
        ...

    def rehearsing(self, settings: Settings, *, clock_factor: float, hold_s: int) -> AbstractContextManager[Rehearsing]:
        """A rehearsal, within which its embedded AWS runs."""
        ...

    def ensure_allowed(self, plan: Plan) -> None:
        """Raises Refused with every finding that forbids the plan."""
        ...

    def check_saved(self, saved: str | Iterable[str], plan: Plan) -> None:
        """`saved` is the text or its pieces. Raises StalePlan naming what moved."""
        ...

    def nothing_to_do(self, plan: Plan, at: datetime) -> Run:
        """The run of an empty plan."""
        ...

    def status(self, settings: Settings) -> Status:
        """Every region as it is now."""
        ...

    def run_report(self, settings: Settings, run: str, *, remote: bool = False) -> RunReport:
        """A finished run, read from its journal here or in the artifact buckets."""
        ...

    def kept_runs(self, settings: Settings, *, remote: bool = False) -> tuple[tuple[KeptRun, ...], int]:
        """The newest kept runs, and how many older ones there are."""
        ...

    def validate(self, settings: Settings) -> Validation:
        """Findings of configuration and templates, and the proof of failover."""
        ...

    def synthesize(self, settings: Settings) -> tuple[SynthesizedTemplate, ...]:
        """The templates."""
        ...


class Verb(Protocol):
    """What each file of orchestrator.cli.verbs offers."""

    DESCRIPTION: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The verb's own options."""
        ...

    def run(self, options: argparse.Namespace, app: UseCases | None) -> int:
        """Carry it out with these use cases (None: the application's own); the exit code."""
        ...


def use_cases(given: UseCases | None) -> UseCases:
    """`given`, or the application itself: loaded here, because it is heavy and half of the verbs do without."""
    if given is not None:
        return given
    from orchestrator import app

    return app
