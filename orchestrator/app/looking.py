"""One look around for a failover: where levers stand, and which regions answer on their own names.

Calls neither the avoided region's API nor a control plane. What is not known when patience ends is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from orchestrator.app.asking import answers_in_time
from orchestrator.app.settings import DataPlane
from orchestrator.core.errors import AwsError
from orchestrator.core.health_answer import release_told
from orchestrator.core.levers import Lever, LeverKind, Position, Positions, levers
from orchestrator.core.planning.standby_release import KeptByRegion
from orchestrator.core.planning.switch_request import RegionAnswer
from orchestrator.core.routing import position_told, state_name

_MORE_TRIES = 2
"""More questions to a region that says nothing: a function that was cold at the first one is warm by the second."""

_RECORDS_S = 0.5
"""Who leaves a region waits no longer for records of releases."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Every lever (what was read goes before what DNS tells), and the answer of each account and region asked.

    `kept` are the releases whose records lie in a region's own bucket; a region whose bucket said nothing is left out.
    """

    positions: Positions
    answers: tuple[RegionAnswer, ...]
    kept: KeptByRegion = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one question brought: levers read, levers told by DNS, a region's answer, or its records of releases."""

    read: Positions = field(default_factory=dict)
    told: Positions = field(default_factory=dict)
    answers: tuple[RegionAnswer, ...] = ()
    kept: KeptByRegion = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Everything asked at once. `avoided` is not called; `ask_regions`: whether they are asked for their health, and
    their buckets, where one region is avoided, which releases were there.

    After `hurry_s` only what is still `lacking` is waited for, until `patience_s`.
    """

    plane: DataPlane
    avoided: str
    ask_regions: bool
    hurry_s: float
    patience_s: float

    def around(self, lacking: Callable[[Sight], bool]) -> Sight:
        """What there is to see. `lacking`: whether so much is too little."""
        all_of_them = levers(self.plane.topology, self.plane.names.prefix)
        found = answers_in_time(
            tuple(self._questions(all_of_them)),
            patience_s=min(self.hurry_s, self.patience_s),
            longest_s=self.patience_s,
            lacking=lambda seen: lacking(self._sight(all_of_them, seen)),
        )
        return self._sight(all_of_them, found)

    def _sight(self, all_of_them: tuple[Lever, ...], found: Sequence[_Seen]) -> Sight:
        positions: dict[Lever, Position] = dict.fromkeys(all_of_them, Position.UNKNOWN)
        for known in (*(one.told for one in found), *(one.read for one in found)):
            positions |= {lever: at for lever, at in known.items() if at is not Position.UNKNOWN}
        heard = {(one.account, one.region): one for seen in found for one in seen.answers}
        answers = tuple(heard.get(place) or self._unheard(*place) for place in self._places())
        return Sight(positions, answers, tuple(one for seen in found for one in seen.kept))

    def _questions(self, all_of_them: tuple[Lever, ...]) -> Iterator[Callable[[], _Seen]]:
        for place in sorted({lever.place for lever in all_of_them} - {self.avoided}):
            yield partial(self._read, [lever for lever in all_of_them if lever.place == place])
        for lever in all_of_them:
            if lever.kind is LeverKind.EVACUATE and self.plane.environment.accounts:
                yield partial(self._told_by_dns, lever)
        for account, region in self._places():
            yield partial(self._ask, account, region)
        for region in sorted({region for _, region in self._places()}) if self.avoided else ():
            yield partial(self._kept_soon, region)

    def _read(self, group: list[Lever]) -> _Seen:
        try:
            return _Seen(read=self.plane.ports.levers.positions(group))
        except AwsError:
            return _Seen()

    def _told_by_dns(self, lever: Lever) -> _Seen:
        environment = self.plane.environment
        name = state_name(environment, environment.accounts[0], lever.region)
        return _Seen(told={lever: position_told(self.plane.ports.lookup.addresses(name))})

    def _kept_soon(self, region: str) -> _Seen:
        """What is only worth a warning keeps nobody waiting."""
        return next(iter(answers_in_time((partial(self._kept_in, region),), patience_s=_RECORDS_S)), _Seen())

    def _kept_in(self, region: str) -> _Seen:
        """The records in its own bucket, which S3 has brought there from all others. Whoever may not ask goes on."""
        ports, environment = self.plane.ports, self.plane.environment.name
        try:
            names = replace(self.plane.names, home_account=ports.identity.home_account())
            listed = ports.releases.listed(region, names.artifact_bucket(region), environment)
        except AwsError:
            return _Seen()
        return _Seen(kept=((region, tuple(listed)),))

    def _places(self) -> list[tuple[str, str]]:
        regions = [region.name for region in self.plane.topology.regions if region.name != self.avoided]
        accounts = self.plane.environment.accounts if self.ask_regions else ()
        return [(account, region) for account in accounts for region in regions]

    def _ask(self, account: str, region: str) -> _Seen:
        """The regional name, found through DNS: no control plane knows it better."""
        host = self.plane.environment.regional_host_for(account, region)
        path = self.plane.topology.health.path
        result = self.plane.ports.probe.get(host=host, target=host, region=region, path=path)
        for _ in range(_MORE_TRIES if result.status == 0 else 0):
            result = self.plane.ports.probe.get(host=host, target=host, region=region, path=path)
            if result.status:
                break
        if result.ok:
            # One good answer may be the luck of who flaps.
            result = self.plane.ports.probe.get(host=host, target=host, region=region, path=path)
        answer = RegionAnswer(
            account=account,
            region=region,
            ok=result.ok,
            release=release_told(result.body),
            detail=f"https://{host}{path}: {result.error or result.status}",
        )
        return _Seen(answers=(answer,))

    def _unheard(self, account: str, region: str) -> RegionAnswer:
        host, path = self.plane.environment.regional_host_for(account, region), self.plane.topology.health.path
        detail = f"https://{host}{path}: no answer within {self.patience_s:g} s"
        return RegionAnswer(account=account, region=region, ok=False, detail=detail)
