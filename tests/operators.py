"""One simulated world and the commands that operators give in it, as the program carries them out, in virtual time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from orchestrator.app.allowance import ensure_allowed
from orchestrator.app.deployment import Undertaking, Verb
from orchestrator.app.drilling import Drill
from orchestrator.app.locking import RunLock, owner_of, seats
from orchestrator.app.recording import Recording, new_run
from orchestrator.app.resuming import resumed
from orchestrator.app.run_facts import facts_of_run
from orchestrator.app.settings import DataPlane, Settings, Workspace
from orchestrator.app.switching import Switch
from orchestrator.clock import RunClock
from orchestrator.config.loaded import Loaded
from orchestrator.core.desired import Inputs
from orchestrator.core.drill import DrillMode, DrillWish
from orchestrator.core.errors import ExitCode, OrchestratorError
from orchestrator.core.former import Before
from orchestrator.core.plan import Plan
from orchestrator.core.run import Event, Run, Verdict
from orchestrator.executor import Guard, Polling, Unguarded, execute
from orchestrator.lock import Lease
from orchestrator.ports import Clock, Ports
from orchestrator.simulation import InlineWorkers, SimulatedAws
from tests.sample_world import EAST, NAMES, Sample
from tests.theatre import Part, PartClock

_EXITS = {
    Verdict.SUCCEEDED: ExitCode.DONE,
    Verdict.NOTHING_TO_DO: ExitCode.DONE,
    Verdict.FAILED: ExitCode.FAILED,
    Verdict.INTERRUPTED: ExitCode.INTERRUPTED,
}
DRILLED = EAST
"""The region that is drilled, left and returned to: the primary."""


@lru_cache(maxsize=16)
def inputs_of(sample: Sample) -> Inputs:
    """Made once: the sample does not change."""
    return sample.inputs


def memory_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for journals in which a sync costs nothing."""
    shared = Path("/dev/shm")
    return tempfile.TemporaryDirectory(prefix="journals-", dir=shared if shared.is_dir() else None)


@dataclass
class Command:
    """One command: what was typed, what it planned, and what it came to. `exit_code` None: its process died.

    `record`: what its journal says in the end. `effects`: the first effect after it began and the first after it
    ended, by number. `left`: changes that it left undone. `runs`: the release of each (account, region) at its end.
    """

    verb: str
    by: str
    plans: list[Plan] = field(default_factory=list)
    run: Run | None = None
    exit_code: ExitCode | None = None
    error: BaseException | None = None
    journal: Path | None = None
    record: bytes = b""
    began_s: float = 0.0
    ended_s: float = 0.0
    effects: tuple[int, int] = (0, 0)
    left: tuple[str, ...] = ()
    runs: dict[tuple[str, str], str] = field(default_factory=dict)

    def __str__(self) -> str:
        code = "died" if self.exit_code is None else f"exit {int(self.exit_code)}"
        failed = "; ".join(f"{one.id}: {one.reason}" for one in self.run.failed) if self.run else ""
        return f"{self.by}: {self.verb}: {code} {failed or self.error or ''}".strip()


def _unheard(part: Part, command: Command, event: Event) -> None:
    """Nobody listens."""


def _unshown(event: Event) -> None:
    """Nobody looks."""


@dataclass(frozen=True, slots=True)
class _Watched(Undertaking):
    """An undertaking that keeps what it planned, and what it told that it would put back."""

    plans: list[Plan] = field(default_factory=list)

    def plan(self) -> Plan:
        found = Undertaking.plan(self)
        self.plans.append(found)
        return found

    def _tell_plan(self, recording: Recording, plan: Plan, before: Before) -> None:
        if plan not in self.plans:
            self.plans.append(plan)
        Undertaking._tell_plan(self, recording, plan, before)


@dataclass
class World:
    """What operators share: AWS and what they want of it. `heard` gets each event that a command tells.

    `shown` gets it before, as the command line shows it.
    """

    aws: SimulatedAws
    sample: Sample
    folder: Path
    heard: Callable[[Part, Command, Event], None] = _unheard
    shown: Callable[[Event], None] = _unshown
    commands: list[Command] = field(default_factory=list)
    clocks: dict[str, RunClock] = field(default_factory=dict)
    inputs: Inputs = field(init=False)

    def __post_init__(self) -> None:
        self.inputs = inputs_of(self.sample)

    @property
    def settings(self) -> Settings:
        """All operators work on one machine."""
        return Settings(state_dir=self.folder)

    def ports(self, part: Part) -> Ports:
        """As one operator sees them."""
        return replace(self.aws.ports, clock=self.clock(part))

    def clock(self, part: Part) -> Clock:
        """The clock of his command, which the program makes when that begins."""
        return self.clocks.get(part.name, part.clock)

    def workspace(self, part: Part) -> Workspace:
        """What the program would open for him."""
        topology = self.sample.topology
        return Workspace(
            settings=self.settings,
            loaded=Loaded(topology, ()),
            topology=topology,
            environment=topology.environments[0],
            accounts=self.inputs.accounts,
            names=NAMES,
            ports=self.ports(part),
            polling=Polling(),
            workers=InlineWorkers(),
        )

    def lock(self, part: Part) -> RunLock:
        places = seats(self.sample.topology, NAMES)
        # Leases are counted by a clock that runs while the process stands still.
        return RunLock(self.aws.lock, part.clock, places, command="deploy --break-lock", keep=part.keeping)

    def undertaking(self, verb: str, part: Part, *, resume: bool = False) -> _Watched:
        name, _, option = verb.partition(" ")
        workspace = self.workspace(part)
        before = resumed(workspace, "latest") if resume else None
        workspace = before.after(workspace) if before else workspace
        named: Verb = "bootstrap" if name == "bootstrap" else "destroy" if name == "destroy" else "deploy"
        return _Watched(workspace, named, bool(option), self.inputs, self.lock(part), before)

    def running(self) -> dict[tuple[str, str], str]:
        """The release that each account and region runs, asked behind the scenes."""
        self.aws.stack_sets.settle()
        releases = ((one.account, one.region, dict(one.parameters).get("Release")) for one, _ in self.aws.stacks.all())
        return {(account, region): release for account, region, release in releases if release}

    def remaining(self) -> tuple[str, ...]:
        """What a deployment would still change, asked behind the scenes."""
        auditor = Part("", lambda part: None)
        auditor.clock = PartClock(auditor, self.aws.clock, lambda until: None)
        plan = self.undertaking("deploy", auditor).plan()
        return tuple(change.id for change in plan.pending_changes)


