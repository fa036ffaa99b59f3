"""The plan of a deployment: control, code, infra, compute with its gates, then DNS. Standby first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from orchestrator.core.actions import (
    AwaitOperation,
    CreateInstances,
    ProbeRegion,
    UpdateInstances,
    ValidateCertificates,
)
from orchestrator.core.analysis import analyse
from orchestrator.core.desired import DesiredState
from orchestrator.core.diff import CreateOnly
from orchestrator.core.drill_findings import unfinished_drills
from orchestrator.core.plan import Finding, Plan, Plane, Severity, Step
from orchestrator.core.planning.checks import control_plane_region
from orchestrator.core.planning.code import plan_artifacts, plan_bucket_replication, replica_step
from orchestrator.core.planning.dns import DnsContext, plan_dns
from orchestrator.core.planning.finish import finish
from orchestrator.core.planning.left_names import left_name_findings
from orchestrator.core.planning.operations import Surroundings
from orchestrator.core.planning.part import Part, joined
from orchestrator.core.planning.region_work import unwanted_instances
from orchestrator.core.planning.stack_sets import plan_removals, plan_stack_set
from orchestrator.core.planning.table_replicas import replica_findings
from orchestrator.core.planning.targets import CERTIFICATE_TYPES, ApiDomains, last_step, rebuilds
from orchestrator.core.proof_rules import proven
from orchestrator.core.state import ObservedState


def plan_deploy(desired: DesiredState, observed: ObservedState, create_only: CreateOnly) -> Plan:
    """Everything that brings the environment from observed to desired, as one graph.

    `create_only` are the replacement rules of the resource types whose resources differ.
    """
    proof, unproven = proven(desired.topology, desired.environment, desired.names)
    obstacles = _obstacles(desired, observed)
    refused = Part(findings=obstacles, complete=False)
    part = refused if obstacles else _Deployment(desired, observed, create_only).part()
    plan = finish(desired, joined([part, Part(findings=unproven)]), "deploy")
    return replace(plan, proof=proof)


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

    def part(self) -> Part:
        """Layer after layer; an operation in flight stops the layers above it from being planned blindly."""
        control = plan_control(self.desired, self.observed, self.create_only, ())
        code = plan_artifacts(self.desired, self.observed, control)
        infra = plan_stack_set(self.desired.infra, self.observed, self._around())
        warned = (
            *self._analysed(),
            *replica_findings(self.desired, self.observed),
            *left_name_findings(self.desired, self.observed),
            *unfinished_drills(self.observed.drills),
        )
        infra = joined([infra, self._certificates(infra), Part(findings=warned)])
        below = joined([control, code, infra])
        if self._waits(infra) or self._waits(control):
            return below
        gates = {
            region: tuple(self._gate_id(account, region) for account in self._accounts) for region in self._regions
        }
        compute = plan_stack_set(self.desired.compute, self.observed, self._compute_around(code, infra, gates))
        below = joined([control, code, infra, compute])
        if self._waits(compute):
            return below
        gate_part = Part(steps=self._gates(infra, compute))
        after = (*control.step_ids, *infra.step_ids, *compute.step_ids, *gate_part.step_ids)
        dns = plan_dns(self.desired, self.observed, DnsContext(infra=infra, after=after))
        below = joined([below, gate_part, dns])
        return joined([below, self._removals(below.step_ids)]) if below.complete else below

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

    def _removals(self, needs: tuple[str, ...]) -> Part:
        """Last of all, and from the top down: nothing goes while a record may still send users to it."""
        parts: list[Part] = []
        for stack_set in reversed(self.desired.stack_sets):
            accounts = stack_set.targets.accounts
            deadline = self.desired.topology.rollout.operation_deadline_s
            part = plan_removals(stack_set, self.observed, accounts, needs, deadline)
            parts.append(part)
            needs = part.step_ids[-1:] or needs
        return joined([*parts, self._kept_buckets()])

    def _kept_buckets(self) -> Part:
        """CloudFormation retains artifact buckets; one that stays would be in the way should its region come back."""
        control = self.desired.control
        gone = unwanted_instances(control, self.observed, control.targets.accounts)
        buckets = ", ".join(self.desired.names.artifact_bucket(one.region) for one in gone)
        if not buckets:
            return Part()
        fix = "empty and delete it by hand; its region cannot come back before"
        return Part(findings=(Finding("artifacts-kept", Severity.INFO, control.name, f"{buckets} stays", fix),))

    @property
    def _accounts(self) -> tuple[str, ...]:
        return self.desired.accounts

    @property
    def _regions(self) -> tuple[str, ...]:
        return self.desired.compute.regions

    @staticmethod
    def _waits(part: Part) -> bool:
        return any(step_id.startswith("await:") for step_id in part.step_ids)

    def _around(self) -> Surroundings:
        deadline = self.desired.topology.rollout.operation_deadline_s
        return Surroundings(accounts=self._accounts, create_only=self.create_only, deadline_s=deadline)

    def _compute_around(self, code: Part, infra: Part, gates: Mapping[str, tuple[str, ...]]) -> Surroundings:
        infra_steps = tuple(dict.fromkeys(last_step(infra, "infra", region) for region in self._regions))
        uploads = tuple(step_id for step_id in code.step_ids if step_id.startswith("upload:"))
        needs = {}
        for region in self._regions:
            replicas = (replica_step(artifact.name, region) for artifact in self.desired.artifacts)
            needs[region] = tuple(one for one in (*replicas, *infra_steps) if one and (code.has(one) or infra.has(one)))
        return Surroundings(
            accounts=self._accounts,
            create_only=self.create_only,
            first=uploads,
            needs=needs,
            gates=gates if self._accounts else {},
            deadline_s=self.desired.topology.rollout.operation_deadline_s,
        )

    # -- certificates ----------------------------------------------------------------------------------------------

    def _certificates(self, infra: Part) -> Part:
        """ACM waits for its record while CloudFormation waits for ACM: written beside the operation, not after it."""
        zone = self.observed.zone
        if zone is None or dict(self.desired.infra.parameters).get("ValidationZoneId"):
            return Part()
        return Part(
            steps=tuple(
                self._certificate(step, account, region, zone.id)
                for step in infra.steps
                for account, region in self._reached(step)
                if self._certifies(account, region)
            )
        )

    def _reached(self, step: Step) -> Iterator[tuple[str, str]]:
        """The places where CloudFormation may be waiting for a certificate while this step runs."""
        match step.action:
            case CreateInstances() | UpdateInstances() as action:
                yield from product(action.targets.accounts or self._accounts, action.regions)
            case AwaitOperation():
                # Begun by a run that may have died before it wrote the record.
                yield from product(self._accounts, self.desired.infra.regions)
            case _:
                return

    def _certifies(self, account: str, region: str) -> bool:
        instance = self.observed.instance(self.desired.infra.name, account, region)
        return rebuilds(self.desired, self.observed, instance, CERTIFICATE_TYPES)

    def _certificate(self, instance_step: Step, account: str, region: str, zone_id: str) -> Step:
        environment = self.desired.environment
        hosts = (environment.host_for(account), environment.regional_host_for(account, region))
        return Step(
            id=f"certificate:{account}:{region}",
            action=ValidateCertificates(account, region, zone_id, hosts, instance_step.id),
            needs=instance_step.needs,
            reason="ACM issues once its record is in the zone",
            region=region,
            account=account,
            home_region=control_plane_region(self.desired.topology.partition),
            deadline_s=instance_step.deadline_s,
        )

    # -- gates -----------------------------------------------------------------------------------------------------

    @staticmethod
    def _gate_id(account: str, region: str) -> str:
        return f"gate:{account}:{region}"

    def _gates(self, infra: Part, compute: Part) -> tuple[Step, ...]:
        """One per account for every region up to the last that changes.

        Also for regions that an earlier run has changed already: it may have failed at their very gates.
        """
        changed = [region for region in self._regions if last_step(compute, "compute", region)]
        if not changed:
            return ()
        gated = self._regions[: self._regions.index(changed[-1]) + 1]
        return tuple(
            self._gate(
                infra, last_step(compute, "compute", region) or last_step(infra, "infra", region), account, region
            )
            for region in gated
            for account in self._accounts
        )

    def _gate(self, infra: Part, last: str, account: str, region: str) -> Step:
        topology = self.desired.topology
        host = self.desired.environment.regional_host_for(account, region)
        action = ProbeRegion(
            account,
            region,
            host,
            ApiDomains(self.desired, self.observed, infra).of(account, region).regional.name,
            topology.health.path,
            self.desired.release,
        )
        return Step(
            id=self._gate_id(account, region),
            action=action,
            needs=(last,) if last else (),
            reason=f"{region} must answer on its own name before the next region is touched",
            region=region,
            account=account,
            plane=Plane.DATA,
            home_region=region,
            deadline_s=topology.rollout.gate_deadline_s,
        )
