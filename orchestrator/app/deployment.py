"""Planning and carrying out: observe, plan, execute, and again while a plan says that it is not the whole truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from orchestrator.app.allowance import ensure_allowed, ensure_lasting
from orchestrator.app.container_programs import with_unplayed_services
from orchestrator.app.forbidden_round import forbidden_round
from orchestrator.app.gate_findings import with_gate_findings, with_left_out_gates
from orchestrator.app.going_back import GoingBack, closing_event, rollback_event
from orchestrator.app.inputs import Synthesis, artifacts_of, template_of, unsynthesized
from orchestrator.app.journal_copy import JournalCopy
from orchestrator.app.locking import RunLock, lock_of, owner_of
from orchestrator.app.published_findings import with_published_findings
from orchestrator.app.quota_findings import with_quota_findings
from orchestrator.app.recording import Recording, new_run
from orchestrator.app.releases import chosen_release, note_landed, pinned_record
from orchestrator.app.resuming import Resumed, resumed, shelves_of
from orchestrator.app.run_facts import facts_of_run
from orchestrator.app.settings import Settings, Workspace, open_configuration, open_workspace, running_local
from orchestrator.app.unanswered import unanswered
from orchestrator.app.users import callers
from orchestrator.core.desired import DesiredState, Inputs, desired_state
from orchestrator.core.diff import changed_types
from orchestrator.core.expected import with_expected
from orchestrator.core.former import Before, before_of, kept_since
from orchestrator.core.plan import Plan
from orchestrator.core.planning.bootstrap import plan_bootstrap
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.planning.destroy import plan_destroy
from orchestrator.core.planning.finish import inputs_of, refusals
from orchestrator.core.planning.unrestored import held_by_drills
from orchestrator.core.release import ReleaseRecord, pinned_inputs
from orchestrator.core.resume import check_inputs, unproven_regions
from orchestrator.core.run import Event, Run, Verdict, joined
from orchestrator.core.state import ObservedState
from orchestrator.core.topology import OnFailure
from orchestrator.executor import Guard, Outcome, execute
from orchestrator.observe import Question, observe

Verb = Literal["deploy", "bootstrap", "destroy"]

# Each round learns something (an operation ended, accounts appeared): more than a few mean that it never converges.
_ROUNDS = 6
_PATIENCE_S = 300.0
"""How long AWS may throttle the look at the world: giving up sooner would fail a run for somebody else's load."""


