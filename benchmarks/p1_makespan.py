"""P1: how much longer a deployment takes than AWS itself needs for it: 12 instances, stacks of about 20 s.

AWS is simulated, in virtual time; executor, plan, journal, lock and verification are the real ones. Every stack draws
its own time from a seed, and every call takes 0.1 s. What AWS itself needs is worked out beforehand, from drawn times
and the plan's graph alone; a gate of two good answers needs the second between them. The seconds that this process
computes are added.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.results import save
from orchestrator.app.locking import RunLock, seats
from orchestrator.app.simulated_world import SimulatedWorld, simulated_world
from orchestrator.config import load
from orchestrator.core.actions import (
    AwaitReplica,
    ChangeRecords,
    CreateInstances,
    OverrideInstances,
    ProbeRegion,
    UpdateInstances,
)
from orchestrator.core.lock import Owner
from orchestrator.core.plan import Plan, Step
from orchestrator.core.run import Run, Verdict
from orchestrator.executor import Polling, execute
from orchestrator.journal import FileJournal, recorded
from orchestrator.simulation import Durations, VirtualWorkers

_SEEDS = 40
_WORKERS = 64
_CALL_S = 0.1
_REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1")
_ACCOUNTS = ("111111111111", "222222222222", "333333333333")
_Operation = CreateInstances | UpdateInstances | OverrideInstances


@dataclass(frozen=True, slots=True)
class Measured:
    """One deployment of one seed."""

    took_s: float
    needed_s: float
    gates_s: float
    calls: int

    @property
    def ratio(self) -> float:
        """1.0: no second was lost."""
        return self.took_s / self.needed_s

    @property
    def strict(self) -> float:
        """The same when the second between a gate's two answers counts as lost, too."""
        return self.took_s / (self.needed_s - self.gates_s)


def measure(stack_s: float) -> dict[str, list[Measured]]:
    """Every kind of deployment, with stacks of about so many seconds, over all seeds."""
    found: dict[str, list[Measured]] = {}
    for seed in range(_SEEDS):
        for what, one in _deployments(f"{stack_s:.0f} s/{seed}", stack_s):
            found.setdefault(what, []).append(one)
    return found


def rows(stack_s: float, targets: dict[str, float]) -> list[dict[str, Any]]:
    """Means over all seeds beside the targets."""
    made = []
    for what, measured in measure(stack_s).items():
        ratios = [one.ratio for one in measured]
        target = next(value for kind, value in targets.items() if what.startswith(kind))
        made.append(
            {
                "what": what,
                "instances": 12,
                "stack_s": stack_s,
                "ratio": statistics.fmean(ratios),
                "worst": max(ratios),
                "ratio_if_gates_are_loss": statistics.fmean(one.strict for one in measured),
                "target": target,
                "met": statistics.fmean(ratios) <= target,
                "needed_s": statistics.fmean(one.needed_s for one in measured),
                "calls": statistics.fmean(one.calls for one in measured),
                "seeds": _SEEDS,
            }
        )
    return made


def _deployments(seed: str, stack_s: float) -> Iterator[tuple[str, Measured]]:
    """Of one world: its first deployment, then releases."""
    durations = Durations(create_stack_s=stack_s, update_stack_s=stack_s, validate_certificate_s=10, each=seed)
    first = _world(_REGIONS[:2], durations)
    first.rounds(_bootstrap())
    yield "region by region: first deployment, 3 accounts x 2 regions x 2 layers", _carried_out(first, durations)
    world = _world(_REGIONS, durations).stand()
    release = world.next_edition()
    yield "region by region: release, nothing like it before, 3 accounts x 4 regions", _carried_out(release, durations)
    release = release.next_edition()
    yield "region by region: release, one before, 3 accounts x 4 regions", _carried_out(release, durations)
    release = release.next_edition()
    yield "parallel: one operation, 3 accounts x 4 regions", _carried_out(release, durations, _at_once)


def _bootstrap() -> Any:
    from orchestrator.core.planning.bootstrap import plan_bootstrap

    return plan_bootstrap


def _world(regions: tuple[str, ...], durations: Durations) -> SimulatedWorld:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "regions.yaml"
        standbys = "".join(f"  {name}: {{role: secondary}}\n" for name in regions[1:])
        (Path(folder) / "app").mkdir()
        file.write_text(
            f"application: sample\npartition: aws\nhome_region: {regions[1]}\nreference_region: {regions[1]}\n"
            f"regions:\n  {regions[0]}: {{role: primary}}\n{standbys}environments:\n  production:\n"
            f"    accounts: [{', '.join(repr(one) for one in _ACCOUNTS)}]\n"
            '    host: "{account}.sample.fed.dev"\n    hosted_zone: fed.dev\ncode:\n  app: {path: app}\n'
            'stack_sets:\n  infra: {blueprint: "blueprints.infra:Infra"}\n'
            '  compute: {blueprint: "blueprints.compute:Compute"}\n'
        )
        topology = load(file).topology
    return simulated_world(topology, topology.environments[0], durations=durations)


