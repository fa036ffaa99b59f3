"""Drills: look at everything, plan, carry out on record, measure, note the result for later drills."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from orchestrator.app.allowance import Freshness, ensure_allowed, ensure_lasting
from orchestrator.app.inspection import look
from orchestrator.app.journal_copy import JournalCopy
from orchestrator.app.locking import RunLock, lock_of, owner_of
from orchestrator.app.recording import Recording, new_run, who
from orchestrator.app.resuming import shelves_of
from orchestrator.app.run_facts import facts_of_run
from orchestrator.app.settings import Settings, Workspace, check_region, open_configuration, open_workspace
from orchestrator.app.users import callers
from orchestrator.clock import SystemClock
from orchestrator.core.drill import DrillMode, DrillRecord, DrillWish
from orchestrator.core.drill_actions import Watch
from orchestrator.core.drill_alarms import alarms_by_place, unknown_alarm, unknown_alarms
from orchestrator.core.errors import AwsError, UsageError
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


_MORE_TRIES = 2
_TREND = 10
"""Earlier drills that a report shows."""


class Drill:
    """One drill of one region: an Undertaking whose run is measured."""

    def __init__(self, workspace: Workspace, wish: DrillWish, stage: TabletopStage | None = None) -> None:
        """`stage`: where a drill of mode tabletop happens."""
        self._workspace, self._wish, self._stage = workspace, wish, stage
        # By the clock on the wall, also where the drill happens in virtual time: names put runs in their order.
        self._run = new_run(SystemClock(), "drill")
        self._past: tuple[DrillRecord, ...] = ()
        self._events: list[Event] = []
        self._fresh = Freshness(workspace.ports.clock)
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
        self._fresh.look()
        return plan_put_back(request) if self._wish.put_back else self._with_alarms(plan_drill(request))

    def carry_out(self, plan: Plan, *, on_event: Callable[[Event], None]) -> Run:
        """Carry it out under traffic. A failed step is a verdict; what was taken out is put back whatever happens."""
        ensure_allowed(plan)
        workspace = self._workspace
        if not self._wish.put_back:
            ensure_lasting(plan, workspace.ports.identity.credentials_end(), workspace.ports.clock.now())
        with (
            self._held() as guard,
            Recording(
                self._run,
                folder=workspace.settings.runs_dir,
                clock=workspace.ports.clock,
                on_event=on_event,
                users=None if self._wish.put_back else self._callers(),
                virtual=self._stage is not None,
                # The region that is drilled may be away: its bucket is the last to be asked.
                copy=None if self._stage else JournalCopy(shelves_of(workspace, last=self._wish.region), self._run),
            ) as recording,
        ):
            if not self._wish.put_back:
                self._fresh.ensure_still_allowed(self.plan)
            self._events = recording.events
            recording.planned(plan, facts_of_run(workspace, region=self._wish.region, mode=self._wish.mode))
            recording.await_users()
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
            failing=tuple(self._failing(overview)),
        )

    def _with_alarms(self, plan: Plan) -> Plan:
        """The plan, and a warning for each alarm that cannot ring. A place that cannot be asked may have it."""
        watch = next((step.action for step in plan.steps if isinstance(step.action, Watch)), None)
        if watch is None or self._stage:
            return plan
        takers = [(account, region) for account, region, _ in watch.hosts]
        missing: dict[tuple[str, str], frozenset[str]] = {}
        for place, names in alarms_by_place(watch.limits.alarms, takers).items():
            with suppress(AwsError):
                missing[place] = frozenset(self._workspace.ports.alarms.missing(*place, names))
        source = self._workspace.topology.source
        found = (unknown_alarm(one, source) for one in unknown_alarms(watch.limits.alarms, takers, missing))
        return replace(plan, findings=(*plan.findings, *found))

    def _failing(self, overview: Overview) -> Iterator[tuple[str, str, str]]:
        """Those that did not answer are asked again: a function that has not run for hours is slow, not down."""
        for (account, region), view in overview.views.items():
            if view.probe is False and not self._answers(account, region):
                yield region, account, view.detail

    def _answers(self, account: str, region: str) -> bool:
        host = self._workspace.environment.regional_host_for(account, region)
        path, probe = self._workspace.topology.health.path, self._workspace.ports.probe
        return any(probe.get(host=host, target=host, region=region, path=path).ok for _ in range(_MORE_TRIES))

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
    _check(settings, wish)
    if wish.mode is DrillMode.TABLETOP:
        return tabletop_drill(settings, wish)
    loaded, _ = open_configuration(settings)
    check_region(loaded.topology, wish.region)
    return Drill(open_workspace(replace(settings, impatient=True), scaled=True), wish)


def _check(settings: Settings, wish: DrillWish) -> None:
    """What does not go together is told before anything is read."""
    if wish.silent and wish.mode is not DrillMode.OUTAGE:
        raise UsageError(f"a drill of mode {wish.mode.value} is never silent", where="--silent", fix="--mode outage")
    if wish.silent and not settings.local:
        what = "AWS cannot be made to accept connections and never answer"
        raise UsageError(what, where="--silent", fix="leave it out, or add --local: the embedded AWS can")
    if wish.put_back and wish.mode is DrillMode.TABLETOP:
        raise UsageError("a simulation leaves nothing to put back", where="--put-back", fix="leave --mode out")


def tabletop_drill(settings: Settings, wish: DrillWish, *, seed: int = 0) -> Drill:
    """A drill of any mode in a simulation, now, also where regions.yaml blocks drills: it harms nobody.

    `seed` shifts checkers, alarms and caches. Raises ConfigurationError, UsageError, Refused.
    """
    from orchestrator.app.tabletop import tabletop_ports

    loaded, environment = open_configuration(settings)
    check_region(loaded.topology, wish.region)
    stage = tabletop_ports(loaded, environment, seed, start=SystemClock().now())
    workspace = Workspace(
        settings=settings,
        loaded=loaded,
        topology=replace(stage.topology, drills=replace(stage.topology.drills, blocked=())),
        environment=stage.environment,
        accounts=stage.accounts,
        names=stage.names,
        ports=stage.ports,
        polling=stage.polling,
        simulated="a simulation of AWS",
    )
    return Drill(workspace, wish, stage)