@dataclass(frozen=True, slots=True)
class Undertaking:
    """One verb on one environment: its inputs are made once, the world is looked at for every plan.

    `earlier_release` is the one that was asked for by name. `looks` keeps what stood at the last look.
    """

    workspace: Workspace
    verb: Verb
    artifacts: bool
    inputs: Inputs
    lock: RunLock
    resumed: Resumed | None = None
    earlier_release: str = ""
    looks: list[Before] = field(default_factory=list, repr=False)

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
        desired, observed = self._look()
        return with_expected(self._planned(desired, observed), observed)

    def _planned(self, desired: DesiredState, observed: ObservedState) -> Plan:
        match self.verb:
            case "bootstrap":
                return plan_bootstrap(desired, observed, _create_only(desired, observed))
            case "destroy":
                return plan_destroy(desired, observed, artifacts=self.artifacts)
            case "deploy":
                self.looks[:] = [before_of(observed, desired.stack_sets)]
                unproven = unproven_regions(self.resumed.told) if self.resumed else frozenset()
                plan = self._deployed(desired, observed, unproven)
                workspace = self.workspace
                plan = with_quota_findings(plan, desired, observed, workspace.ports.quotas, workspace.workers)
                plan = with_published_findings(plan, observed, workspace.ports.zone_servers)
                plan = with_gate_findings(plan, self.workspace.topology, self.workspace.ports.alarms)
                plan = with_left_out_gates(plan, self.workspace.loaded.topology, self.workspace.topology)
                plan = self._with_unplayed(plan)
                return plan if self.workspace.settings.despite_drill else held_by_drills(plan)

    def _deployed(self, desired: DesiredState, observed: ObservedState, unproven: frozenset[str]) -> Plan:
        create_only, workspace = _create_only(desired, observed), self.workspace
        before = self._stood() if self.resumed else None
        plan = plan_deploy(desired, observed, create_only, unproven, before)
        found = unanswered(plan, desired, observed, workspace.ports.probe, workspace.workers)
        if not found:
            return plan
        again = plan_deploy(desired, observed, create_only, unproven | {one.where for one in found}, before)
        return replace(again, findings=(*again.findings, *found))

    def _with_unplayed(self, plan: Plan) -> Plan:
        settings = self.workspace.settings
        return with_unplayed_services(plan, self.inputs.compute.body, settings.local_dir) if settings.local else plan

    def _look(self) -> tuple[DesiredState, ObservedState]:
        observed = observe(self.workspace.ports, self._question(), workers=self.workspace.workers)
        desired = desired_state(self.inputs, observed)
        return replace(desired, taken_over=self.workspace.settings.taken_over), observed

    def carry_out(self, plan: Plan, *, on_event: Callable[[Event], None]) -> Run:
        """Carry a plan out, and what it could not know yet after it. A failed step is a verdict, not an exception.

        Raises Refused when a finding or another run forbids it (nothing was started), Interrupted, AwsError when AWS
        cannot be asked. A finding that forbids a later round is a failure.
        """
        ensure_allowed(plan)
        workspace = self.workspace
        ensure_lasting(plan, workspace.ports.identity.credentials_end(), workspace.ports.clock.now())
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
            whole = joined([self.before, *runs] if self.before else runs)
            note_landed(workspace, whole)
        return recording.met(whole)

    def _copy(self, run: str) -> JournalCopy | None:
        if self.artifacts or self.workspace.workers is not None:
            # The buckets go, and what is in them: a copy would only hold that up.
            return None
        return JournalCopy(shelves_of(self.workspace), run, kept=self.resumed.lines if self.resumed else ())

    def _purpose(self, plan: Plan) -> str:
        return f"deploy of release {plan.release}" if self.verb == "deploy" and plan.release else self.verb

    def _rounds(self, plan: Plan, recording: Recording, guard: Guard) -> list[Run]:
        runs: list[Run] = []
        before = self._stood()
        for _ in range(_ROUNDS):
            self._tell_plan(recording, plan, before)
            outcome = self._execute(plan, recording, guard)
            runs.append(outcome.run)
            if outcome.run.verdict is Verdict.FAILED and self._goes_back and not guard.lost:
                return [*runs, *self._going_back(recording, guard, before).after(plan, outcome)]
            settled = plan.complete and not outcome.replan
            if settled or outcome.run.verdict not in (Verdict.SUCCEEDED, Verdict.NOTHING_TO_DO):
                break
            plan = self.plan()
            if refusals(plan):
                # Too late to refuse: a round before has changed AWS.
                self._tell_plan(recording, plan, before)
                now = self.workspace.ports.clock.now()
                runs.append(forbidden_round(plan, run=recording.run, at=now, tell=recording.tell))
                break
            if plan.is_empty:
                # On record: without it the rounds before look as if they were broken off.
                self._tell_plan(recording, plan, before)
                break
        return runs

    def _execute(self, plan: Plan, recording: Recording, guard: Guard) -> Outcome:
        workspace = self.workspace
        ports, polling = recording.ports(workspace.ports), workspace.polling
        workers = workspace.workers
        return execute(
            plan, ports, run=recording.run, emit=recording.tell, polling=polling, workers=workers, guard=guard
        )

    # -- when it fails ---------------------------------------------------------------------------------------------

    @property
    def _goes_back(self) -> bool:
        return self.verb == "deploy"

    def _going_back(self, recording: Recording, guard: Guard, before: Before) -> GoingBack:
        def tell(back: Plan, failed: Run) -> None:
            self._tell_plan(recording, back, before)
            recording.tell(rollback_event(back, failed, self.workspace.ports.clock.now()))

        def close(verdict: Verdict) -> Event:
            event = closing_event(recording.run, verdict, self.workspace.ports.clock.now())
            recording.tell(event)
            return event

        return GoingBack(
            before=before,
            look=self._look,
            record=partial(pinned_record, self.workspace),
            tell=tell,
            carry_out=lambda back: self._execute(back, recording, guard),
            close=close,
            stops=self.workspace.topology.rollout.on_failure is OnFailure.STOP,
        )

    def _tell_plan(self, recording: Recording, plan: Plan, before: Before) -> None:
        facts = facts_of_run(self.workspace, earlier_release=self.earlier_release)
        recording.planned(plan, facts, before.formers)

    def _stood(self) -> Before:
        """What stood when the run began: for one that goes on, before it was broken off."""
        seen = self.looks[-1] if self.looks else Before()
        if self.resumed is None:
            return seen
        told = self.resumed.told
        infra = dict(inputs_of(told.basis)).get("template of infra", "")
        return kept_since(seen, told.formers, release=told.run.release, infra=infra)

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
            patience_s=_PATIENCE_S,
            releases=self.verb == "deploy",
        )


