"""The plan of a deployment: control, code, infra, compute with its gates, then DNS. Standby first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orchestrator.core.actions import CreateInstances
from orchestrator.core.analysis import analyse
from orchestrator.core.desired import DesiredState
from orchestrator.core.diff import CreateOnly
from orchestrator.core.drill_findings import unfinished_drills
from orchestrator.core.former import Before
from orchestrator.core.plan import Finding, Plan, Severity, Step
from orchestrator.core.planning.certificates import certificate_steps
from orchestrator.core.planning.checks import After
from orchestrator.core.planning.code import after_new_copies, plan_artifacts, plan_bucket_replication, replica_step
from orchestrator.core.planning.dns import DnsContext, plan_dns
from orchestrator.core.planning.failure_leaves import failure_findings
from orchestrator.core.planning.finish import finish
from orchestrator.core.planning.gates import Gated, RegionGates, region_gates
from orchestrator.core.planning.health_path import health_path_findings
from orchestrator.core.planning.left_names import left_name_findings
from orchestrator.core.planning.operations import Surroundings
from orchestrator.core.planning.part import Part, joined
from orchestrator.core.planning.release import gone_findings, plan_record
from orchestrator.core.planning.removals import removals
from orchestrator.core.planning.returns import announced
from orchestrator.core.planning.stack_sets import plan_stack_set
from orchestrator.core.planning.table_replicas import replica_findings
from orchestrator.core.planning.targets import ApiDomains, LastSteps, last_steps
from orchestrator.core.planning.wave_order import WaveOrder, wave_order
from orchestrator.core.proof_rules import proven
from orchestrator.core.state import ObservedState
from orchestrator.core.template_size import size_findings
from orchestrator.core.waves import Wave


def plan_deploy(
    desired: DesiredState,
    observed: ObservedState,
    create_only: CreateOnly,
    ask_again: frozenset[str] = frozenset(),
    before: Before | None = None,
) -> Plan:
    """Everything that brings the environment from observed to desired, as one graph.

    `create_only` are the replacement rules of the resource types whose resources differ. `ask_again` are regions whose
    gates must pass also when nothing changes there: an earlier part of this run left them unanswered. `before` is what
    stood when a run that goes on began, None for one that begins now.
    """
    proof, unproven = proven(desired.topology, desired.environment, desired.names)
    obstacles = _obstacles(desired, observed)
    refused = Part(findings=obstacles, complete=False)
    order = wave_order(desired, observed, create_only)
    guards = region_gates(desired, observed)
    part = refused if obstacles else _Deployment(desired, observed, create_only, order, guards, ask_again).part()
    plan = finish(desired, joined([part, Part(findings=unproven)]), "deploy")
    return replace(plan, proof=proof, returns=announced(desired, observed, plan.changes, create_only, before))


def plan_control(
    desired: DesiredState, observed: ObservedState, create_only: CreateOnly, first: tuple[str, ...]
) -> Part:
    """The control stack set and the replication between its buckets: kept up to date by bootstrap and deploy alike."""
    around = Surroundings(
        accounts=desired.control.targets.accounts,
        create_only=create_only,
        first=first,
        together=True,
        deadline_s=desired.topology.rollout.operation_deadline_s,
    )
    control = plan_stack_set(desired.control, observed, around)
    return joined([control, plan_bucket_replication(desired, observed, control)])


def home_silence(desired: DesiredState, observed: ObservedState) -> tuple[Finding, ...]:
    """Without the home region's StackSets nothing can be known, let alone deployed."""
    home = desired.topology.home_region
    silent = [one for one in observed.silent if one.what == "stack sets"]
    return tuple(
        Finding(
            "home-unreachable",
            Severity.ERROR,
            home,
            f"StackSets in the home region {home} did not answer: {one.reason}",
            "deploy again once it answers; failing over does not need it",
        )
        for one in silent[:1]
    )


def _obstacles(desired: DesiredState, observed: ObservedState) -> tuple[Finding, ...]:
    silence = home_silence(desired, observed)
    if silence:
        return silence
    if observed.stack_set(desired.control.name) is None:
        message = f"stack set {desired.control.name} does not exist: there are no roles and no artifact buckets yet"
        fix = "run `orchestrator bootstrap` first"
        return (Finding("not-bootstrapped", Severity.ERROR, desired.control.name, message, fix),)
    return ()


