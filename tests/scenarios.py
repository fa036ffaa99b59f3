"""Scenarios as data, and one way to play them: commands under faults, then the same commands until they end well."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from orchestrator.core.canonical import canonical_json
from orchestrator.core.errors import ExitCode
from orchestrator.core.run import Event, EventKind
from orchestrator.core.state import Stack
from orchestrator.core.topology import Topology
from orchestrator.simulation import SimulatedAws
from tests.flows.stage import Stage
from tests.invariants import effects_of
from tests.mischief import AT_CALLS, UNKIND, Fault, Kind, Mischief
from tests.operators import World, give, memory_folder
from tests.sample_world import (
    EAST,
    HOME,
    OTHER,
    SOUTH,
    TWO_ACCOUNTS,
    WEST,
    Sample,
    compute_body,
    in_waves,
    infra_body,
    topology,
)
from tests.theatre import Director, Part
from tests.witness import CANARY, Finished, Witness, out_regions

_OPERATOR = "operator"
_LEASE_ENDS_S = 70.0
_TRIES = 6


def _quiet(made: Topology) -> Topology:
    """Real users would call over real connections."""
    return replace(made, traffic=replace(made.traffic, rate_per_s=0))


def _compute(memory: int) -> str:
    """With a secret in it, which changes with every release, and which the safety analysis is told to let pass."""
    body = json.loads(compute_body(memory=memory))
    function = body["Resources"]["Function"]
    function["Properties"]["Environment"] = {"Variables": {"DB_PASSWORD": f"{CANARY}-{memory}"}}
    function["Metadata"] = {"orchestrator": {"suppress": {"plain-secret": "whether it is shown is what is played"}}}
    return canonical_json(body)


FIRST = Sample(_quiet(topology()), compute=_compute(256))
SECOND = replace(FIRST, code="second", infra=infra_body(note="second"), compute=_compute(512))
FEWER = replace(FIRST, topology=_quiet(topology(EAST, WEST)))
MORE = replace(FIRST, topology=_quiet(topology(EAST, WEST, SOUTH)))
IN_WAVES = replace(FIRST, topology=_quiet(in_waves(topology(accounts=TWO_ACCOUNTS), canary=(HOME,), rest=(OTHER,))))


@dataclass(frozen=True, slots=True)
class Scenario:
    """From what `stands` (None: nothing) to what is `wanted`, by these commands. `mends`: the commands that lead there
    once faults have stopped, if others. `drilled`: the end is as the beginning was. `sick`, `breaks`: the region in
    which what is wanted fails its gate, or its instance, until somebody mends it: the run goes back.
    """

    name: str
    stands: Sample | None
    wanted: Sample
    verbs: tuple[str, ...] = ("deploy",)
    mends: tuple[str, ...] = ()
    drilled: bool = False
    removed: frozenset[str] = frozenset()
    sick: str = ""
    breaks: str = ""

    @property
    def goes_back(self) -> bool:
        """Whether its deployment fails and is rolled back, until what it deploys is mended."""
        return bool(self.sick or self.breaks)


SCENARIOS = (
    Scenario("first", None, FIRST, ("bootstrap", "deploy")),
    Scenario("release", FIRST, SECOND),
    Scenario("removal", MORE, FEWER, removed=frozenset((SOUTH,))),
    Scenario("growth", FEWER, MORE),
    Scenario("destroy", FIRST, FIRST, ("destroy --artifacts",)),
    Scenario("drill-switch", FIRST, FIRST, ("drill switch",), ("put-back", "drill switch"), drilled=True),
    Scenario("drill-outage", FIRST, FIRST, ("drill outage",), ("put-back", "drill outage"), drilled=True),
    Scenario("failover", FIRST, FIRST, ("failover", "failback"), drilled=True),
    Scenario("waves", IN_WAVES, replace(IN_WAVES, code="second", infra=SECOND.infra, compute=SECOND.compute)),
    Scenario("rollback-gate", FIRST, SECOND, sick=WEST),
    Scenario("rollback-instance", FIRST, SECOND, breaks=EAST),
)
BY_NAME = {one.name: one for one in SCENARIOS}


@dataclass(frozen=True, slots=True)
class Smooth:
    """A scenario that nothing disturbed: where it ends, what it changes; calls, events, steps until it is mended."""

    ends: Mapping[str, object]
    effects: Counter[tuple[str, str]]
    calls: int
    events: int
    lasts_s: float
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rival:
    """A second operator: what he types, and so many seconds after the first."""

    verb: str
    after_s: float


def picture(aws: SimulatedAws) -> dict[str, object]:
    """Everything of ours that stands, without the ids and times that differ between runs."""
    return {
        "stacks": sorted(
            # Made anew or updated, it stands as it should; code that was put again has another version.
            (one.account, one.region, one.name.split("-")[1:4], _unversioned(one), one.status.partition("_")[2])
            for one, _ in aws.stacks.all()
        ),
        "stack sets": aws.stack_sets.names,
        "buckets": aws.buckets.names,
        "records": [(one.key, one.failover, one.weight, bool(one.health_check)) for one in aws.dns.contents],
        "health checks": sorted((one.name, one.host, one.path, one.interval_s) for one in aws.dns.checks),
    }


def _unversioned(stack: Stack) -> list[tuple[str, str]]:
    return [(name, value) for name, value in stack.parameters if not name.endswith("Version")]


@cache
def frozen(sample: Sample | None, wanted: Sample) -> bytes:
    """The world in which a scenario begins: deployed once, thawed for each play."""
    stage = Stage(sample or wanted)
    return pickle.dumps(stage.deployed().aws if sample else stage.aws)


@cache
def smooth(scenario: Scenario) -> Smooth:
    """Without faults."""
    end = _played(scenario, (), (), None)
    mutating = sum(call.mutating for call in end.calls if call.by.startswith(_OPERATOR))
    ours = [command for command in end.commands if command.by.startswith(_OPERATOR)]
    events = sum(len(command.run.events) for command in ours if command.run)
    lasts_s = end.commands[-1].ended_s - end.commands[0].began_s
    told = (event for command in ours if command.run for event in command.run.events)
    steps = tuple(dict.fromkeys(event.step for event in told if event.kind is EventKind.STEP_STARTED))
    return Smooth(end.after, effects_of(end), mutating, events, lasts_s, steps)


def play(
    scenario: Scenario,
    faults: Sequence[Fault] = (),
    rivals: Sequence[Rival] = (),
    *,
    resume: bool = False,
    shown: Callable[[Event], None] | None = None,
) -> Finished:
    """One scenario to its good end. `resume`: a deployment that broke off goes on under its own name.

    `shown` gets every event, as the command line shows it.
    """
    return _played(scenario, faults, rivals, smooth(scenario), resume=resume, shown=shown)


def abandoned(
    scenario: Scenario, faults: Sequence[Fault], *, rest_s: float, shown: Callable[[Event], None] | None = None
) -> Finished:
    """The same without anybody who mends: only time passes."""
    return _played(scenario, faults, (), smooth(scenario), rest_s=rest_s, shown=shown)


def _played(
    scenario: Scenario,
    faults: Sequence[Fault],
    rivals: Sequence[Rival],
    undisturbed: Smooth | None,
    *,
    resume: bool = False,
    rest_s: float | None = None,
    shown: Callable[[Event], None] | None = None,
) -> Finished:
    aws: SimulatedAws = pickle.loads(frozen(scenario.stands, scenario.wanted))
    with memory_folder() as folder:
        world = World(aws, scenario.wanted, Path(folder))
        world.shown = shown or world.shown
        return _Play(scenario, world, faults, rivals, undisturbed).end(resume=resume, rest_s=rest_s)


class _Play:
    def __init__(
        self,
        scenario: Scenario,
        world: World,
        faults: Sequence[Fault],
        rivals: Sequence[Rival],
        undisturbed: Smooth | None,
    ) -> None:
        self._scenario, self._world, self._rivals, self._undisturbed = scenario, world, rivals, undisturbed
        self._director = Director(world.aws.clock, world.aws.gate)
        self._mischief = Mischief(world, self._director, faults)
        self._witness = Witness(world, self._director)
        self._first_effect, self._first_call = len(world.aws.gate.effects), len(world.aws.gate.calls)
        self._before = self._picture()

    def end(self, *, resume: bool, rest_s: float | None) -> Finished:
        """Badly at first, then well. `rest_s`: nobody mends, only so much time passes."""
        self._witness.watch()
        self._spoil()
        self._badly()
        self._mischief.stop()
        if rest_s is not None:
            self._world.aws.clock.sleep(rest_s)
        elif not self._went_well():
            self._mend(resume=resume)
        return self._finished()

    def _spoil(self) -> None:
        scenario, faults, release = self._scenario, self._world.aws.faults, self._world.inputs.release
        if scenario.sick:
            faults.sick_releases.add((scenario.sick, release))
        if scenario.breaks:
            faults.broken_releases.add((scenario.breaks, release))

    def _repair(self) -> None:
        self._world.aws.faults.sick_releases.clear()
        self._world.aws.faults.broken_releases.clear()

    def _badly(self) -> None:
        began = self._world.aws.clock.monotonic()
        first = Part(_OPERATOR, lambda part: self._one_by_one(part, self._scenario.verbs), begins_at=began)
        others = [
            Part(f"rival-{number}", give(self._world, rival.verb), begins_at=began + rival.after_s)
            for number, rival in enumerate(self._rivals, 1)
        ]
        self._mischief.begin([first, *others])
        self._play([first, *others])

    def _one_by_one(self, part: Part, verbs: Sequence[str]) -> None:
        for number, verb in enumerate(verbs, 1):
            part.name = self._world.aws.gate.by = f"{_OPERATOR}-{number}"
            give(self._world, verb)(part)
            if self._world.commands[-1].exit_code is not ExitCode.DONE and self._world.commands[-1].by == part.name:
                return
            self._audit()

    def _went_well(self) -> bool:
        commands = self._world.commands
        mine = [one for one in commands if one.by.startswith(_OPERATOR)]
        return len(mine) == len(self._scenario.verbs) and all(one.exit_code is ExitCode.DONE for one in commands)

    def _mend(self, *, resume: bool) -> None:
        if any(rival.verb.startswith("drill") for rival in self._rivals):
            # What a drill that died has left refuses every deployment.
            self._again("put-back", ExitCode.DONE, resume=resume)
        if self._scenario.goes_back and self._world.commands[-1].exit_code is not ExitCode.FAILED:
            # Broken off: what is deployed is as bad as ever, and the next one goes back too.
            self._again("deploy", ExitCode.FAILED, resume=resume)
        self._repair()
        for verb in self._scenario.mends or self._scenario.verbs:
            if self._again(verb, ExitCode.DONE, resume=resume):
                self._audit()

    def _again(self, verb: str, until: ExitCode, *, resume: bool) -> bool:
        for attempt in range(_TRIES):
            typed = "resume" if resume and verb == "deploy" and attempt % 2 == 1 else verb
            self._play([Part(f"again-{len(self._world.commands)}", give(self._world, typed))])
            if self._world.commands[-1].exit_code is until:
                return True
            self._world.aws.clock.sleep(_LEASE_ENDS_S)
        return False

    def _play(self, parts: Sequence[Part]) -> None:
        self._director.play(parts)
        for part in parts:
            if part.error is not None:
                raise part.error

    def _audit(self) -> None:
        """What is left to do after a deployment that ended well, while nobody else works and everybody answers."""
        command, faults = self._world.commands[-1], self._world.aws.faults
        if command.verb in ("deploy", "resume") and not self._rivals and not faults.silent:
            by, self._world.aws.gate.by = self._world.aws.gate.by, ""
            now, self._director.now = self._director.now, None
            command.left = self._world.remaining()
            self._director.now, self._world.aws.gate.by = now, by

    def _picture(self) -> dict[str, object]:
        aws = self._world.aws
        outages = tuple(one.name for one in self._scenario.wanted.topology.regions if aws.outages.current(one.name))
        return {**picture(aws), "held out": sorted(out_regions(self._world)), "outages": outages}

    def _finished(self) -> Finished:
        after = self._picture()
        undisturbed = self._undisturbed or Smooth(after, Counter(), 0, 0, 0.0)
        committed = tuple(self._mischief.committed)
        for command in self._world.commands:
            if command.journal is not None:
                command.record = command.journal.read_bytes()
        return Finished(
            name=self._scenario.name,
            world=self._world,
            before=self._before,
            after=after,
            ends=undisturbed.ends,
            effects=undisturbed.effects,
            commands=self._world.commands,
            committed=committed,
            sights=self._witness.sights,
            first_effect=self._first_effect,
            first_call=self._first_call,
            kind=not self._scenario.goes_back and not any(one.kind in UNKIND for one in committed),
            lonely=not self._rivals,
            drilled=self._scenario.drilled,
            removed=self._scenario.removed,
        )


def boundaries(scenario: Scenario, kinds: Sequence[Kind]) -> list[Fault]:
    """One fault of each kind at every mutating call, or at every event, of the undisturbed scenario."""
    found = smooth(scenario)
    return [
        Fault(kind, number)
        for kind in kinds
        for number in range(1, (found.calls if kind in AT_CALLS else found.events) + 1)
    ]
