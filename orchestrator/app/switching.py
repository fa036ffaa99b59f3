"""Failover and failback: what can be known without the failing region and without a control plane, then one lever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from orchestrator.app.allowance import Freshness, ensure_allowed
from orchestrator.app.looking import Look, Sight
from orchestrator.app.recording import Callers, Recording, new_run
from orchestrator.app.run_facts import facts_of_run
from orchestrator.app.settings import DataPlane, Settings, open_data_plane
from orchestrator.app.users import callers_later
from orchestrator.core.levers import Position
from orchestrator.core.plan import Plan
from orchestrator.core.planning.copied_notes import copied_notes
from orchestrator.core.planning.finish import refusals
from orchestrator.core.planning.switch import UNPROVEN, plan_switch
from orchestrator.core.planning.switch_request import SwitchRequest
from orchestrator.core.run import Event, Run
from orchestrator.executor import execute

SwitchVerb = Literal["failover", "failback"]
_HURRY_S = 1.0
_PATIENCE_S: dict[SwitchVerb, float] = {"failover": 3.0, "failback": 6.0}
"""Seconds for the whole look. Who leaves a region hurries: he waits for the slow only while he would be refused."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One region to take out or to put back. `force`: nobody is asked whether the other regions can serve.

    `patience_s`: who has not answered by then is not proven. None: what suits the verb. `users` call meanwhile;
    `users_first`: they are served before the lever moves, in a rehearsal, where nobody hurries.
    """

    plane: DataPlane
    verb: SwitchVerb
    region: str
    force: bool
    patience_s: float | None = None
    users: Callers | None = None
    users_first: bool = False
    _fresh: Freshness = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Nothing has been looked at."""
        object.__setattr__(self, "_fresh", Freshness(self.plane.ports.clock))

    def clear(self) -> None:
        """Nothing: who leaves a region waits for no lock, least of all for one that may lie in it."""

    def plan(self) -> Plan:
        """What the verb would do now. Levers and regions that do not answer are unknown, never fatal."""
        patience_s = self.patience_s or _PATIENCE_S[self.verb]
        look = Look(
            plane=self.plane,
            avoided=self.region if self.verb == "failover" else "",
            # What is forced must not wait for regions that may be silent as well.
            ask_regions=not self.force,
            hurry_s=_HURRY_S if self.verb == "failover" else patience_s,
            patience_s=patience_s,
        )
        plan = self._planned(look.around(lambda sight: not self.force and _lacking(self._planned(sight))))
        self._fresh.look()
        return plan

    def _planned(self, sight: Sight) -> Plan:
        return plan_switch(
            SwitchRequest(
                topology=self.plane.topology,
                environment=self.plane.environment,
                names=self.plane.names,
                region=self.region,
                position=Position.OUT if self.verb == "failover" else Position.IN,
                positions=sight.positions,
                answers=sight.answers,
                kept=sight.kept,
                drills=copied_notes(
                    self.plane.topology, sight.notes or (), self.plane.ports.clock.now(), heard=sight.notes is not None
                ),
                force=self.force,
            )
        )

    def carry_out(self, plan: Plan, *, on_event: Callable[[Event], None]) -> Run:
        """Carry the plan out. A failed step is a verdict, not an exception. Raises Refused, Interrupted."""
        ensure_allowed(plan)
        self._fresh.ensure_still_allowed(self.plan)
        plane = self.plane
        with Recording(
            new_run(plane.ports.clock, self.verb),
            folder=plane.settings.runs_dir,
            clock=plane.ports.clock,
            on_event=on_event,
            users=self.users,
        ) as recording:
            recording.planned(plan, facts_of_run(plane, region=self.region))
            if self.users_first:
                recording.await_users()
            run = execute(
                plan, recording.ports(plane.ports), run=recording.run, emit=recording.tell, polling=plane.polling
            ).run
        return replace(recording.met(run), clock_factor=plane.clock_factor)


def _lacking(plan: Plan) -> bool:
    """Whether to wait for the slow: while they would refuse, or be told not to answer."""
    return bool(refusals(plan)) or any(one.rule in UNPROVEN for one in plan.findings)


def switch(
    settings: Settings,
    *,
    verb: SwitchVerb,
    region: str,
    force: bool = False,
    patience_s: float | None = None,
    users_first: bool = False,
) -> Switch:
    """Read the configuration; makes no call. Raises ConfigurationError, UsageError, Refused."""
    plane = open_data_plane(replace(settings, impatient=True), region=region, failing=verb == "failover")
    return Switch(plane, verb, region, force, patience_s, users=callers_later(plane), users_first=users_first)
