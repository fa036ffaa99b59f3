"""`rehearse`: the whole story on an embedded AWS of its own: release, second release, outage, failover, failback."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Protocol, assert_never

from orchestrator.app.deployment import undertake
from orchestrator.app.drilling import drill
from orchestrator.app.reporting import run_report
from orchestrator.app.settings import Settings, open_configuration
from orchestrator.app.switching import switch
from orchestrator.core.drill import DrillMode, DrillWish
from orchestrator.core.errors import Interrupted, OrchestratorError, Refused
from orchestrator.core.plan import Plan
from orchestrator.core.rehearsal import Rehearsal, Stage, StageResult
from orchestrator.core.run import Event, Run, Verdict
from orchestrator.core.topology import Topology

Tell = Callable[[Event], None]
OnStage = Callable[[Stage, Plan], AbstractContextManager[Tell]]
"""Called before each stage with its plan; within, events are told to what it gives."""

_MARKER = "REHEARSAL.txt"


class Undertaking(Protocol):
    """One verb on one environment."""

    def plan(self) -> Plan:
        """What the verb would do now."""
        ...

    def carry_out(self, plan: Plan, *, on_event: Tell) -> Run:
        """Do it."""
        ...


class Rehearsing:
    """One rehearsal: a context manager around its embedded AWS, which ends with it."""

    def __init__(self, settings: Settings, *, clock_factor: float, hold_s: int) -> None:
        """Raises ConfigurationError, UsageError."""
        loaded, _ = open_configuration(settings)
        self._topology: Topology = loaded.topology
        self._settings = replace(
            settings, local=True, state_dir=settings.state_dir / "rehearsal", journals=settings.runs_dir
        )
        self._factor, self._hold_s = clock_factor, hold_s
        self._closing = ExitStack()

    def __enter__(self) -> Rehearsing:
        """Raises Refused when another rehearsal runs in this folder, OrchestratorError when it cannot be started."""
        from orchestrator import local

        folder = self._settings.local_dir
        running = local.up(folder, clock_factor=self._factor)
        if running.already_running:
            raise Refused(
                "a rehearsal runs in this folder, or was killed",
                where=f"{folder} (pid {running.pid})",
                fix=f"wait for it, or end it: orchestrator --state-dir {self._settings.state_dir} local down",
            )
        self._closing.callback(local.down, folder)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def play(self, on_stage: OnStage) -> Rehearsal:
        """Every stage in turn until one fails. A failed stage is a verdict, not an exception."""
        results: list[StageResult] = []
        for stage in Stage:
            began = time.monotonic()
            try:
                run = self._carried_out(stage, on_stage)
            except (KeyboardInterrupt, Interrupted):
                return Rehearsal(tuple(results), f"{stage.value}: interrupted")
            except OrchestratorError as error:
                return Rehearsal(tuple(results), f"{stage.value}: {error}")
            report = run_report(self._settings, run.id)
            results.append(StageResult(stage, report, time.monotonic() - began))
            if run.verdict is not Verdict.SUCCEEDED:
                break
        return Rehearsal(tuple(results))

    def _carried_out(self, stage: Stage, on_stage: OnStage) -> Run:
        undertaking = self._undertaking(stage)
        plan = undertaking.plan()
        with on_stage(stage, plan) as tell:
            return undertaking.carry_out(plan, on_event=tell)

    def _undertaking(self, stage: Stage) -> Undertaking:
        settings, primary = self._settings, self._topology.primary.name
        match stage:
            case Stage.BOOTSTRAP:
                return undertake(settings, verb="bootstrap")
            case Stage.DEPLOY:
                return undertake(settings, verb="deploy")
            case Stage.RELEASE:
                return undertake(replace(settings, also_packaged=(self._marker(),)), verb="deploy")
            case Stage.DRILL:
                return drill(settings, DrillWish(region=primary, mode=DrillMode.OUTAGE, hold_s=self._hold_s))
            case Stage.FAILOVER:
                return switch(settings, verb="failover", region=primary)
            case Stage.FAILBACK:
                return switch(settings, verb="failback", region=primary)
            case _:
                assert_never(stage)

    def _marker(self) -> Path:
        """A file more in the package makes another release of the same code."""
        marker = self._settings.state_dir / _MARKER
        marker.write_text("A rehearsal packs this file to make another release of the same code.\n")
        return marker


def rehearsing(settings: Settings, *, clock_factor: float, hold_s: int) -> Rehearsing:
    """A rehearsal to be entered. Raises ConfigurationError, UsageError."""
    return Rehearsing(settings, clock_factor=clock_factor, hold_s=hold_s)
