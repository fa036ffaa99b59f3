"""`rehearse`: the whole story on an embedded AWS of its own: release, second release, outage, failover, failback."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol, assert_never

from orchestrator.app.container_programs import ensure_played
from orchestrator.app.deployment import undertake
from orchestrator.app.drilling import drill
from orchestrator.app.inputs import Synthesis
from orchestrator.app.reporting import run_report
from orchestrator.app.settings import Settings, Workspace, open_configuration
from orchestrator.app.switching import switch
from orchestrator.app.users import MOST_HOSTS, served_hosts
from orchestrator.core.drill import DrillMode, DrillWish
from orchestrator.core.errors import Interrupted, OrchestratorError, Refused, UsageError
from orchestrator.core.plan import Plan
from orchestrator.core.rehearsal import Rehearsal, Stage, StageResult
from orchestrator.core.run import Event, Run, Verdict
from orchestrator.core.topology import Topology

Tell = Callable[[Event], None]
_MARKER = "REHEARSAL.txt"
_AGAIN_S = 0.5
_SERVED_S = 30.0
"""How long the first release may take to be found by its shared names."""


class Audience(Protocol):
    """Whoever follows a rehearsal."""

    def begins(self, stage: Stage) -> None:
        """A stage begins: its plan is being made."""
        ...

    def carrying_out(self, plan: Plan) -> AbstractContextManager[Tell]:
        """Around the run of a stage; its events are told to what this gives."""
        ...

    def ended(self, result: StageResult) -> None:
        """A stage has ended, well or not."""
        ...


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
        loaded, environment = open_configuration(settings)
        self._topology: Topology = loaded.topology
        if not loaded.topology.traffic.rate_per_s:
            fix = "give traffic.rate a number of requests a second"
            raise UsageError("a rehearsal is judged by what users meet", where=f"{settings.config}: traffic", fix=fix)
        self._loaded, self._environment = loaded, environment
        self._named = settings.local_dir
        """Where users name programs for containers: for the embedded AWS that they start themselves."""
        self._settings = replace(
            settings,
            local=True,
            state_dir=settings.state_dir / "rehearsal",
            journals=settings.runs_dir,
            brought_gates=False,
        )
        self._factor, self._hold_s = clock_factor, hold_s
        self._closing = ExitStack()

    def __enter__(self) -> Rehearsing:
        """Raises Refused when another rehearsal runs in this folder, or nothing would answer for containers;
        ConfigurationError, UsageError; OrchestratorError when it cannot be started.
        """
        from orchestrator import local

        folder, named = self._settings.local_dir, self._named
        _, compute = Synthesis(self._loaded, self._environment, local.HOME_ACCOUNT).without_code()
        ensure_played(compute.body, named)
        with ExitStack() as closing:
            closing.enter_context(_alone(self._settings.state_dir))
            running = local.up(folder, clock_factor=self._factor)
            if running.already_running:
                raise Refused(
                    "a rehearsal was killed in this folder and left its embedded AWS behind",
                    where=f"{folder} (pid {running.pid})",
                    fix=f"end it: orchestrator --state-dir {self._settings.state_dir} local down",
                )
            closing.callback(local.down, folder)
            local.invent_units(running, self._environment.organizational_units)
            local.take_along(named, folder)
            self._closing = closing.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def play(self, audience: Audience) -> Rehearsal:
        """Every stage in turn until a run fails: the next needs what it makes. A failure is a verdict, no exception."""
        results: list[StageResult] = []
        for stage in Stage:
            try:
                result = self._played(stage, audience)
            except (KeyboardInterrupt, Interrupted):
                return Rehearsal(tuple(results), f"{stage.value}: interrupted", interrupted=True)
            except OrchestratorError as error:
                return Rehearsal(tuple(results), f"{stage.value}: {error}")
            results.append(result)
            audience.ended(result)
            if result.report.run.verdict is not Verdict.SUCCEEDED:
                break
        return Rehearsal(tuple(results))

    def _played(self, stage: Stage, audience: Audience) -> StageResult:
        began = time.monotonic()
        audience.begins(stage)
        undertaking = self._undertaking(stage)
        plan = undertaking.plan()
        with audience.carrying_out(plan) as tell:
            run = undertaking.carry_out(plan, on_event=tell)
        return StageResult(stage, run_report(self._settings, run.id), time.monotonic() - began)

    def _undertaking(self, stage: Stage) -> Undertaking:
        settings, primary = self._settings, self._topology.primary.name
        match stage:
            case Stage.BOOTSTRAP:
                return undertake(settings, verb="bootstrap")
            case Stage.DEPLOY:
                return undertake(settings, verb="deploy")
            case Stage.RELEASE:
                release = undertake(replace(settings, also_packaged=(self._marker(),)), verb="deploy")
                _await_users(release.workspace)
                return release
            case Stage.DRILL:
                return drill(settings, DrillWish(region=primary, mode=DrillMode.OUTAGE, hold_s=self._hold_s))
            case Stage.FAILOVER:
                return switch(settings, verb="failover", region=primary, users_first=True)
            case Stage.FAILBACK:
                return switch(settings, verb="failback", region=primary, users_first=True)
            case _:
                assert_never(stage)

    def _marker(self) -> Path:
        """A file more in the package makes another release of the same code."""
        marker = self._settings.state_dir / _MARKER
        marker.write_text("A rehearsal packs this file to make another release of the same code.\n")
        return marker


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One rehearsal in a folder at a time. Raises Refused."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "rehearsal.lock").open("w")
    except OSError as error:
        what = f"the folder of rehearsals cannot be used: {error.strerror or type(error).__name__}"
        raise Refused(what, where=str(folder), fix="fix its permissions, or choose another with --state-dir") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            fix = "wait for it to end, or rehearse in another folder: --state-dir DIR"
            raise Refused("a rehearsal runs in this folder", where=str(folder), fix=fix) from error
        yield


def _await_users(workspace: Workspace) -> None:
    """Users must be there before a release can be said to have lost none of their requests."""
    hosts = {workspace.environment.host_for(account) for account in workspace.accounts}
    deadline = time.monotonic() + _SERVED_S
    while workspace.topology.traffic.rate_per_s and time.monotonic() < deadline:
        served = served_hosts(workspace.ports, workspace.topology, workspace.environment, workspace.accounts)
        if len(served) == min(len(hosts), MOST_HOSTS):
            return
        workspace.ports.clock.sleep(_AGAIN_S)


def rehearsing(settings: Settings, *, clock_factor: float, hold_s: int) -> Rehearsing:
    """A rehearsal to be entered. Raises ConfigurationError, UsageError."""
    return Rehearsing(settings, clock_factor=clock_factor, hold_s=hold_s)
