"""Failover and failback: what can be known without the failing region and without a control plane, then one lever."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

from orchestrator.app.allowance import ensure_allowed
from orchestrator.app.settings import DataPlane, Settings, open_data_plane
from orchestrator.core.errors import AwsError, UsageError
from orchestrator.core.levers import Lever, LeverKind, Position, levers
from orchestrator.core.plan import Plan
from orchestrator.core.planning.switch import RegionAnswer, SwitchRequest, plan_switch, release_told
from orchestrator.core.routing import position_told, state_name
from orchestrator.core.run import Event, Run
from orchestrator.core.topology import Topology
from orchestrator.executor import execute
from orchestrator.journal import FileJournal

SwitchVerb = Literal["failover", "failback"]
_WORKERS = 16


@dataclass(frozen=True, slots=True)
class Switch:
    """One region to take out or to put back. `force`: nobody is asked whether the other regions can serve."""

    plane: DataPlane
    verb: SwitchVerb
    region: str
    force: bool

    def plan(self) -> Plan:
        """What the verb would do now. Levers and regions that do not answer are unknown, never fatal."""
        with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="look") as workers:
            positions = workers.submit(self._positions)
            # What is forced must not wait for regions that may be silent as well.
            places = [] if self.force else self._places()
            answers = tuple(workers.map(lambda place: self._ask(*place), places))
            known = positions.result()
        return plan_switch(
            SwitchRequest(
                topology=self.plane.topology,
                environment=self.plane.environment,
                names=self.plane.names,
                region=self.region,
                position=Position.OUT if self.verb == "failover" else Position.IN,
                positions=known,
                answers=answers,
                force=self.force,
            )
        )

    def carry_out(self, plan: Plan, *, on_event: Callable[[Event], None]) -> Run:
        """Carry the plan out. A failed step is a verdict, not an exception. Raises Refused, Interrupted."""
        ensure_allowed(plan)
        ports = self.plane.ports
        run_id = f"{ports.clock.now():%Y%m%dT%H%M%SZ}-{self.verb}-{uuid.uuid4().hex[:6]}"
        with FileJournal(self.plane.settings.state_dir / "runs", run_id) as journal:

            def tell(event: Event) -> None:
                journal.append(event)
                on_event(event)

            return execute(plan, ports, run=run_id, emit=tell, polling=self.plane.polling).run

    # -- looking ---------------------------------------------------------------------------------------------------

    def _positions(self) -> Mapping[Lever, Position]:
        """Every lever that can be read without calling the failing region; DNS tells the others'."""
        all_of_them = levers(self.plane.topology, self.plane.names.prefix)
        found: dict[Lever, Position] = dict.fromkeys(all_of_them, Position.UNKNOWN)
        places = sorted({lever.place for lever in all_of_them} - {self._avoided})
        groups = [[lever for lever in all_of_them if lever.place == place] for place in places]
        with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="levers") as workers:
            for positions in workers.map(self._read, groups):
                found |= positions
            unread = [
                lever for lever in all_of_them if found[lever] is Position.UNKNOWN and lever.kind is LeverKind.EVACUATE
            ]
            found |= zip(unread, workers.map(self._told_by_dns, unread), strict=True)
        return found

    def _told_by_dns(self, lever: Lever) -> Position:
        accounts = self.plane.environment.accounts
        if not accounts:
            return Position.UNKNOWN
        name = state_name(self.plane.environment, accounts[0], lever.region)
        return position_told(self.plane.ports.lookup.addresses(name))

    @property
    def _avoided(self) -> str:
        return self.region if self.verb == "failover" else ""

    def _read(self, group: list[Lever]) -> Mapping[Lever, Position]:
        try:
            return self.plane.ports.levers.positions(group)
        except AwsError:
            return {}

    def _places(self) -> list[tuple[str, str]]:
        regions = [region.name for region in self.plane.topology.regions if region.name != self._avoided]
        return [(account, region) for account in self.plane.environment.accounts for region in regions]

    def _ask(self, account: str, region: str) -> RegionAnswer:
        """The regional name, found through DNS: no control plane knows it better."""
        host = self.plane.environment.regional_host_for(account, region)
        path = self.plane.topology.health.path
        result = self.plane.ports.probe.get(host=host, target=host, region=region, path=path)
        return RegionAnswer(
            account=account,
            region=region,
            ok=result.ok,
            release=release_told(result.body),
            detail=f"https://{host}{path}: {result.error or result.status}",
        )


def switch(settings: Settings, *, verb: SwitchVerb, region: str, force: bool = False) -> Switch:
    """Read the configuration; makes no call. Raises ConfigurationError, UsageError, Refused."""
    failing = region if verb == "failover" else ""
    plane = open_data_plane(replace(settings, impatient=True), failing=failing)
    _check_region(plane.topology, region)
    return Switch(plane, verb, region, force)


def _check_region(topology: Topology, region: str) -> None:
    names = [one.name for one in topology.regions]
    if region in names:
        return
    near = get_close_matches(region, names, n=1)
    fix = f"did you mean {near[0]}?" if near else f"regions: {', '.join(names)}"
    raise UsageError(f"{topology.source} has no region {region}", fix=fix)