@dataclass(frozen=True, slots=True)
class _Deployment:
    desired: DesiredState
    observed: ObservedState
    create_only: CreateOnly
    order: WaveOrder
    guards: RegionGates
    ask_again: frozenset[str]

    def part(self) -> Part:
        """Layer after layer; an operation in flight stops the layers above it from being planned blindly."""
        control = plan_control(self.desired, self.observed, self.create_only, ())
        code = plan_artifacts(self.desired, self.observed, control)
        infra = plan_stack_set(self.desired.infra, self.observed, self._infra_around())
        certificates = Part(steps=certificate_steps(self.desired, self.observed, infra))
        infra = joined([infra, certificates, Part(findings=self._warnings(infra))])
        below = joined([control, code, infra])
        if self._waits(infra) or self._waits(control):
            return below
        record = plan_record(self.desired, self.observed, code)
        compute = plan_stack_set(self.desired.compute, self.observed, self._compute_around(code, infra, record))
        compute = after_new_copies(compute, code)
        code = joined([code, record]) if compute.steps else code
        if self._waits(compute):
            # Nothing is gated in this plan: later waves of infra are for the next one.
            return joined([control, code, _without_dangling(infra), compute])
        findings = failure_findings(compute, "compute", self._waves, self.desired.topology.rollout.fan_out)
        gate_part = joined([self._gates(infra, compute), Part(findings=findings)])
        after = (*control.step_ids, *infra.step_ids, *compute.step_ids, *gate_part.step_ids)
        checks = After(levers=control.step_ids, places=self._proven(infra, gate_part), everything=after)
        dns = plan_dns(self.desired, self.observed, DnsContext(infra=infra, after=after, checks=checks))
        below = joined([control, code, infra, compute, gate_part, dns])
        return joined([below, removals(self.desired, self.observed, below.step_ids)]) if below.complete else below

    def _warnings(self, infra: Part) -> tuple[Finding, ...]:
        return (
            *self._analysed(),
            *self._large(),
            *replica_findings(self.desired, self.observed),
            *left_name_findings(self.desired, self.observed),
            *unfinished_drills(self.observed.drills),
            *gone_findings(self.desired, self.observed),
            *health_path_findings(self.desired, self.observed),
            *self.order.findings,
            *failure_findings(infra, "infra", self._waves, self.desired.topology.rollout.fan_out),
        )

    def _analysed(self) -> tuple[Finding, ...]:
        """What the safety analysis says of the templates, and of the change from those that are deployed."""
        layers = (self.desired.infra, self.desired.compute)
        present = {one.layer: self.observed.stack_set(one.name) for one in layers}
        return analyse(
            self.desired.topology,
            self.desired.environment,
            {one.layer: one.body for one in layers},
            before={layer: one.body for layer, one in present.items() if one is not None},
            create_only=self.create_only,
        )

    def _large(self) -> tuple[Finding, ...]:
        """Templates that this plan sends, and that no call takes."""
        present = {one.name: one.digest for one in self.observed.stack_sets}
        layers = (self.desired.infra, self.desired.compute)
        return size_findings({one.layer: one.body for one in layers if present.get(one.name) != one.digest})

    @property
    def _accounts(self) -> tuple[str, ...]:
        return self.desired.accounts

    @property
    def _waves(self) -> tuple[Wave, ...]:
        return self.order.waves

    @property
    def _regions(self) -> tuple[str, ...]:
        return self.desired.compute.regions

    @property
    def _places(self) -> tuple[tuple[Wave, str], ...]:
        """Where a release goes, in order."""
        return tuple((wave, region) for wave in self._waves for region in self._regions)

    @staticmethod
    def _waits(part: Part) -> bool:
        return any(step_id.startswith("await:") for step_id in part.step_ids)

    def _infra_around(self) -> Surroundings:
        """A wave comes only after the application of the one before has answered, as it is with its new infra."""
        return replace(
            self._around(),
            between={wave.name: self._gate_ids([wave], self._regions) for wave in self._waves[:-1]},
            new_at_once=True,
        )

    def _compute_around(self, code: Part, infra: Part, record: Part) -> Surroundings:
        uploads = tuple(step_id for step_id in code.step_ids if step_id.startswith("upload:"))
        built = last_steps(infra, "infra")
        new = frozenset(step.id for step in infra.steps if isinstance(step.action, CreateInstances))
        return replace(
            self._around(),
            first=record.step_ids or uploads,
            needs={
                (wave.name, region): self._compute_needs(code, lasts, new, region)
                for wave in self._waves
                for lasts in [{region: built.of_wave(wave, region) for region in self._regions}]
                for region in self._regions
            },
            gates={(wave.name, region): self._gate_ids([wave], [region]) for wave, region in self._places},
        )

    def _around(self) -> Surroundings:
        rollout = self.desired.topology.rollout
        return Surroundings(
            accounts=self._accounts,
            create_only=self.create_only,
            waves=self._waves,
            units=self.desired.units,
            fan_out=rollout.fan_out,
            deadline_s=rollout.operation_deadline_s,
        )

    def _compute_needs(self, code: Part, lasts: Mapping[str, str], new: frozenset[str], region: str) -> tuple[str, ...]:
        """Its replicas, its own infra, and that of the reference region, which has the tables of all.

        No region gets a release while another that may have to take over has its infra updated. New infra serves
        nobody yet: it may come at the same time. `lasts`: by region the last step of its infra in this wave, `new`
        those that make it.
        """
        replicas = (replica_step(artifact.name, region) for artifact in self.desired.artifacts)
        needed = (region, self.desired.topology.reference_region)
        steps = [step_id for other, step_id in lasts.items() if step_id and (other in needed or step_id not in new)]
        return (*(one for one in replicas if code.has(one)), *steps)

    # -- gates -----------------------------------------------------------------------------------------------------

    def _gate_ids(self, waves: Sequence[Wave], regions: Sequence[str]) -> tuple[str, ...]:
        places = [(account, region) for wave in waves for region in regions for account in wave.accounts]
        return tuple(gate for account, region in places for gate in self.guards.ids(account, region))

    def _gates(self, infra: Part, compute: Part) -> Part:
        """For every place up to the last that changes, and for each wave before one of infra.

        Also for places that an earlier run has changed already: it may have failed at their very gates, or died before
        them, and then records must not lead there yet.
        """
        unpublished = self._unpublished(infra)
        released, built = last_steps(compute, "compute"), last_steps(infra, "infra")
        changed = [
            at
            for at, (wave, region) in enumerate(self._places)
            if region in self.ask_again
            or released.of_wave(wave, region)
            or any((account, region) in unpublished for account in wave.accounts)
        ]
        changed += [self._first_place(wave) - 1 for wave in self._waves if self._reaches(built, wave)]
        gated = [
            Gated(account, region, last, wave.label(f"gates:{region}"))
            for wave, region in self._places[: max(changed, default=-1) + 1]
            for last in [released.of_wave(wave, region) or built.of_wave(wave, region)]
            for account in wave.accounts
        ]
        return self.guards.part(infra, gated)

    def _unpublished(self, infra: Part) -> frozenset[tuple[str, str]]:
        """Where no record leads yet, and the next batch would be the first that does."""
        names, environment = {record.name for record in self.observed.records}, self.desired.environment
        domains = ApiDomains(self.desired, self.observed, infra)
        return frozenset(
            (account, region)
            for account in self._accounts
            for region in self._regions
            if environment.regional_host_for(account, region) not in names and domains.of(account, region).regional.name
        )

    def _first_place(self, wave: Wave) -> int:
        return self._waves.index(wave) * len(self._regions)

    def _reaches(self, built: LastSteps, wave: Wave) -> bool:
        return any(built.of_wave(wave, region) for region in self._regions)

    def _proven(self, infra: Part, gates: Part) -> dict[tuple[str, str], tuple[str, ...]]:
        """What shows that a place is ready to be watched: its gates, else the last step that touches its infra."""
        built, units = last_steps(infra, "infra"), self.desired.units
        found = {
            (account, region): (last,)
            for account in self._accounts
            for region in self._regions
            if (last := built.of_account(account, region, units.get(account, "")))
        }
        by_place: dict[tuple[str, str], list[str]] = {}
        for step in gates.steps:
            by_place.setdefault((step.account, step.region), []).append(step.id)
        return found | {place: tuple(ids) for place, ids in by_place.items()}


def _without_dangling(part: Part) -> Part:
    """Without the steps that wait, directly or not, for what this plan does not hold."""
    kept: dict[str, Step] = {}
    for step in part.steps:
        if all(need in kept for need in step.needs):
            kept[step.id] = step
    return replace(part, steps=tuple(kept.values()))
