"""A region that falls silent at one step of a release: how the run ends, what it leaves behind, what is left to do."""

from __future__ import annotations

from orchestrator.app.simulated_world import SimulatedWorld
from orchestrator.core.errors import Refused
from orchestrator.core.proof import who_answers
from orchestrator.core.run import Event, EventKind
from orchestrator.core.simulated import Loss, ReleaseSeen, Round, problem_of, release_seen
from orchestrator.core.state import Stack


def lose(standing: SimulatedWorld, step: str, region: str) -> Loss:
    """Release once more; `region` answers nobody from the start of `step` until the run has ended, then it returns.

    `standing` is deployed, and is used up. Raises Refused when the release itself is.
    """
    world = standing.next_edition()
    silent = world.aws.faults.silent

    def fall_silent(event: Event) -> None:
        if event.kind is EventKind.STEP_STARTED and event.step == step:
            silent.add(region)

    plan = world.plan()
    run = world.carry_out(plan, on_event=fall_silent).run
    releases, (answers, served) = _releases(world, standing.inputs.release), _answers(world)
    silent.clear()
    left, mended = _mended(world)
    return Loss(
        step=step,
        region=region,
        verdict=run.verdict,
        lasted_s=(run.ended_at - run.started_at).total_seconds(),
        problem=problem_of([Round(plan, run)]),
        releases=releases,
        answers=answers,
        served=served,
        left=left,
        mended=mended,
    )


def _releases(world: SimulatedWorld, old: str) -> tuple[tuple[str, ReleaseSeen], ...]:
    """What really runs, whoever can see it."""
    world.aws.stack_sets.settle()
    prefix = f"StackSet-{world.question.names.stack_set('compute')}-"
    stacks = [stack for stack, _ in world.aws.stacks.all() if stack.name.startswith(prefix)]
    new = world.inputs.release
    return tuple(
        (region.name, release_seen([_release(one) for one in stacks if one.region == region.name], old=old, new=new))
        for region in world.topology.regions
    )


def _release(stack: Stack) -> str:
    return "" if stack.status.endswith("_IN_PROGRESS") else dict(stack.parameters).get("Release", "")


def _answers(world: SimulatedWorld) -> tuple[tuple[str, ...], bool]:
    """The regions that users are sent to, () when some get no answer; and whether what they find there works."""
    regions = tuple(region.name for region in world.topology.regions)
    dns = world.aws.dns
    healthy = dns.healthy()
    met = [one for host in world.hosts for one in who_answers(host, regions, dns.contents, healthy)]
    found = {region for region, _ in met}
    served = all(given.values and world.aws.probe.ask(given.values[0]).ok for _, given in met)
    return () if "" in found else tuple(region for region in regions if region in found), served


def _mended(world: SimulatedWorld) -> tuple[int, bool]:
    """The steps that another deployment takes, and whether there is nothing to do after it."""
    try:
        rounds = world.rounds()
        mended = not problem_of(rounds) and world.plan().is_empty
    except Refused:
        return 0, False
    return sum(len(one.plan.steps) for one in rounds), mended
