"""One look around for a failover: where levers stand, and which regions answer on their own names.

Calls neither the avoided region's API nor a control plane. What is not known when patience ends is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from orchestrator.app.asking import answers_in_time
from orchestrator.app.settings import DataPlane
from orchestrator.core.drill import DrillRecord
from orchestrator.core.errors import AwsError, OrchestratorError
from orchestrator.core.health_answer import release_told
from orchestrator.core.levers import Lever, LeverKind, Position, Positions, levers
from orchestrator.core.planning.standby_release import KeptByRegion
from orchestrator.core.planning.switch_request import RegionAnswer
from orchestrator.core.routing import position_told, state_name
from orchestrator.ports import ProbeResult

_MORE_TRIES = 2
"""More questions to a region that says nothing: a function that was cold at the first one is warm by the second."""

_ONE_MORE_TRY = 1
"""To who has just answered well: a packet may be lost."""

_RECORDS_S = 0.5
"""Who leaves a region waits no longer for records of releases and notes of drills."""

_SILENCES = (OrchestratorError, OSError, RuntimeError, ValueError)
"""What is only worth a warning must not end a failover: a call that was denied, a proxy that is no URL, a machine that
starts no thread more."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Every lever (what was read goes before what DNS tells), and the answer of each account and region asked.

    `kept` are the releases whose records lie in a region's own bucket; a region whose bucket said nothing is left out.
    `notes` are copies of the notes of drills that have not ended, None where no bucket could tell.
    """

    positions: Positions
    answers: tuple[RegionAnswer, ...]
    kept: KeptByRegion = ()
    notes: tuple[DrillRecord, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one question brought: levers read or told by DNS, a region's answer, its records of releases, or notes."""

    read: Positions = field(default_factory=dict)
    told: Positions = field(default_factory=dict)
    answers: tuple[RegionAnswer, ...] = ()
    kept: KeptByRegion = ()
    notes: tuple[DrillRecord, ...] | None = None


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
        # What was heard of a region before patience ended: it counts only then.
        once: dict[tuple[str, str], RegionAnswer] = {}
        found = answers_in_time(
            tuple(self._questions(all_of_them, once)),
            patience_s=min(self.hurry_s, self.patience_s),
            longest_s=self.patience_s,
            lacking=lambda seen: lacking(self._sight(all_of_them, seen)),
        )
        return self._sight(all_of_them, (_Seen(answers=tuple(once.values())), *found))

    def _sight(self, all_of_them: tuple[Lever, ...], found: Sequence[_Seen]) -> Sight:
        positions: dict[Lever, Position] = dict.fromkeys(all_of_them, Position.UNKNOWN)
        for known in (*(one.told for one in found), *(one.read for one in found)):
            positions |= {lever: at for lever, at in known.items() if at is not Position.UNKNOWN}
        heard = {(one.account, one.region): one for seen in found for one in seen.answers}
        answers = tuple(heard.get(place) or self._unheard(*place) for place in self._places())
        told = [seen.notes for seen in found if seen.notes is not None]
        notes = tuple(one for notes in told for one in notes) if told else None
        return Sight(positions, answers, tuple(one for seen in found for one in seen.kept), notes)

    def _questions(
        self, all_of_them: tuple[Lever, ...], once: dict[tuple[str, str], RegionAnswer]
    ) -> Iterator[Callable[[], _Seen]]:
        for place in sorted({lever.place for lever in all_of_them} - {self.avoided}):
            yield partial(self._read, [lever for lever in all_of_them if lever.place == place])
        for lever in all_of_them:
            if lever.kind is LeverKind.EVACUATE and self.plane.environment.accounts:
                yield partial(self._told_by_dns, lever)
        for account, region in self._places():
            yield partial(self._ask, account, region, once)
        for region in sorted({region for _, region in self._places()}) if self.avoided else ():
            yield partial(self._soon, partial(self._kept_in, region))
        for region in self._others() if self.avoided else ():
            yield partial(self._soon, partial(self._noted_in, region))

    def _read(self, group: list[Lever]) -> _Seen:
        try:
            return _Seen(read=self.plane.ports.levers.positions(group))
        except AwsError:
            return _Seen()

    def _told_by_dns(self, lever: Lever) -> _Seen:
        environment = self.plane.environment
        name = state_name(environment, environment.accounts[0], lever.region)
        return _Seen(told={lever: position_told(self.plane.ports.lookup.addresses(name))})

    def _soon(self, question: Callable[[], _Seen]) -> _Seen:
        """What lies in buckets keeps nobody waiting, and whatever goes wrong with it is silence."""
        try:
            return next(iter(answers_in_time((question,), patience_s=_RECORDS_S)), _Seen())
        except _SILENCES:
            return _Seen()

    def _kept_in(self, region: str) -> _Seen:
        """The records in its own bucket, which S3 has brought there from all others. Whoever may not ask goes on."""
        listed = self.plane.ports.releases.listed(region, self._bucket(region), self.plane.environment.name)
        return _Seen(kept=((region, tuple(listed)),))

    def _noted_in(self, region: str) -> _Seen:
        """Notes lie with the levers: copies of those in the avoided region, whose levers nobody reads."""
        return _Seen(notes=tuple(self.plane.ports.drill_log.copies(region, self._bucket(region), self.avoided)))

    def _bucket(self, region: str) -> str:
        names = replace(self.plane.names, home_account=self.plane.ports.identity.home_account())
        return names.artifact_bucket(region)

    def _others(self) -> list[str]:
        return [region.name for region in self.plane.topology.regions if region.name != self.avoided]

    def _places(self) -> list[tuple[str, str]]:
        accounts = self.plane.environment.accounts if self.ask_regions else ()
        return [(account, region) for account in accounts for region in self._others()]

    def _ask(self, account: str, region: str, once: dict[tuple[str, str], RegionAnswer]) -> _Seen:
        """The regional name, found through DNS: no control plane knows it better.

        One good answer may be the luck of who flaps: a second one decides. Silence in its place is no bad answer.
        """
        first = self._probed(account, region, _MORE_TRIES)
        if not first.ok:
            return _Seen(answers=(self._answer(account, region, first),))
        alone = replace(self._answer(account, region, first), once=True)
        once[account, region] = alone
        second = self._probed(account, region, _ONE_MORE_TRY)
        return _Seen(answers=(self._answer(account, region, second) if second.status else alone,))

    def _probed(self, account: str, region: str, more_tries: int) -> ProbeResult:
        """One question, and more while nothing is said."""
        host, path = self.plane.environment.regional_host_for(account, region), self.plane.topology.health.path
        result = self.plane.ports.probe.get(host=host, target=host, region=region, path=path)
        for _ in range(more_tries):
            if result.status:
                break
            result = self.plane.ports.probe.get(host=host, target=host, region=region, path=path)
        return result

    def _answer(self, account: str, region: str, result: ProbeResult) -> RegionAnswer:
        host, path = self.plane.environment.regional_host_for(account, region), self.plane.topology.health.path
        return RegionAnswer(
            account=account,
            region=region,
            ok=result.ok,
            release=release_told(result.body),
            detail=f"https://{host}{path}: {result.error or result.status}",
        )

    def _unheard(self, account: str, region: str) -> RegionAnswer:
        host, path = self.plane.environment.regional_host_for(account, region), self.plane.topology.health.path
        detail = f"https://{host}{path}: no answer within {self.patience_s:g} s"
        return RegionAnswer(account=account, region=region, ok=False, detail=detail)
