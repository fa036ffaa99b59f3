"""A run of `deploy` on the simulation with the rollback after its failure, as the program puts them together."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.app.going_back import GoingBack, closing_event, rollback_event
from orchestrator.core.former import before_of, kept_since
from orchestrator.core.former_json import formers_json
from orchestrator.core.history import History, history
from orchestrator.core.names import TAG_TEMPLATE
from orchestrator.core.plan import Plan
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.planning.finish import inputs_of
from orchestrator.core.release import ReleaseRecord
from orchestrator.core.release_json import release_record_of
from orchestrator.core.resume import unproven_regions
from orchestrator.core.run import Event, EventKind, Run, Verdict, joined
from orchestrator.core.run_facts_json import facts_json
from orchestrator.core.run_report import RunFacts
from orchestrator.core.topology import OnFailure
from orchestrator.executor import Polling, execute
from orchestrator.executor.walk import Outcome
from orchestrator.report import plan_json
from orchestrator.simulation import InlineWorkers
from tests.flows.stage import ROUNDS, Stage

RUN = "20261121T120000Z-deploy-a1b2c3"


@dataclass
class Returning:
    """`journal` is what the run's journal holds; a second `deploy` with it is a resumed one."""

    stage: Stage
    journal: list[Event] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)

    def deploy(self) -> Run:
        """Rounds forward, and back when one of them fails."""
        told = history(self.journal) if self.journal else None
        observed = self.stage.observe()
        now = before_of(observed, self.stage.sample.desired(observed).stack_sets)
        before = self.stood(told) if told else now
        runs: list[Run] = [told.run] if told else []

        def tell(plan: Plan) -> None:
            data = (
                ("plan", plan_json(plan)),
                ("facts", facts_json(RunFacts())),
                ("before", formers_json(before.formers)),
            )
            self.plans.append(plan)
            now = self.stage.aws.clock.now()
            self.journal.append(Event(at=now, run=RUN, kind=EventKind.PLANNED, detail=plan.verb, data=data))

        def back(plan: Plan, failed: Run) -> None:
            tell(plan)
            self.journal.append(rollback_event(plan, failed, self.stage.aws.clock.now()))

        def close(verdict: Verdict) -> Event:
            self.journal.append(closing_event(RUN, verdict, self.stage.aws.clock.now()))
            return self.journal[-1]

        for _ in range(ROUNDS):
            plan = self.plan(told)
            tell(plan)
            outcome = self.carry_out(plan)
            runs.append(outcome.run)
            stops = self.stage.sample.topology.rollout.on_failure is OnFailure.STOP
            if outcome.run.verdict is Verdict.FAILED:
                going = GoingBack(
                    before=before,
                    look=self.look,
                    record=self.record,
                    tell=back,
                    carry_out=self.carry_out,
                    close=close,
                    stops=stops,
                )
                return joined([*runs, *going.after(plan, outcome)])
            settled = plan.complete and not outcome.replan
            if settled or outcome.run.verdict not in (Verdict.SUCCEEDED, Verdict.NOTHING_TO_DO):
                return joined(runs)
        raise AssertionError("it came to no end")

    def plan(self, told: History | None) -> Plan:
        """What is left of the run; all of it without a journal."""
        desired, observed = self.look()
        if told is None:
            return plan_deploy(desired, observed, {})
        return plan_deploy(desired, observed, {}, unproven_regions(told), self.stood(told))

    def stood(self, told: History):
        """What stood before a run that goes on."""
        observed = self.stage.observe()
        before = before_of(observed, self.stage.sample.desired(observed).stack_sets)
        infra = dict(inputs_of(told.basis))["template of infra"]
        return kept_since(before, told.formers, release=told.run.release, infra=infra)

    def carry_out(self, plan: Plan) -> Outcome:
        """One round of the run."""
        aws = self.stage.aws
        return execute(plan, aws.ports, run=RUN, emit=self.journal.append, polling=Polling(), workers=InlineWorkers())

    def look(self):
        """What is to be, and what is."""
        observed = self.stage.observe()
        return self.stage.sample.desired(observed), observed

    def record(self, release: str) -> ReleaseRecord | None:
        """The pinned record of a release, from any bucket."""
        found = [texts[release][1] for texts in self.stage.aws.releases.kept.values() if release in texts]
        return release_record_of(found[0]) if found else None

    @property
    def told(self):
        """What the journal tells of the run."""
        return history(self.journal)


def running(stage: Stage, layer: str = "compute") -> dict[tuple[str, str], str]:
    """Release (or, for infra, template) by (account, region), of what really runs."""
    stage.aws.stack_sets.settle()
    name = "Release" if layer == "compute" else ""
    return {
        (stack.account, stack.region): dict(stack.parameters)[name] if name else dict(stack.tags)[TAG_TEMPLATE]
        for stack, _ in stage.aws.stacks.all()
        if f"-{layer}" in stack.name
    }