def undertake(
    settings: Settings, *, verb: Verb, artifacts: bool = False, resume: str = "", release: str = ""
) -> Undertaking:
    """Read the configuration, make the inputs, find out who we are.

    `artifacts`: destroy also the artifact buckets. `resume`: the deployment that goes on, "" for a new one. `release`:
    the beginning of the name of an earlier one, "" for what is built now; a run that goes on knows its own. Raises
    ConfigurationError, UsageError, Refused, AwsError.
    """
    if settings.local and verb == "bootstrap":
        _make_local_zone(settings)
    workspace = open_workspace(settings, bootstrap_role=verb == "bootstrap" or artifacts)
    before = resumed(workspace, resume) if resume else None
    workspace = before.after(workspace) if before else workspace
    earlier = release or (before.told.facts.earlier_release if before else "")
    record = chosen_release(workspace, earlier) if earlier else None
    inputs = _inputs(workspace, verb, record)
    name = record.release if record else ""
    return Undertaking(workspace, verb, artifacts, inputs, lock_of(workspace, verb), before, name)


def _make_local_zone(settings: Settings) -> None:
    from orchestrator.local import ensure_zone

    _, environment = open_configuration(settings)
    zone = environment.hosted_zone
    ensure_zone(running_local(settings), zone.name, account=zone.account)


def _inputs(workspace: Workspace, verb: Verb, record: ReleaseRecord | None = None) -> Inputs:
    topology, environment, names = workspace.topology, workspace.environment, workspace.names
    inputs = unsynthesized(topology, environment, names.home_account, workspace.accounts)
    inputs = replace(inputs, members=members_of(workspace))
    if verb == "destroy":
        return inputs
    organization_id = workspace.ports.organization.id() if environment.organizational_units else ""
    synthesis = Synthesis(workspace.loaded, environment, names.home_account, organization_id=organization_id)
    control = template_of(synthesis.control())
    if verb == "bootstrap":
        home, target = template_of(synthesis.home_access()), template_of(synthesis.target_access())
        return replace(inputs, control=control, home_access=home, target_access=target)
    if record is not None:
        kept = template_of(synthesis.infra(record.artifacts))
        return pinned_inputs(replace(inputs, control=control, infra=kept, target_access=None), record)
    settings = workspace.settings
    artifacts = artifacts_of(topology, names, settings.state_dir / "packages", also=settings.also_packaged)
    again = bool(settings.also_packaged) and not artifacts
    release, (infra, compute) = synthesis.layers(artifacts, again=again)
    return replace(
        inputs,
        release=release,
        artifacts=artifacts,
        control=control,
        infra=template_of(infra),
        compute=template_of(compute),
        target_access=None,
    )


def members_of(workspace: Workspace) -> tuple[tuple[str, str], ...]:
    """(account, organizational unit) where there are several units, () otherwise."""
    units = workspace.environment.organizational_units
    if len(units) < 2:
        return ()
    held = {unit: workspace.ports.organization.accounts((unit,)) for unit in units}
    return tuple((account, unit) for unit, accounts in held.items() for account in accounts)


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
