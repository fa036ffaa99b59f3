"""What is seen of a scenario: the world at every effect, what each plan allows, all that invariants ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.core.actions import (
    Action,
    AwaitReplica,
    ChangeRecords,
    CreateHealthCheck,
    CreateInstances,
    CreateStackSet,
    DeleteBucket,
    DeleteHealthCheck,
    DeleteInstances,
    DeleteStack,
    DeleteStackSet,
    HoldLever,
    MoveLever,
    OverrideInstances,
    PutStack,
    ReplicateBucket,
    UpdateHealthCheck,
    UpdateInstances,
    UploadArtifact,
    ValidateCertificates,
)
from orchestrator.core.check_health import AlarmState
from orchestrator.core.drill_actions import BeginOutage, EndOutage, KeepLever
from orchestrator.core.levers import Position, levers
from orchestrator.core.plan import Plan
from orchestrator.simulation import Call, Effect
from tests.mischief import Fault
from tests.operators import Command, World
from tests.sample_world import NAMES
from tests.theatre import Director

CANARY = "canary-7f3a9d"
"""A secret literal of the sample's templates."""
_OPERATIONS = ("StackSets.create_instances", "StackSets.update", "StackSets.override")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The world at one effect. `targets`: host -> the API domain that DNS answers, "" for none.

    `dangling`: answers behind which nothing stands. `out`: regions that a lever holds out. `well`: regions that answer
    on their own names. `known_good`: those that have ever answered us well. `primaries`: PRIMARY records by name.
    `fencing`: the number of whoever did it (0: no lock), `newest`: the last that was given out. `unproven`: the code
    that a compute operation needs and its region does not hold. `answered`: who has answered with the release that
    compute then says.
    """

    effect: Effect
    targets: Mapping[str, str]
    dangling: frozenset[str]
    out: frozenset[str]
    well: frozenset[str]
    known_good: frozenset[str]
    primaries: Mapping[str, int]
    fencing: int
    newest: int
    unproven: tuple[str, ...] = ()
    answered: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A scenario that is over. `ends`: the picture of the world that it must end in; `effects` those of a smooth run.

    `committed`: the faults that happened. `kind`: none of them excuses a failure. `lonely`: one operator at a time.
    """

    name: str
    world: World
    before: Mapping[str, object]
    after: Mapping[str, object]
    ends: Mapping[str, object]
    effects: Counter[tuple[str, str]]
    commands: Sequence[Command]
    committed: Sequence[Fault]
    sights: Sequence[Sight]
    first_effect: int
    first_call: int
    kind: bool
    lonely: bool
    drilled: bool
    removed: frozenset[str] = frozenset()

    @property
    def done(self) -> Sequence[Effect]:
        """Everything that changed."""
        return self.world.aws.gate.effects[self.first_effect :]

    @property
    def calls(self) -> Sequence[Call]:
        """Everything that was asked."""
        return self.world.aws.gate.calls[self.first_call :]

    def by(self, command: Command) -> list[Effect]:
        """What one command changed."""
        first, last = command.effects
        return [one for one in self.world.aws.gate.effects[first:last] if one.by == command.by]


@dataclass
class Witness:
    """Looks at the world after each call that had an effect."""

    world: World
    director: Director
    sights: list[Sight] = field(default_factory=list)
    _seen: int = 0

    def watch(self) -> None:
        """From now on, beside whoever hears of calls already."""
        gate = self.world.aws.gate
        self._seen, others = len(gate.effects), gate.after

        def after(call: Call) -> None:
            self.look()
            others(call)

        gate.after = after

    def look(self) -> None:
        """One sight for each effect that is new. Asks behind the scenes: none of it is a call."""
        effects = self.world.aws.gate.effects
        if self._seen < len(effects):
            new, self._seen = effects[self._seen :], len(effects)
            self.sights += [self._sight(effect) for effect in new]

    def _sight(self, effect: Effect) -> Sight:
        world, part = self.world, self.director.now
        environment, dns = world.sample.topology.environments[0], world.aws.dns
        hosts = [environment.host_for(account) for account in world.inputs.accounts]
        targets = {host: dns.answers(host) for host in hosts}
        history = world.aws.lock.history
        return Sight(
            effect=effect,
            targets=targets,
            dangling=frozenset(one for one in targets.values() if one and _is_gone(world, one)),
            out=out_regions(world),
            well=frozenset(_well(world)),
            known_good=frozenset(region for region, result in world.aws.probe.heard if result.ok),
            primaries=Counter(one.name for one in dns.contents if one.failover == "PRIMARY"),
            fencing=part.lease.fencing if part and part.lease else 0,
            newest=history[-1].fencing if history else 0,
            unproven=tuple(_unproven(world, effect)),
            answered=_answered(world, effect),
        )


