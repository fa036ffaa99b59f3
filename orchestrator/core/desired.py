"""What should be: the stack sets, artifacts, health checks and records of one environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from orchestrator.core.canonical import canonical_json, digest
from orchestrator.core.names import ACCESS_LAYER, LAYERS, TAG_RELEASE, TAG_TEMPLATE, Names
from orchestrator.core.pending import Pending, Value
from orchestrator.core.state import Artifact, ObservedState, Parameters, ReplicaStatus, StackSet, Targets
from orchestrator.core.topology import Environment, Region, RegionRole, Topology
from orchestrator.core.waves import Wave, waves_of

RELEASE_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A synthesized template: canonical body, its digest, the parameters it declares and the capabilities it needs."""

    layer: str
    body: str
    digest: str
    parameters: tuple[str, ...]
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessStack:
    """The roles that bootstrap makes in one account."""

    account: str
    region: str
    name: str
    body: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredState:
    """One environment as it should be. `accounts` are the target accounts known (all of them unless OUs are used).

    `members` are (account, organizational unit) as far as waves need it. `taken_over` are names in
    the zone whose records may be replaced whoever made them.
    """

    topology: Topology
    environment: Environment
    names: Names
    release: str
    accounts: tuple[str, ...]
    artifacts: tuple[Artifact, ...]
    control: StackSet
    infra: StackSet
    compute: StackSet
    access: tuple[AccessStack, ...] = ()
    access_set: StackSet | None = None
    members: tuple[tuple[str, str], ...] = ()
    taken_over: frozenset[str] = frozenset()

    @property
    def waves(self) -> tuple[Wave, ...]:
        """Who gets a release together, in order."""
        return waves_of(self.topology.rollout.waves, self.environment, self.accounts, self.units)

    @property
    def units(self) -> Mapping[str, str]:
        """The organizational unit of each account, as far as it is known."""
        return dict(self.members)

    @property
    def stack_sets(self) -> tuple[StackSet, ...]:
        """In the order in which they build on one another."""
        return (self.control, self.infra, self.compute)


def release_of(artifacts: tuple[Artifact, ...], compute_digest: str) -> str:
    """The release's name: 12 hex digits of what its users run, code and compute template together."""
    content = {"compute": compute_digest, "artifacts": {one.name: one.sha256 for one in artifacts}}
    return digest(canonical_json(content))[:RELEASE_LENGTH]


def code_parameter(artifact: str, field: str) -> str:
    """`Code<Name>Key` and `Code<Name>Version`, as blueprints declare them."""
    camel = "".join(part[:1].upper() + part[1:] for part in artifact.replace("_", "-").split("-"))
    return f"Code{camel}{field}"


_NEVER_ARRIVES = (ReplicaStatus.MISSING, ReplicaStatus.DIFFERENT, ReplicaStatus.FAILED)


def upload_step(artifact: str) -> str:
    """The id of the step that puts an artifact."""
    return f"upload:{artifact}"


def artifact_version(artifact: Artifact, observed: ObservedState) -> Value:
    """The version id that every region's replica must have: known once the artifact lies in a bucket unharmed."""
    if artifact.version:
        return artifact.version
    proven = [read.head for read in observed.replicas if read.artifact == artifact.name and read.head is not None]
    right = [head.version for head in proven if head.sha256 == artifact.sha256 and head.version]
    if not right or needs_upload(artifact, observed):
        return Pending(upload_step(artifact.name), "version")
    sources = [head.version for head in proven if head.replication != "REPLICA" and head.sha256 == artifact.sha256]
    return (sources or right)[0]


