"""The sample environment of the planner's and the flows' tests: small templates, real shapes."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from orchestrator.core.canonical import canonical_json
from orchestrator.core.desired import DesiredState, Inputs, desired_state, release_of
from orchestrator.core.names import Names
from orchestrator.core.state import Artifact, ObservedState
from orchestrator.core.topology import (
    ClusterEndpoint,
    CodeSource,
    Environment,
    HostedZone,
    LeverMechanism,
    Region,
    RegionRole,
    StackSetConfig,
    Topology,
    WaveConfig,
)
from orchestrator.simulation import stand_ins
from orchestrator.simulation.stand_ins import template

HOME = "111111111111"
OTHER = "222222222222"
THIRD = "333333333333"
UNIT = "ou-ab12-34567890"
FAR_UNIT = "ou-ab12-98765432"
MEMBERS = (OTHER, THIRD)
EAST, WEST, SOUTH = "us-east-1", "us-west-2", "sa-east-1"
NAMES = Names("sample", "production", HOME)
TAKEN = datetime(2026, 1, 1, tzinfo=UTC)

ONE_ACCOUNT = (OTHER,)
TWO_ACCOUNTS = (HOME, OTHER)


def topology(
    *regions: str,
    accounts: tuple[str, ...] = ONE_ACCOUNT,
    units: tuple[str, ...] = (),
    home: str = WEST,
    host: str = "sample.fed.dev",
    zone_account: str = "",
) -> Topology:
    """The first region is primary; by default us-east-1 with us-west-2 standing by."""
    names = regions or (EAST, WEST)
    if len(accounts) > 1 or units:
        host = "{account}." + host
    environment = Environment("production", () if units else accounts, units, host, HostedZone("fed.dev", zone_account))
    return Topology(
        application="sample",
        partition="aws",
        home_region=home,
        reference_region=WEST,
        regions=tuple(
            Region(name, RegionRole.SECONDARY if place else RegionRole.PRIMARY) for place, name in enumerate(names)
        ),
        environments=(environment,),
        code=(CodeSource("app", "sample/app"),),
        stack_sets=(StackSetConfig("infra", "a:B"), StackSetConfig("compute", "c:D")),
    )


def in_waves(made: Topology, **waves: tuple[str, ...]) -> Topology:
    """The same topology, rolled out in these waves."""
    configured = tuple(WaveConfig(name, targets) for name, targets in waves.items())
    return replace(made, rollout=replace(made.rollout, waves=configured))


# docs.aws.amazon.com/r53recovery: the regions in which every cluster has its endpoints.
CLUSTER_REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2")


def control_arn(region: str) -> str:
    """The routing control of a region of the sample."""
    control = region.replace("-", "")
    return f"arn:aws:route53-recovery-control::{HOME}:controlpanel/0123abcd/routingcontrol/{control}"


def by_arc(made: Topology) -> Topology:
    """The same topology with routing controls for evacuate levers."""
    endpoints = tuple(ClusterEndpoint(one, f"https://host-aaaaaa.{one}.example.com/v1") for one in CLUSTER_REGIONS)
    controls = tuple((region.name, control_arn(region.name)) for region in made.regions)
    return replace(
        made,
        failover=replace(made.failover, lever=LeverMechanism.ARC, cluster=endpoints),
        environments=tuple(replace(one, routing_controls=controls) for one in made.environments),
    )


# -- templates ----------------------------------------------------------------------------------------------------


def infra_body(*, domain: str = "REGIONAL", retain: bool = True, certificate: bool = True, note: str = "") -> str:
    """A table that may be retained, a certificate, an API domain; `domain` stands for its replacing property."""
    body = json.loads(stand_ins.infra_body())
    resources = body["Resources"]
    resources["Table"]["Properties"]["Note"] = note
    resources["Domain"]["Properties"]["EndpointType"] = domain
    if not retain:
        del resources["Table"]["DeletionPolicy"]
    if not certificate:
        del resources["Certificate"]
    return canonical_json(body)


def compute_body(*, memory: int = 256, extra: str = "") -> str:
    """A function of the artifact `app`; `extra` adds a parameter with a default that nobody sets."""
    body = json.loads(stand_ins.compute_body(("app",)))
    body["Resources"]["Function"]["Properties"]["MemorySize"] = memory
    if extra:
        body["Parameters"][extra] = {"Type": "String", "Default": "as it is"}
    return canonical_json(body)


def control_body(*, note: str = "") -> str:
    """The artifact bucket, retained as the real one is."""
    body = json.loads(stand_ins.control_body(NAMES.prefix))
    body["Resources"]["ArtifactBucket"]["Properties"]["Note"] = note
    return canonical_json(body)


def artifact(content: str = "first", name: str = "app") -> Artifact:
    """A package whose bytes are `content`."""
    return stand_ins.artifact(name, content, NAMES)


@dataclass(frozen=True, slots=True)
class Sample:
    """What a user has: regions.yaml, code, blueprints. Every `with_` is an edit."""

    topology: Topology
    code: str = "first"
    infra: str = infra_body()
    compute: str = compute_body()
    control: str = control_body()

    @property
    def inputs(self) -> Inputs:
        """As the shell hands them to planning."""
        artifacts = (artifact(self.code),)
        compute = template("compute", self.compute)
        return Inputs(
            topology=self.topology,
            environment=self.topology.environments[0],
            home_account=HOME,
            accounts=self.topology.environments[0].accounts or MEMBERS,
            release=release_of(artifacts, compute.digest),
            artifacts=artifacts,
            control=template("control", self.control),
            infra=template("infra", self.infra),
            compute=compute,
            home_access=stand_ins.access_template("Home"),
            target_access=stand_ins.access_template("Target"),
            members=self.members,
        )

    @property
    def units(self) -> dict[str, tuple[str, ...]]:
        """Whom each organizational unit holds: all together where there is one, else one account each."""
        units = self.topology.environments[0].organizational_units
        return (
            {unit: (account,) for unit, account in zip(units, MEMBERS, strict=False)} if units[1:] else {UNIT: MEMBERS}
        )

    @property
    def members(self) -> tuple[tuple[str, str], ...]:
        """(account, unit) where waves are made of units: the first unit holds the first member, and so on."""
        units = self.topology.environments[0].organizational_units
        return tuple(zip(MEMBERS, units, strict=False)) if units and self.topology.rollout.waves else ()

    def desired(self, observed: ObservedState) -> DesiredState:
        """What should be, seen what is."""
        return desired_state(self.inputs, observed)

    def edited(self, **changes: object) -> Sample:
        """The same with other code, templates or topology."""
        return replace(self, **changes)  # type: ignore[arg-type]