def out_regions(world: World) -> frozenset[str]:
    """Regions whose alarm says out, behind the scenes."""
    aws = world.aws
    return frozenset(
        lever.region
        for lever in levers(world.sample.topology, NAMES.prefix)
        if aws.levers.alarm(lever.place, lever.alarm) is AlarmState.ALARM
    )


def _well(world: World) -> Iterator[str]:
    environment, aws = world.sample.topology.environments[0], world.aws
    for region in world.sample.topology.regions:
        hosts = (environment.regional_host_for(account, region.name) for account in world.inputs.accounts)
        targets = [aws.dns.target(host) for host in hosts]
        if all(target and aws.probe.ask(target).ok for target in targets):
            yield region.name


def _is_gone(world: World, target: str) -> bool:
    return "does not resolve" in world.aws.probe.ask(target).error


def _compute(effect: Effect) -> tuple[str, tuple[str, ...]] | None:
    """The stack set and the regions of an operation on compute."""
    name, _, regions = effect.subject.partition("/")
    if effect.name not in _OPERATIONS or not name.endswith("-compute"):
        return None
    return name, tuple(one for one in regions.split(",") if one)


def _unproven(world: World, effect: Effect) -> Iterator[str]:
    found = _compute(effect)
    if found is None:
        return
    said = world.aws.stack_sets.parameters_of(found[0])
    for region in found[1]:
        bucket = f"{said['ArtifactBucketPrefix']}-{region}"
        for name, key in said.items():
            version = said.get(f"{name[:-3]}Version", "")
            if name.startswith("Code") and name.endswith("Key") and not world.aws.buckets.holds(bucket, key, version):
                yield f"{bucket}/{key} {version}"


def _answered(world: World, effect: Effect) -> frozenset[str]:
    found = _compute(effect)
    if found is None:
        return frozenset()
    release = f'"release":"{world.aws.stack_sets.parameters_of(found[0])["Release"]}"'
    heard = ((region, result) for region, result in world.aws.probe.heard if result.ok)
    return frozenset(region for region, result in heard if release in result.body.replace(" ", ""))


def allowed(plan: Plan) -> frozenset[tuple[str, str]]:
    """The effects that a plan's steps may have: by name, and by token where there is one, else by subject."""
    return frozenset(one for step in plan.steps for one in _effects_of(step.action))


def label(effect: Effect) -> tuple[str, str]:
    """How `allowed` names an effect."""
    by_token = effect.name in (*_OPERATIONS, "StackSets.delete_instances")
    return effect.name, effect.token if by_token else effect.subject


def _effects_of(action: Action) -> Iterator[tuple[str, str]]:
    match action:
        case PutStack():
            yield "Stacks.put", f"{action.account}/{action.region}/{action.name}"
        case DeleteStack():
            yield "Stacks.delete", f"{action.account}/{action.region}/{action.name}"
        case CreateStackSet():
            yield "StackSets.create", action.stack_set.name
        case CreateInstances():
            yield "StackSets.create_instances", action.operation_id
        case UpdateInstances():
            yield "StackSets.update", action.operation_id
        case OverrideInstances():
            yield "StackSets.override", action.operation_id
        case DeleteInstances():
            yield "StackSets.delete_instances", action.operation_id
        case DeleteStackSet():
            yield "StackSets.delete", action.name
        case ReplicateBucket():
            yield "Buckets.replicate", action.bucket
        case UploadArtifact():
            yield "Buckets.put_again" if action.again else "Buckets.put", f"{action.bucket}/{action.artifact.key}"
        case AwaitReplica():
            yield "Buckets.put_again", f"{action.source[1]}/{action.artifact.key}"
        case DeleteBucket():
            yield from (("Buckets.empty", action.bucket), ("Buckets.delete", action.bucket))
        case ValidateCertificates():
            yield "Dns.change", "validation"
        case ChangeRecords():
            yield from (("Dns.change", "/".join(one.record.key)) for one in action.changes)
        case CreateHealthCheck():
            yield "Dns.create_health_check", action.check.name
        case UpdateHealthCheck():
            yield "Dns.update_health_check", action.check.id
        case DeleteHealthCheck():
            yield "Dns.delete_health_check", action.check_id
        case MoveLever() | HoldLever() | KeepLever():
            yield "Levers.move", f"{action.lever.metric} {action.position.value}"
        case BeginOutage():
            yield "Outages.begin", action.outage.region
        case EndOutage():
            yield "Outages.end", action.outage.region
        case _:
            return


def restores(effect: Effect) -> bool:
    """Whether it puts something back: that waits for no lock."""
    return effect.name == "Outages.end" or (
        effect.name == "Levers.move" and effect.subject.endswith(f" {Position.IN.value}")
    )
