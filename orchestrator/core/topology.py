"""What regions.yaml says, validated and immutable: the application, its regions in order, its environments."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from orchestrator.core.fan_out import ALL_AT_ONCE, FanOut
from orchestrator.core.gates import Gates
from orchestrator.core.json_values import FrozenJson, thaw


class RegionRole(Enum):
    """PRIMARY serves users; SECONDARY regions stand by, in the order of the file."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class RoutingPolicy(Enum):
    """How the shared name is answered: one region at a time, or all of them by weight or by nearness."""

    FAILOVER = "failover"
    WEIGHTED = "weighted"
    LATENCY = "latency"


class LeverMechanism(Enum):
    """What moves a region for good: METRIC is a CloudWatch metric and its alarm, ARC a routing control."""

    METRIC = "metric"
    ARC = "arc"


class OnFailure(Enum):
    """What a deployment does when a gate or an instance fails: ROLLBACK returns what it changed, STOP leaves it."""

    ROLLBACK = "rollback"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Region:
    """One region of the application. `weight` (0 to 255) is its share of the users under weighted routing.

    A region of weight 0 gets users only while no region of another weight is healthy.
    """

    name: str
    role: RegionRole
    weight: int = 1


@dataclass(frozen=True, slots=True)
class HostedZone:
    """The public zone that holds the application's names. Empty `account`: the home account."""

    name: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class Environment:
    """Where one environment runs. Exactly one of `accounts` and `organizational_units` is filled.

    `host` is the shared name; it holds `{account}` when there are several accounts.
    `routing_controls` are (region, ARN) of every region under LeverMechanism.ARC, () otherwise.
    """

    name: str
    accounts: tuple[str, ...]
    organizational_units: tuple[str, ...]
    host: str
    hosted_zone: HostedZone
    routing_controls: tuple[tuple[str, str], ...] = ()

    def host_for(self, account: str) -> str:
        """The shared host name of one account."""
        return self.host.replace("{account}", account)

    def regional_host_for(self, account: str, region: str) -> str:
        """The regional host name of one account: `us-east-1.sample.fed.dev`."""
        return f"{region}.{self.host_for(account)}"


@dataclass(frozen=True, slots=True)
class CodeSource:
    """One package of code or one layer: `path` is absolute or relative to the file that names it."""

    name: str
    path: str
    kind: str = "code"  # code | layer


@dataclass(frozen=True, slots=True)
class StackSetConfig:
    """A blueprint reference and its options, for the layer `infra` or `compute`.

    `options` are frozen JSON values in the order of the file; `line` is where the reference stands (0: by default).
    """

    layer: str
    blueprint: str
    options: tuple[tuple[str, FrozenJson], ...] = ()
    line: int = 0

    def plain_options(self) -> dict[str, object]:
        """The options as ordinary dicts and lists, as a blueprint takes them."""
        return {name: thaw(value) for name, value in self.options}


@dataclass(frozen=True, slots=True)
class Health:
    """The endpoint check of a region: `interval_s` is 10 or 30 (Route 53 allows no other)."""

    path: str = "/health"
    interval_s: int = 10
    failure_threshold: int = 3


@dataclass(frozen=True, slots=True)
class ClusterEndpoint:
    """One of the five endpoints of an ARC cluster; `region` is where it stands and what its calls are signed for."""

    region: str
    url: str


@dataclass(frozen=True, slots=True)
class Failover:
    """How the shared name is answered. `ttl_s` 60 is the fixed TTL of an alias to API Gateway.

    `cluster` are the five endpoints behind the routing controls of LeverMechanism.ARC, () otherwise.
    """

    policy: RoutingPolicy = RoutingPolicy.FAILOVER
    ttl_s: int = 60
    lever: LeverMechanism = LeverMechanism.METRIC
    cluster: tuple[ClusterEndpoint, ...] = ()


@dataclass(frozen=True, slots=True)
class WaveConfig:
    """One wave by its name: accounts, or organizational units, of any environments."""

    name: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rollout:
    """Deadlines in seconds, one per kind of wait, and how many probes make a region healthy.

    `waves` in their order; those that no wave names come last. `fan_out` is for the accounts of one region and wave.
    """

    replication_deadline_s: int = 900
    operation_deadline_s: int = 3600
    gate_deadline_s: int = 300
    waves: tuple[WaveConfig, ...] = ()
    fan_out: FanOut = ALL_AT_ONCE
    on_failure: OnFailure = OnFailure.ROLLBACK


