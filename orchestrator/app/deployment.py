"""Planning and carrying out: observe, plan, execute, and again while a plan says that it is not the whole truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from orchestrator.app.allowance import ensure_allowed
from orchestrator.app.inputs import Synthesis, artifacts_of, template_of, unsynthesized
from orchestrator.app.journal_copy import JournalCopy
from orchestrator.app.locking import RunLock, lock_of, owner_of
from orchestrator.app.recording import Recording, new_run
from orchestrator.app.resuming import Resumed, resumed, shelves_of
from orchestrator.app.run_facts import facts_of_run
from orchestrator.app.settings import Settings, Workspace, open_configuration, open_workspace, running_local
from orchestrator.app.users import callers
from orchestrator.core.desired import DesiredState, Inputs, desired_state
from orchestrator.core.diff import changed_types
from orchestrator.core.plan import Plan
from orchestrator.core.planning.bootstrap import plan_bootstrap
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.planning.destroy import plan_destroy
from orchestrator.core.resume import check_inputs
from orchestrator.core.run import Event, Run, Verdict, joined
from orchestrator.core.state import ObservedState
from orchestrator.executor import Guard, execute
from orchestrator.observe import Question, observe

Verb = Literal["deploy", "bootstrap", "destroy"]

# Each round learns something (an operation ended, accounts appeared): more than a few mean that it never converges.
_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Undertaking:
    """One verb on one environment: its inputs are made once, the world is looked at for every plan."""

    workspace: Workspace
    verb: Verb
    artifacts: bool
    inputs: Inputs
    lock: RunLock
    resumed: Resumed | None = None

    @property
    def before(self) -> Run | None:
        """What the run that goes on had come to; None for a new one."""
        return self.resumed.told.run if self.resumed else None

    def clear(self) -> None:
        """Whether the verb may run at all now. Raises LockHeld while another run changes this environment."""
        self.lock.look()

    def plan(self) -> Plan:
        """What the verb would do now. Raises AwsError, and Refused when a run must go on with other inputs."""
        plan = self._plan()
        if self.resumed:
            check_inputs(self.resumed.told, plan)
        return plan

    def _plan(self) -> Plan:
        observed = observe(self.workspace.ports, self._question(), workers=self.workspace.workers)
        desired = desired_state(self.inputs, observed)
        match self.verb:
            case "bootstrap":
                return plan_bootstrap(desired, observed, _create_only(desired, observed))
            case "destroy":
                return plan_destroy(desired, observed, artifacts=self.artifacts)
            case "deploy":
                return plan_deploy(desired, observed, _create_only(desired, observed))

    def carry_out(self, plan: Plan, *, on_event: Callable[[Event], None]) -> Run:
        """Carry a plan out, and what it could not know yet after it. A failed step is a verdict, not an exception.

        Raises Refused when a finding or another run forbids it (nothing was started), Interrupted, AwsError when AWS
        cannot be asked.
        """
        ensure_allowed(plan)
        workspace = self.workspace
        run = self.resumed.run if self.resumed else new_run(workspace.ports.clock, self.verb)
        with (
            self.lock.held(owner_of(run, self._purpose(plan))) as guard,
            Recording(
                run,
                folder=workspace.settings.runs_dir,
                clock=workspace.ports.clock,
                on_event=on_event,
                # Only a release of an application that serves already can interrupt anybody.
                users=callers(workspace) if self.verb == "deploy" else None,
                copy=self._copy(run),
            ) as recording,
        ):
            runs = self._rounds(plan, recording, guard)
        return recording.met(joined([self.before, *runs] if self.before else runs))

    def _copy(self, run: str) -> JournalCopy | None:
        if self.artifacts or self.workspace.workers is not None:
            # The buckets go, and what is in them: a copy would only hold that up.
            return None
        return JournalCopy(shelves_of(self.workspace), run, kept=self.resumed.lines if self.resumed else ())

    def _purpose(self, plan: Plan) -> str:
        return f"deploy of release {plan.release}" if self.verb == "deploy" and plan.release else self.verb

    def _rounds(self, plan: Plan, recording: Recording, guard: Guard) -> list[Run]:
        runs: list[Run] = []
        workspace = self.workspace
        ports = recording.ports(workspace.ports)
        for _ in range(_ROUNDS):
            recording.planned(plan, facts_of_run(workspace))
            outcome = execute(
                plan,
                ports,
                run=recording.run,
                emit=recording.tell,
                polling=workspace.polling,
                workers=workspace.workers,
                guard=guard,
            )
            runs.append(outcome.run)
            settled = plan.complete and not outcome.replan
            if settled or outcome.run.verdict not in (Verdict.SUCCEEDED, Verdict.NOTHING_TO_DO):
                break
            plan = self.plan()
            ensure_allowed(plan)
            if plan.is_empty:
                # On record: without it the rounds before look as if they were broken off.
                recording.planned(plan, facts_of_run(workspace))
                break
        return runs

    def _question(self) -> Question:
        return Question(
            topology=self.workspace.topology,
            environment=self.workspace.environment,
            names=self.workspace.names,
            accounts=self.workspace.accounts,
            artifacts=self.inputs.artifacts,
            layers=("control", "access") if self.verb == "bootstrap" else ("control", "infra", "compute"),
            access=self.verb == "bootstrap" or self.artifacts,
            dns=self.verb != "bootstrap",
        )


def undertake(settings: Settings, *, verb: Verb, artifacts: bool = False, resume: str = "") -> Undertaking:
    """Read the configuration, make the inputs, find out who we are.

    `artifacts`: destroy also the artifact buckets. `resume`: the deployment that goes on, "" for a new one. Raises
    ConfigurationError, UsageError, Refused, AwsError.
    """
    if settings.local and verb == "bootstrap":
        _make_local_zone(settings)
    workspace = open_workspace(settings, bootstrap_role=verb == "bootstrap" or artifacts)
    before = resumed(workspace, resume) if resume else None
    return Undertaking(workspace, verb, artifacts, _inputs(workspace, verb), lock_of(workspace, verb), before)


def _make_local_zone(settings: Settings) -> None:
    from orchestrator.local import ensure_zone

    _, environment = open_configuration(settings)
    zone = environment.hosted_zone
    ensure_zone(running_local(settings), zone.name, account=zone.account)


def _inputs(workspace: Workspace, verb: Verb) -> Inputs:
    topology, environment, names = workspace.topology, workspace.environment, workspace.names
    inputs = unsynthesized(topology, environment, names.home_account, workspace.accounts)
    if verb == "destroy":
        return inputs
    organization_id = workspace.ports.organization.id() if environment.organizational_units else ""
    synthesis = Synthesis(workspace.loaded, environment, names.home_account, organization_id=organization_id)
    control = template_of(synthesis.control())
    if verb == "bootstrap":
        home, target = template_of(synthesis.home_access()), template_of(synthesis.target_access())
        return replace(inputs, control=control, home_access=home, target_access=target)
    settings = workspace.settings
    artifacts = artifacts_of(topology, names, settings.state_dir / "packages", also=settings.also_packaged)
    release, (infra, compute) = synthesis.layers(artifacts)
    return replace(
        inputs,
        release=release,
        artifacts=artifacts,
        control=control,
        infra=template_of(infra),
        compute=template_of(compute),
        target_access=None,
    )


def _create_only(desired: DesiredState, observed: ObservedState) -> dict[str, frozenset[str]]:
    """Replacement rules are looked up only for resource types that differ: loading them takes half a second."""
    types: set[str] = set()
    for stack_set in desired.stack_sets:
        present = observed.stack_set(stack_set.name)
        if present and present.digest != stack_set.digest:
            types |= changed_types(present.body, stack_set.body)
    if not types:
        return {}
    from orchestrator.synth import create_only_properties

    return create_only_properties(frozenset(types), desired.topology.home_region)
