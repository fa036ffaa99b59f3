"""Drills: look at everything, plan, carry out on record, measure, note the result for later drills."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from orchestrator.app.allowance import ensure_allowed
from orchestrator.app.inspection import look
from orchestrator.app.locking import RunLock, lock_of, owner_of
from orchestrator.app.recording import Recording, new_run, who
from orchestrator.app.run_facts import facts_of_run
from orchestrator.app.settings import Settings, Workspace, check_region, open_configuration, open_workspace
from orchestrator.app.users import callers
from orchestrator.clock import SystemClock
from orchestrator.core.drill import DrillMode, DrillRecord, DrillWish
from orchestrator.core.errors import AwsError
from orchestrator.core.history import history
from orchestrator.core.levers import LeverKind, lever_of
from orchestrator.core.measure import drill_record, measure_history
from orchestrator.core.overview import Overview
from orchestrator.core.plan import Plan
from orchestrator.core.planning.drill import plan_drill, plan_put_back
from orchestrator.core.planning.drill_request import DrillRequest
from orchestrator.core.region_checks import RegionChecks
from orchestrator.core.run import Event, Run
from orchestrator.core.run_report import RunReport
from orchestrator.executor import Guard, Unguarded, execute

if TYPE_CHECKING:
    from orchestrator.app.recording import Callers
    from orchestrator.app.tabletop import TabletopStage
    from orchestrator.config import Loaded
    from orchestrator.core.topology import Environment


_TREND = 10
"""Earlier drills that a report shows."""


class Drill:
    """One drill of one region: an Undertaking whose run is measured."""

    def __init__(self, workspace: Workspace, wish: DrillWish, stage: TabletopStage | None = None) -> None:
        """`stage`: where a drill of mode tabletop happens."""
        self._workspace, self._wish, self._stage = workspace, wish, stage
        self._run = new_run(workspace.ports.clock, "drill")
        self._past: tuple[DrillRecord, ...] = ()
        self._events: list[Event] = []
        # What puts users right waits for nobody, and a simulation concerns nobody.
        self._lock: RunLock | None = None
        if stage is None and not wish.put_back:
            self._lock = lock_of(workspace, f"drill {wish.region}")

    def clear(self) -> None:
        """Whether a drill may run at all now. Raises LockHeld while another run changes this environment."""
        if self._lock is not None:
            self._lock.look()

    def plan(self) -> Plan:
        """What the drill would do now. Raises AwsError when the home account cannot be asked."""
        overview = look(self._workspace, past_drills=_TREND)
        self._past = overview.observed.drills
        request = self._request(overview)
        return plan_put_back(request) if self._wish.put_back else plan_drill(request)

    def carry_out(self, plan: Plan, *, on_event: Callable[[Event], None]) -> Run:
        """Carry it out under traffic. A failed step is a verdict; what was taken out is put back whatever happens."""
        ensure_allowed(plan)
        workspace = self._workspace
        with (
            self._held() as guard,
            Recording(
                self._run,
                folder=workspace.settings.runs_dir,
                clock=workspace.ports.clock,
                on_event=on_event,
                users=None if self._wish.put_back else self._callers(),
                virtual=self._stage is not None,
            ) as recording,
        ):
            self._events = recording.events
            recording.planned(plan, facts_of_run(workspace, region=self._wish.region, mode=self._wish.mode))
            return execute(
                plan,
                recording.ports(workspace.ports),
                run=self._run,
                emit=recording.tell,
                polling=workspace.polling,
                workers=self._stage.workers if self._stage else None,
                guard=guard,
            ).run

    def report(self) -> RunReport | None:
        """What the drill came to; None for a put-back. The result is noted where later drills find it, if it can be."""
        if self._wish.put_back:
            return None
        found = measure_history(history(self._events), self._past)
        self._note(found)
        return found

    def _held(self) -> AbstractContextManager[Guard]:
        if self._lock is None:
            return nullcontext(Unguarded())
        return self._lock.held(owner_of(self._run, f"drill of {self._wish.region} (mode {self._wish.mode.value})"))

    # -- what it needs to know ---------------------------------------------------------------------------------------

    def _request(self, overview: Overview) -> DrillRequest:
        workspace, wish = self._workspace, self._wish
        topology = workspace.topology
        now = workspace.ports.clock.now()
        hold_s = topology.drills.hold_s if wish.hold_s is None else wish.hold_s
        return DrillRequest(
            topology=topology,
            environment=workspace.environment,
            names=workspace.names,
            accounts=overview.accounts,
            region=wish.region,
            mode=wish.mode,
            hold_s=hold_s,
            silent=wish.silent,
            status=overview.status(),
            positions=overview.levers,
            checks=self._checks(overview),
            record=DrillRecord(run=self._run, region=wish.region, mode=wish.mode, started_at=now, by=who()),
            records=overview.observed.drills,
            now=now,
        )

    def _checks(self, overview: Overview) -> tuple[str, ...]:
        workspace = self._workspace
        checks = RegionChecks(workspace.topology, workspace.environment, workspace.names)
        region = next(one for one in workspace.topology.regions if one.name == self._wish.region)
        names = {checks.endpoint(account, region).name for account in overview.accounts}
        return tuple(check.id for check in overview.observed.health_checks if check.name in names)

    def _callers(self) -> Callers | None:
        return self._stage.users if self._stage else callers(self._workspace)

    def _note(self, found: RunReport) -> None:
        """The measured result replaces the note: best effort, the report is told in any case."""
        record = drill_record(found, by=who())
        if not found.restored or record is None:
            return
        names, topology = self._workspace.names, self._workspace.topology
        place = lever_of(topology, names.prefix, self._wish.region, LeverKind.DRILL).place
        try:
            self._workspace.ports.drill_log.write(place, names.artifact_bucket(place), record)
        except AwsError:
            return


def drill(settings: Settings, wish: DrillWish) -> Drill:
    """Read the configuration, find out who we are. Raises ConfigurationError, UsageError, Refused, AwsError."""
    loaded, environment = open_configuration(settings)
    check_region(loaded.topology, wish.region)
    if wish.mode is DrillMode.TABLETOP:
        return _tabletop(settings, loaded, environment, wish)
    return Drill(open_workspace(replace(settings, impatient=True), scaled=True), wish)


def _tabletop(settings: Settings, loaded: Loaded, environment: Environment, wish: DrillWish) -> Drill:
    from orchestrator.app.tabletop import tabletop_ports

    stage = tabletop_ports(loaded, environment, start=SystemClock().now())
    workspace = Workspace(
        settings=settings,
        loaded=loaded,
        topology=stage.topology,
        environment=stage.environment,
        accounts=stage.accounts,
        names=stage.names,
        ports=stage.ports,
        polling=stage.polling,
        simulated="a simulation of AWS",
    )
    return Drill(workspace, wish, stage)
