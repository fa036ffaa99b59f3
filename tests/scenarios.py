"""Scenarios as data, and one way to play them: commands under faults, then the same commands until they end well."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from orchestrator.core.canonical import canonical_json
from orchestrator.core.errors import ExitCode
from orchestrator.core.state import Stack
from orchestrator.core.topology import Topology
from orchestrator.simulation import SimulatedAws
from tests.flows.stage import Stage
from tests.invariants import effects_of
from tests.mischief import AT_CALLS, UNKIND, Fault, Kind, Mischief
from tests.operators import World, give, memory_folder
from tests.sample_world import EAST, SOUTH, WEST, Sample, compute_body, infra_body, topology
from tests.theatre import Director, Part
from tests.witness import CANARY, Finished, Witness, out_regions

_LEASE_ENDS_S = 70.0
_TRIES = 6


def _quiet(made: Topology) -> Topology:
    """Real users would call over real connections."""
    return replace(made, traffic=replace(made.traffic, rate_per_s=0))


def _compute(memory: int) -> str:
    """With a secret in it, which changes with every release."""
    secret = f'"Environment":{{"Variables":{{"DB_PASSWORD":"{CANARY}-{memory}"}}}},"MemorySize"'
    return canonical_json_of(compute_body(memory=memory).replace('"MemorySize"', secret))


def canonical_json_of(text: str) -> str:
    """The same document as the planner's tests write it."""
    import json

    return canonical_json(json.loads(text))


FIRST = Sample(_quiet(topology()), compute=_compute(256))
SECOND = replace(FIRST, code="second", infra=infra_body(note="second"), compute=_compute(512))
FEWER = replace(FIRST, topology=_quiet(topology(EAST, WEST)))
MORE = replace(FIRST, topology=_quiet(topology(EAST, WEST, SOUTH)))


@dataclass(frozen=True, slots=True)
class Scenario:
    """From what `stands` (None: nothing) to what is `wanted`, by these commands. `mends`: the commands that lead there
    once faults have stopped, if others. `drilled`: the end is as the beginning was.
    """

    name: str
    stands: Sample | None
    wanted: Sample
    verbs: tuple[str, ...] = ("deploy",)
    mends: tuple[str, ...] = ()
    drilled: bool = False
    removed: frozenset[str] = frozenset()


SCENARIOS = (
    Scenario("first", None, FIRST, ("bootstrap", "deploy")),
    Scenario("release", FIRST, SECOND),
    Scenario("removal", MORE, FEWER, removed=frozenset((SOUTH,))),
    Scenario("growth", FEWER, MORE),
    Scenario("destroy", FIRST, FIRST, ("destroy --artifacts",)),
    Scenario("drill-switch", FIRST, FIRST, ("drill switch",), ("put-back", "drill switch"), drilled=True),
    Scenario("drill-outage", FIRST, FIRST, ("drill outage",), ("put-back", "drill outage"), drilled=True),
    Scenario("failover", FIRST, FIRST, ("failover", "failback"), drilled=True),
    # A release whose gate fails and that is rolled back stands here as soon as deployments roll back.
)
BY_NAME = {one.name: one for one in SCENARIOS}


@dataclass(frozen=True, slots=True)
class Smooth:
    """A scenario that nothing disturbed: where it ends, what it changes, and how many calls and events there are."""

    ends: Mapping[str, object]
    effects: Counter[tuple[str, str]]
    calls: int
    events: int
    lasts_s: float


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
    mutating = sum(call.mutating for call in end.calls if call.by)
    events = sum(len(command.run.events) for command in end.commands if command.run)
    lasts_s = end.commands[-1].ended_s - end.commands[0].began_s
    return Smooth(end.after, effects_of(end), mutating, events, lasts_s)


def play(
    scenario: Scenario,
    faults: Sequence[Fault] = (),
    rivals: Sequence[Rival] = (),
    *,
    resume: bool = False,
) -> Finished:
    """One scenario to its good end. `resume`: a deployment that broke off goes on under its own name."""
    return _played(scenario, faults, rivals, smooth(scenario), resume=resume)


def abandoned(scenario: Scenario, faults: Sequence[Fault], *, rest_s: float) -> Finished:
    """The same without anybody who mends: only time passes."""
    return _played(scenario, faults, (), smooth(scenario), rest_s=rest_s)


def _played(
    scenario: Scenario,
    faults: Sequence[Fault],
    rivals: Sequence[Rival],
    undisturbed: Smooth | None,
    *,
    resume: bool = False,
    rest_s: float | None = None,
) -> Finished:
    aws: SimulatedAws = pickle.loads(frozen(scenario.stands, scenario.wanted))
    with memory_folder() as folder:
        world = World(aws, scenario.wanted, Path(folder))
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
        self._badly()
        self._mischief.stop()
        if rest_s is not None:
            self._world.aws.clock.sleep(rest_s)
        elif not self._went_well():
            self._mend(resume=resume)
        return self._finished()

    def _badly(self) -> None:
        began = self._world.aws.clock.monotonic()
        first = Part("operator", lambda part: self._one_by_one(part, self._scenario.verbs), begins_at=began)
        others = [
            Part(f"rival-{number}", give(self._world, rival.verb), begins_at=began + rival.after_s)
            for number, rival in enumerate(self._rivals, 1)
        ]
        self._mischief.begin([first, *others])
        self._play([first, *others])

    def _one_by_one(self, part: Part, verbs: Sequence[str]) -> None:
        for number, verb in enumerate(verbs, 1):
            part.name = self._world.aws.gate.by = f"operator-{number}"
            give(self._world, verb)(part)
            if self._world.commands[-1].exit_code is not ExitCode.DONE and self._world.commands[-1].by == part.name:
                return
            self._audit()

    def _went_well(self) -> bool:
        commands = self._world.commands
        mine = [one for one in commands if one.by.startswith("operator")]
        return len(mine) == len(self._scenario.verbs) and all(one.exit_code is ExitCode.DONE for one in commands)

    def _mend(self, *, resume: bool) -> None:
        for verb in self._scenario.mends or self._scenario.verbs:
            for attempt in range(_TRIES):
                typed = "resume" if resume and verb == "deploy" and attempt % 2 == 0 else verb
                self._play([Part(f"again-{len(self._world.commands)}", give(self._world, typed))])
                if self._world.commands[-1].exit_code is ExitCode.DONE:
                    self._audit()
                    break
                self._world.aws.clock.sleep(_LEASE_ENDS_S)

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
            kind=not any(one.kind in UNKIND for one in committed),
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