@dataclass(frozen=True, slots=True)
class Objectives:
    """What a drill is measured against. `longest_gap_s` is the longest time without a good answer, 0: as `rto_s`.

    `availability_percent` is the share of good answers, 0: not judged.
    """

    rto_s: int = 180
    longest_gap_s: int = 0
    availability_percent: int = 0


@dataclass(frozen=True, slots=True)
class TrafficSettings:
    """The requests that users' stand-ins make during a run: `rate_per_s` of all together, 0 for none."""

    rate_per_s: int = 5
    resolvers: int = 4
    path: str = "/health"


@dataclass(frozen=True, slots=True)
class BlockedWindow:
    """When no drill may begin, each week, in UTC. Minutes count from Monday 00:00; the end is no part of it.

    A window whose end is smaller than its start passes the end of the week. `text` is what was written.
    """

    start_minute_of_week: int
    end_minute_of_week: int
    text: str


@dataclass(frozen=True, slots=True)
class AbortLimits:
    """What ends a drill early: failed requests or slow answers within the last `window_s`, or an alarm."""

    error_rate_percent: int = 25
    latency_ms: int = 5000
    window_s: int = 30
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drills:
    """How long a region stays out (`hold_s`), how many hours lie between two drills, and when there are none."""

    hold_s: int = 60
    min_distance_h: int = 0
    blocked: tuple[BlockedWindow, ...] = ()
    abort: AbortLimits = AbortLimits()


@dataclass(frozen=True, slots=True)
class Access:
    """Names of the roles that bootstrap makes. Empty `role`: `{application}-{environment}-orchestrator`.

    `bootstrap_role` is the role by which bootstrap enters an account for the first time. `managed_policies` are ARNs of
    policies that the execution role has besides its own.
    """

    role: str = ""
    bootstrap_role: str = "OrganizationAccountAccessRole"
    managed_policies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding of the safety analysis that somebody answers for: `resource` is `infra.Table`, `reason` why."""

    resource: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Topology:
    """One regions.yaml. `regions` keeps the order of the file; exactly one is primary.

    `reference_region` holds what may be defined only once (the global table); it never follows a change of roles.
    `base_dir` is the folder of the file: relative code and blueprint paths start there.
    """

    application: str
    partition: str
    home_region: str
    reference_region: str
    regions: tuple[Region, ...]
    environments: tuple[Environment, ...]
    code: tuple[CodeSource, ...]
    stack_sets: tuple[StackSetConfig, ...]
    health: Health = Health()
    failover: Failover = Failover()
    rollout: Rollout = Rollout()
    gates: Gates = field(default_factory=Gates)
    objectives: Objectives = Objectives()
    traffic: TrafficSettings = TrafficSettings()
    drills: Drills = Drills()
    access: Access = Access()
    accepted: tuple[Accepted, ...] = ()
    base_dir: str = "."
    source: str = "regions.yaml"

    @property
    def primary(self) -> Region:
        """The one region that serves users."""
        return next(region for region in self.regions if region.role is RegionRole.PRIMARY)

    @property
    def standbys(self) -> tuple[Region, ...]:
        """The standby regions in the order of the file: the first takes over first."""
        return tuple(region for region in self.regions if region.role is RegionRole.SECONDARY)

    @property
    def rollout_order(self) -> tuple[Region, ...]:
        """Standbys last-in-line first, the primary at the end: users meet a release only after it works elsewhere."""
        return (*reversed(self.standbys), self.primary)

    @property
    def control_regions(self) -> tuple[str, ...]:
        """Where the control layer stands: every region of the application, and home."""
        names = [region.name for region in self.regions]
        return tuple(names if self.home_region in names else [*names, self.home_region])

    def stack_set(self, layer: str) -> StackSetConfig:
        """The configuration of `infra` or `compute`."""
        return next(one for one in self.stack_sets if one.layer == layer)