def give(world: World, verb: str) -> Callable[[Part], None]:
    """What a part does that gives this command, as the command line carries it out."""

    def work(part: Part) -> None:
        command = Command(verb, part.name, began_s=part.clock.monotonic())
        world.commands.append(command)
        world.clocks[part.name] = RunClock(part.clock)
        first = len(world.aws.gate.effects)
        try:
            command.run = _carried_out(world, command, part)
            command.exit_code = _EXITS[command.run.verdict] if command.run else ExitCode.DONE
        except OrchestratorError as error:
            command.error, command.exit_code = error, error.exit_code
        except KeyboardInterrupt as error:
            command.error, command.exit_code = error, ExitCode.INTERRUPTED
        finally:
            command.ended_s = part.clock.monotonic()
            command.runs = world.running()
            command.effects = (first, len(world.aws.gate.effects))

    return work


def _carried_out(world: World, command: Command, part: Part) -> Run | None:
    match command.verb.split()[0]:
        case "bootstrap" | "deploy" | "destroy" | "resume":
            return _undertaken(world, command, part)
        case "drill" | "put-back":
            return _drilled(world, command, part)
        case _:
            return _switched(world, command, part)


def _undertaken(world: World, command: Command, part: Part) -> Run | None:
    goes_on = command.verb == "resume"
    undertaking = world.undertaking("deploy" if goes_on else command.verb, part, resume=goes_on)
    undertaking.clear()
    plan = undertaking.plan()
    command.plans = undertaking.plans
    ensure_allowed(plan)
    if plan.is_empty and plan.complete and not goes_on:
        return None
    return undertaking.carry_out(plan, on_event=_hearing(world, part, command))


def _hearing(world: World, part: Part, command: Command) -> Callable[[Event], None]:
    def hear(event: Event) -> None:
        command.journal = world.settings.runs_dir / f"{event.run}.jsonl"
        world.shown(event)
        world.heard(part, command, event)

    return hear


def _drilled(world: World, command: Command, part: Part) -> Run | None:
    mode = DrillMode.OUTAGE if command.verb.endswith("outage") else DrillMode.SWITCH
    wish = DrillWish(region=DRILLED, mode=mode, hold_s=5, silent=False, put_back=command.verb == "put-back")
    workspace, lock = world.workspace(part), world.lock(part)
    if not wish.put_back:
        lock.look()
    plan = Drill(workspace, wish).plan()
    command.plans.append(plan)
    ensure_allowed(plan)
    if plan.is_empty:
        return None
    run = next((str(one.action.record.run) for one in plan.steps if one.id == "note:begin"), "")
    run = run or new_run(world.clock(part), "drill")
    facts = facts_of_run(workspace, region=DRILLED, mode=mode)
    if wish.put_back:
        return _walked(world, command, part, plan, run, Unguarded(), facts)
    with lock.held(owner_of(run, "drill")) as guard:
        return _walked(world, command, part, plan, run, guard, facts)


def _switched(world: World, command: Command, part: Part) -> Run | None:
    topology = world.sample.topology
    plane = DataPlane(
        settings=world.settings,
        topology=topology,
        environment=topology.environments[0],
        names=NAMES,
        ports=world.ports(part),
        polling=Polling(),
    )
    plan = Switch(plane, "failover" if command.verb == "failover" else "failback", DRILLED, False).plan()
    command.plans.append(plan)
    ensure_allowed(plan)
    if plan.is_empty:
        return None
    run = new_run(world.clock(part), command.verb)
    return _walked(world, command, part, plan, run, Unguarded(), facts_of_run(plane, region=DRILLED))


def _walked(
    world: World, command: Command, part: Part, plan: Plan, run: str, guard: Guard | Lease, facts: object
) -> Run:
    recording = Recording(
        run,
        folder=world.settings.runs_dir,
        clock=world.clock(part),
        on_event=_hearing(world, part, command),
        virtual=True,
    )
    with recording:
        recording.planned(plan, facts)
        outcome = execute(
            plan,
            recording.ports(world.ports(part)),
            run=run,
            emit=recording.tell,
            polling=Polling(),
            workers=InlineWorkers(),
            guard=guard,
        )
    return outcome.run