def _carried_out(
    world: SimulatedWorld, durations: Durations, change: Callable[[Plan], Plan] = lambda plan: plan
) -> Measured:
    plan = change(world.plan())
    began, calls = time.process_time(), len(world.aws.gate.calls)
    run = _locked_and_journalled(world, plan)
    own_s = time.process_time() - began
    if run.verdict is not Verdict.SUCCEEDED:
        raise SystemExit(f"the run did not succeed: {[(one.id, one.reason) for one in run.failed]}")
    took_s = (run.ended_at - run.started_at).total_seconds()
    needed_s = needed(plan, durations)
    gates_s = needed_s - needed(_without_gates(plan), durations)
    return Measured(took_s + own_s, needed_s, gates_s, len(world.aws.gate.calls) - calls)


def _locked_and_journalled(world: SimulatedWorld, plan: Plan) -> Run:
    aws, names = world.aws, world.question.names
    lock = RunLock(aws.ports.lock, aws.clock, seats(world.topology, names), command="deploy --break-lock")
    workers = VirtualWorkers(aws.clock, aws.gate, size=_WORKERS, latency_s=_CALL_S)
    owner = Owner(by="bench", host="bench", run="bench", purpose="deploy")
    with (
        tempfile.TemporaryDirectory() as folder,
        lock.held(owner) as guard,
        FileJournal(Path(folder), "bench") as journal,
    ):
        return execute(
            plan,
            aws.ports,
            run="bench",
            emit=recorded(journal, lambda _: None),
            polling=Polling(),
            workers=workers,
            await_answer=workers.wait,
            many=workers.many,
            guard=guard,
        ).run


def needed(plan: Plan, durations: Durations) -> float:
    """What AWS needs by itself, were every end noticed at once and every call free: the longest chain of the graph."""
    ends: dict[str, float] = {}
    for step in _in_order(plan.steps):
        began = max((ends[need] for need in step.needs), default=0.0)
        ends[step.id] = began + _lasts_s(step, durations)
    return max(ends.values())


def _without_gates(plan: Plan) -> Plan:
    """Gates that need no time; what waits for them still does."""
    steps = tuple(
        replace(step, action=replace(step.action, successes=1)) if isinstance(step.action, ProbeRegion) else step
        for step in plan.steps
    )
    return replace(plan, steps=steps)


def _in_order(steps: tuple[Step, ...]) -> list[Step]:
    from graphlib import TopologicalSorter

    by_id = {step.id: step for step in steps}
    return [by_id[one] for one in TopologicalSorter({step.id: step.needs for step in steps}).static_order()]


def _lasts_s(step: Step, durations: Durations) -> float:
    match step.action:
        case CreateInstances() as action:
            certificates = durations.validate_certificate_s if "infra" in step.id else 0.0
            return max(certificates, _slowest(action, durations.create_stack_s, "CREATE", durations))
        case UpdateInstances() | OverrideInstances() as action:
            return _slowest(action, durations.update_stack_s, "UPDATE", durations)
        case AwaitReplica():
            return durations.replicate_s
        case ChangeRecords():
            return durations.in_sync_s
        case ProbeRegion(successes=successes):
            return (successes - 1) * Polling().shortest_s
        case _:
            return 0.0


def _slowest(action: _Operation, usual_s: float, kind: str, durations: Durations) -> float:
    name, places = action.stack_set.name, [(one, two) for one in action.targets.accounts for two in action.regions]
    return max(durations.of_stack(usual_s, name, account, region, kind) for account, region in places)


def _at_once(plan: Plan) -> Plan:
    """The same release as one operation over all regions, as infrastructure takes it: no gates between regions."""
    updates = [step for step in plan.steps if isinstance(step.action, UpdateInstances)]
    merged = {step.id for step in updates}
    one = updates[0]
    assert isinstance(one.action, UpdateInstances)
    regions = tuple(step.region for step in updates)
    others = [step for step in plan.steps if not merged & {step.id} and not step.id.startswith("gate:")]
    needs = tuple(dict.fromkeys(need for step in updates for need in step.needs if need in {o.id for o in others}))
    whole = replace(one, id="update:compute:all", needs=needs, region="", action=replace(one.action, regions=regions))
    return replace(plan, steps=(*others, whole))


def main() -> None:
    """Measure and save, beside what others were measured at: their runs of the same figure, all stacks in parallel."""
    targets = {"region by region": 1.05, "parallel": 1.10}
    peers = {"aws script": 1.44, "sceptre": 1.6, "cdk": 4.3, "cfngin": 6.4, "sam": 14.0, "aws": 19.0}
    theirs = [{"what": f"{name}, all parallel (measured before)", "ratio": ratio} for name, ratio in peers.items()]
    save("p1", [*rows(20.0, targets), *theirs])


if __name__ == "__main__":
    main()
