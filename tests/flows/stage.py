"""One simulated AWS and an operator's moves on it: bootstrap, deploy, destroy, each planned from what is observed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from orchestrator.core.plan import Plan
from orchestrator.core.planning.bootstrap import plan_bootstrap
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.planning.destroy import plan_destroy
from orchestrator.core.run import Event, Run, Verdict
from orchestrator.core.state import ObservedState
from orchestrator.executor import Polling, execute
from orchestrator.executor.walk import Outcome
from orchestrator.observe import Question, observe
from orchestrator.simulation import InlineWorkers, SimulatedAws, World
from tests.sample_world import HOME, NAMES, Sample, topology

ROUNDS = 6


@dataclass
class Stage:
    """`sample` is what the operator has; `aws` is what there is. `events` keeps every event told."""

    sample: Sample = field(default_factory=lambda: Sample(topology()))
    zone: str = "fed.dev"
    aws: SimulatedAws = field(init=False)
    events: list[Event] = field(default_factory=list)
    taken_over: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        world = World(
            home_account=HOME,
            home_region=self.sample.topology.home_region,
            zone=self.zone,
            units=self.sample.units,
        )
        self.aws = SimulatedAws(world)

    def observe(self, patience_s: float = 0.0) -> ObservedState:
        """A snapshot of everything."""
        return observe(self.aws.ports, replace(self.question(), patience_s=patience_s))

    def question(self) -> Question:
        """What everything is."""
        return Question(
            topology=self.sample.topology,
            environment=self.sample.topology.environments[0],
            names=NAMES,
            accounts=self.sample.inputs.accounts,
            artifacts=self.sample.inputs.artifacts,
            access=True,
        )

    def plan(self, verb: str = "deploy") -> Plan:
        """The plan of one verb, from a fresh look."""
        observed = self.observe()
        desired = replace(self.sample.desired(observed), taken_over=self.taken_over)
        match verb:
            case "bootstrap":
                return plan_bootstrap(desired, observed, {})
            case "deploy":
                return plan_deploy(desired, observed, {})
            case _:
                return plan_destroy(desired, observed, artifacts=verb == "destroy --artifacts")

    def carry_out(self, plan: Plan) -> Outcome:
        """One run of one plan."""
        run = f"run-{sum(event.kind.value == 'run_started' for event in self.events) + 1}"
        return execute(
            plan, self.aws.ports, run=run, emit=self.events.append, polling=Polling(), workers=InlineWorkers()
        )

    def do(self, verb: str) -> Run:
        """Plan and carry out until the plan is complete, as the program does; the last run that did something."""
        last: Run | None = None
        for _ in range(ROUNDS):
            plan = self.plan(verb)
            outcome = self.carry_out(plan)
            last = outcome.run if last is None or outcome.run.steps else last
            done = plan.complete and not outcome.replan
            if done or outcome.run.verdict is not Verdict.SUCCEEDED:
                return last
        raise AssertionError(f"{verb} came to no end")

    def deployed(self) -> Stage:
        """The same after a bootstrap and a deployment that succeeded."""
        assert self.do("bootstrap").verdict is Verdict.SUCCEEDED
        run = self.do("deploy")
        assert run.verdict is Verdict.SUCCEEDED, reasons(run)
        return self


def reasons(run: Run) -> dict[str, str]:
    """Why each step that did not succeed did not."""
    return {step.id: f"{step.status.value}: {step.reason}" for step in run.steps if step.status.value != "succeeded"}