def needs_upload(artifact: Artifact, observed: ObservedState) -> bool:
    """True when no bucket holds it, or a replica can never arrive by itself.

    It was put before the rule, somebody wrote over it, or S3 said FAILED, which it never tries again. A pinned version
    cannot be put a second time.
    """
    if artifact.version:
        return False
    reads = [read for read in observed.replicas if read.artifact == artifact.name]
    if not any(read.head is not None and read.head.sha256 == artifact.sha256 for read in reads):
        return True
    return any(read.status in _NEVER_ARRIVES for read in reads)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What the shell found before planning: synthesized templates, packaged code, who we are.

    `accounts` are the target accounts: those of the configuration, or those that its organizational units hold now.
    `members` are (account, organizational unit), where there are several units. `pinned` are the parameter values of an
    earlier release, () for what is built now.
    """

    topology: Topology
    environment: Environment
    home_account: str
    accounts: tuple[str, ...]
    release: str
    artifacts: tuple[Artifact, ...]
    control: Template
    infra: Template
    compute: Template
    home_access: Template | None = None
    target_access: Template | None = None
    members: tuple[tuple[str, str], ...] = ()
    pinned: tuple[tuple[str, str], ...] = ()


def desired_state(inputs: Inputs, observed: ObservedState) -> DesiredState:
    """The desired state; what only AWS can know (version ids) is taken from `observed` or left Pending."""
    topology, environment = inputs.topology, inputs.environment
    names = Names(topology.application, environment.name, inputs.home_account)
    targets = Targets(environment.accounts, environment.organizational_units)
    values = _parameter_values(inputs, names, observed)
    compose = _Composer(topology, names, inputs.release)
    control = compose.stack_set(
        inputs.control,
        targets=Targets((inputs.home_account,)),
        regions=topology.control_regions,
        values=values,
    )
    order = tuple(region.name for region in topology.rollout_order)
    accounts = inputs.accounts or _accounts_seen(names, observed)
    return DesiredState(
        topology=topology,
        environment=environment,
        names=names,
        release=inputs.release,
        accounts=accounts,
        artifacts=inputs.artifacts,
        control=control,
        infra=compose.stack_set(inputs.infra, targets=targets, regions=order, values=values),
        compute=compose.stack_set(
            inputs.compute, targets=targets, regions=order, values={**values, **dict(inputs.pinned)}
        ),
        access=_access_stacks(inputs, names),
        access_set=_access_set(inputs, compose),
        members=inputs.members or _members(environment.organizational_units, accounts, names, observed),
    )


def _members(
    units: tuple[str, ...], accounts: tuple[str, ...], names: Names, observed: ObservedState
) -> tuple[tuple[str, str], ...]:
    if len(units) == 1:
        return tuple((account, units[0]) for account in accounts)
    seen = [one for layer in LAYERS for one in observed.instances_of(names.stack_set(layer))]
    return tuple(sorted({(one.account, one.organizational_unit) for one in seen if one.organizational_unit}))


def _accounts_seen(names: Names, observed: ObservedState) -> tuple[str, ...]:
    seen = {one.account for layer in LAYERS for one in observed.instances_of(names.stack_set(layer))}
    return tuple(sorted(seen))


def _parameter_values(inputs: Inputs, names: Names, observed: ObservedState) -> dict[str, Value]:
    zone, accounts = inputs.environment.hosted_zone, inputs.environment.accounts
    # CloudFormation can write the validation record only where the zone is in the instance's own account.
    in_target = observed.zone is not None and accounts == (zone.account or inputs.home_account,)
    values: dict[str, Value] = {
        "ArtifactBucketPrefix": names.artifact_bucket_prefix,
        "ValidationZoneId": observed.zone.id if in_target and observed.zone else "",
        "Release": inputs.release,
    }
    for artifact in inputs.artifacts:
        values[code_parameter(artifact.name, "Key")] = artifact.key
        values[code_parameter(artifact.name, "Version")] = artifact_version(artifact, observed)
    return values


@dataclass(frozen=True, slots=True)
class _Composer:
    topology: Topology
    names: Names
    release: str

    def stack_set(
        self, template: Template, *, targets: Targets, regions: tuple[str, ...], values: dict[str, Value]
    ) -> StackSet:
        declared = set(template.parameters)
        tags = {**self.names.tags, TAG_TEMPLATE: template.digest}
        if template.layer == "compute":
            tags[TAG_RELEASE] = self.release
        managed = targets.service_managed
        return StackSet(
            name=self.names.stack_set(template.layer),
            layer=template.layer,
            home_region=self.topology.home_region,
            body=template.body,
            digest=template.digest,
            parameters=tuple(sorted((name, value) for name, value in {**_BASE, **values}.items() if name in declared)),
            overrides=tuple((name, self._overrides(name, declared)) for name in regions),
            regions=regions,
            targets=targets,
            capabilities=template.capabilities,
            tags=tuple(sorted(tags.items())),
            administration_role_arn="" if managed else self._administration_role_arn,
            execution_role="" if managed else self.names.execution_role,
        )

    @property
    def _administration_role_arn(self) -> str:
        partition, account = self.topology.partition, self.names.home_account
        return f"arn:{partition}:iam::{account}:role/{self.names.administration_role}"

    def _overrides(self, region: str, declared: set[str]) -> Parameters:
        differing: dict[str, Value] = {
            "RegionRole": _role(self.topology, region),
            "ReferenceRegion": "true" if region == self.topology.reference_region else "false",
        }
        return tuple(sorted((name, value) for name, value in differing.items() if name in declared))


# StackSets wants a value for every parameter of the stack set itself; each instance overrides these.
_BASE: dict[str, Value] = {"RegionRole": "secondary", "ReferenceRegion": "false"}
DIFFERS_BY_REGION = frozenset(_BASE)
"""The parameters that each region's instances override."""


def _role(topology: Topology, region: str) -> str:
    found: Region | None = next((one for one in topology.regions if one.name == region), None)
    return found.role.value if found else RegionRole.SECONDARY.value


def _access_stacks(inputs: Inputs, names: Names) -> tuple[AccessStack, ...]:
    stacks = []
    if inputs.home_access:
        stacks.append(_access_stack(inputs.home_account, inputs.home_access, inputs, names))
    if inputs.target_access:
        others = [account for account in inputs.environment.accounts if account != inputs.home_account]
        stacks += [_access_stack(account, inputs.target_access, inputs, names) for account in others]
    return tuple(stacks)


def _access_stack(account: str, template: Template, inputs: Inputs, names: Names) -> AccessStack:
    return AccessStack(
        account=account,
        region=inputs.topology.home_region,
        name=names.access_stack,
        body=template.body,
        digest=template.digest,
    )


def _access_set(inputs: Inputs, compose: _Composer) -> StackSet | None:
    """With organizational units the roles reach accounts that join later only through a stack set of their own."""
    units = inputs.environment.organizational_units
    if not units or inputs.target_access is None:
        return None
    home = (inputs.topology.home_region,)
    template = replace(inputs.target_access, layer=ACCESS_LAYER)
    return compose.stack_set(template, targets=Targets((), units), regions=home, values={})
