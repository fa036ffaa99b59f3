"""An observed world in which a sample has landed: the planner's tests start from here and bend one thing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from orchestrator.core.desired import desired_state
from orchestrator.core.dns import AliasTarget, HealthCheck, HostedZone
from orchestrator.core.names import TAG_TEMPLATE
from orchestrator.core.plan import Change, Plan
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.region_checks import RegionChecks
from orchestrator.core.routing import RegionTargets, Routing, Target
from orchestrator.core.state import (
    Bucket,
    InstanceStatus,
    ObjectHead,
    ObservedStackSet,
    ObservedState,
    Operation,
    OperationStatus,
    ReplicaRead,
    ReplicaStatus,
    Stack,
    StackInstance,
    StackSet,
)
from tests.sample_world import HOME, NAMES, TAKEN, Sample, topology

ZONE = HostedZone("ZONE1", "fed.dev")
NOTHING = ObservedState(home_account=HOME, taken_at=TAKEN, zone=ZONE)


def plan(sample: Sample, observed: ObservedState, taken_over: frozenset[str] = frozenset()) -> Plan:
    """The plan of `deploy`."""
    return plan_deploy(replace(sample.desired(observed), taken_over=taken_over), observed, {})


def step_ids(made: Plan) -> list[str]:
    """The steps in plan order."""
    return [step.id for step in made.steps]


def change(made: Plan, identity: str) -> Change:
    """One change by its id."""
    return next(one for one in made.changes if one.id == identity)


def landed(sample: Sample) -> ObservedState:
    """Everything as desired."""
    seen = replace(NOTHING, replicas=_replicas(sample), buckets=_buckets(sample))
    desired = desired_state(sample.inputs, seen)
    seen = replace(
        seen,
        stack_sets=tuple(_observed_set(one) for one in desired.stack_sets),
        instances=tuple(instance for one in desired.stack_sets for instance in _instances(one, sample.members)),
    )
    routing = Routing(desired.topology, desired.environment, desired.names)
    checks = _checks(RegionChecks(desired.topology, desired.environment, desired.names), desired.accounts)
    records = [record for account in desired.accounts for record in _records(routing, account)]
    evacuate = {region.name: f"hc-evacuate-{region.name}" for region in desired.topology.regions}
    if desired.accounts and len(evacuate) > 1:
        records += routing.state_records(desired.accounts[0], evacuate)
    return replace(seen, health_checks=tuple(checks), records=tuple(records))


def _checks(wanted: RegionChecks, accounts: tuple[str, ...]) -> list[HealthCheck]:
    made = [replace(wanted.lever(one), id=f"hc-{one.kind.value}-{one.region}") for one in wanted.levers]
    for account in accounts:
        for region in wanted.topology.regions:
            endpoint = replace(wanted.endpoint(account, region), id=f"hc-{account}-{region.name}")
            children = (endpoint.id, f"hc-drill-{region.name}", f"hc-evacuate-{region.name}")
            both = wanted.in_service(account, region, children[: 1 if len(wanted.topology.regions) == 1 else 3])
            made += [endpoint, replace(both, id=f"hc-in-{account}-{region.name}")]
    return made


def _replicas(sample: Sample) -> tuple[ReplicaRead, ...]:
    (artifact,) = sample.inputs.artifacts
    reads = []
    for region in sample.topology.control_regions:
        status = "COMPLETED" if region == sample.topology.home_region else "REPLICA"
        head = ObjectHead(region, NAMES.artifact_bucket(region), artifact.key, "v1", artifact.sha256, 5, status)
        reads.append(ReplicaRead(artifact.name, region, ReplicaStatus.PROVEN, head))
    return tuple(reads)


def _buckets(sample: Sample) -> tuple[Bucket, ...]:
    regions = sample.topology.control_regions
    names = {region: NAMES.artifact_bucket(region) for region in regions}
    return tuple(
        Bucket(region, names[region], True, True, tuple(names[other] for other in regions if other != region))
        for region in regions
    )


def _observed_set(desired: StackSet) -> ObservedStackSet:
    ended = Operation("op-1", "CREATE", OperationStatus.SUCCEEDED, TAKEN, TAKEN + timedelta(minutes=2))
    return ObservedStackSet(
        name=desired.name,
        home_region=desired.home_region,
        body=desired.body,
        digest=desired.digest,
        parameters=tuple((name, str(value)) for name, value in desired.parameters),
        operations=(ended,),
    )


def _instances(desired: StackSet, members: tuple[tuple[str, str], ...]) -> list[StackInstance]:
    accounts = [(account, "") for account in desired.targets.accounts]
    return [
        replace(instance(desired, account, region), organizational_unit=unit)
        for region in desired.regions
        for account, unit in (members if desired.targets.service_managed else accounts)
    ]


def instance(desired: StackSet, account: str, region: str) -> StackInstance:
    """One instance as it should be."""
    identity = f"arn:{desired.name}:{account}:{region}"
    stack = Stack(
        account=account,
        region=region,
        name=f"StackSet-{desired.name}-1",
        id=identity,
        status="CREATE_COMPLETE",
        digest=desired.digest,
        parameters=tuple((name, str(value)) for name, value in desired.parameters_for(region)),
        outputs=outputs(account, region) if desired.layer == "infra" else (),
        tags=((TAG_TEMPLATE, desired.digest),),
        updated_at=TAKEN,
    )
    return StackInstance(
        stack_set=desired.name,
        account=account,
        region=region,
        status=InstanceStatus.CURRENT,
        detailed="SUCCEEDED",
        stack_id=identity,
        last_operation="op-1",
        stack=stack,
    )


def outputs(account: str, region: str) -> tuple[tuple[str, str], ...]:
    """What the infra stack of a place says of its API domains."""
    return (
        ("RegionalTarget", f"d-r{account}.execute-api.{region}.amazonaws.com"),
        ("RegionalTargetZoneId", "ZREGIONAL"),
        ("SharedTarget", f"d-s{account}.execute-api.{region}.amazonaws.com"),
        ("SharedTargetZoneId", "ZSHARED"),
    )


def _records(routing: Routing, account: str):
    targets, checks = {}, {}
    for region in routing.topology.regions:
        known = dict(outputs(account, region.name))
        targets[region.name] = RegionTargets(
            account,
            region.name,
            Target(known["SharedTarget"], known["SharedTargetZoneId"]),
            Target(known["RegionalTarget"], known["RegionalTargetZoneId"]),
        )
        checks[region.name] = f"hc-in-{account}-{region.name}"
    made = [routing.regional_record(one) for one in targets.values()]
    made += routing.shared_records(account, targets, checks)
    return [
        replace(one, alias=AliasTarget(one.alias.name, ZONE.id, True)) if one.alias and not one.alias.zone_id else one
        for one in made
    ]


# -- bending ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bent:
    """A landed world with fluent bends."""

    seen: ObservedState

    def instances(self, layer: str, bend, *, account: str = "", region: str = "") -> ObservedState:
        """Apply `bend` to matching instances; None drops one."""
        changed = []
        for one in self.seen.instances:
            hit = one.stack_set == NAMES.stack_set(layer) and account in ("", one.account)
            bent = bend(one) if hit and region in ("", one.region) else one
            changed += [bent] if bent else []
        return replace(self.seen, instances=tuple(changed))

    def stack(self, layer: str, *, account: str = "", region: str = "", **fields) -> ObservedState:
        """Change fields of matching instances' stacks."""
        return self.instances(
            layer, lambda one: replace(one, stack=replace(one.stack, **fields)), account=account, region=region
        )

    def stack_set(self, layer: str, **fields) -> ObservedState:
        """Change fields of one stack set."""
        name = NAMES.stack_set(layer)
        bent = tuple(replace(one, **fields) if one.name == name else one for one in self.seen.stack_sets)
        return replace(self.seen, stack_sets=bent)

    def without_set(self, *layers: str) -> ObservedState:
        """Stack sets and their instances are not there."""
        names = {NAMES.stack_set(layer) for layer in layers}
        return replace(
            self.seen,
            stack_sets=tuple(one for one in self.seen.stack_sets if one.name not in names),
            instances=tuple(one for one in self.seen.instances if one.stack_set not in names),
        )

    def replica(self, region: str, status: ReplicaStatus, *, gone: bool = True) -> ObservedState:
        """What one region says of the artifact."""
        bent = tuple(
            replace(one, status=status, head=None if gone else one.head, reason=status.value)
            if one.region == region
            else one
            for one in self.seen.replicas
        )
        return replace(self.seen, replicas=bent)


SAMPLE = Sample(topology())
LANDED = landed(SAMPLE)
