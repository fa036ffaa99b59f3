"""Route 53's records and health checks in the vocabulary of the API. Names have no trailing dot and are lower case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from orchestrator.core.pending import Value


class FailoverRole(Enum):
    """The two places of a failover pair."""

    PRIMARY = "PRIMARY"
    SECONDARY = "SECONDARY"


@dataclass(frozen=True, slots=True)
class AliasTarget:
    """What an alias record points at; `zone_id` is the hosted zone of the target (API Gateway's own, or ours)."""

    name: Value
    zone_id: Value
    evaluate_target_health: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSet:
    """One resource record set. Exactly one of `values` (with `ttl_s`) and `alias` is filled.

    `set_identifier` is empty for simple routing. `region` is latency routing's AWS region.
    `health_check` is a health check's id ("" for none).
    """

    name: str
    type: str
    ttl_s: int | None = None
    values: tuple[Value, ...] = ()
    alias: AliasTarget | None = None
    set_identifier: str = ""
    failover: FailoverRole | None = None
    weight: int | None = None
    region: str = ""
    multivalue: bool = False
    health_check: Value = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What Route 53 takes as the identity of a record set: name, type, set identifier."""
        return (self.name, self.type, self.set_identifier)


class RecordAction(Enum):
    """What a change does to one record set."""

    CREATE = "CREATE"
    UPSERT = "UPSERT"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One element of a change batch. A DELETE must name every field as it stands."""

    action: RecordAction
    record: RecordSet


class CheckKind(Enum):
    """The kinds of health check that we make or meet."""

    HTTP = "HTTP"
    HTTPS = "HTTPS"
    HTTP_STR_MATCH = "HTTP_STR_MATCH"
    HTTPS_STR_MATCH = "HTTPS_STR_MATCH"
    TCP = "TCP"
    CALCULATED = "CALCULATED"
    CLOUDWATCH_METRIC = "CLOUDWATCH_METRIC"
    RECOVERY_CONTROL = "RECOVERY_CONTROL"


class InsufficientData(Enum):
    """What a CLOUDWATCH_METRIC check makes of an alarm without data, in Route 53's words."""

    HEALTHY = "Healthy"
    UNHEALTHY = "Unhealthy"
    LAST_KNOWN_STATUS = "LastKnownStatus"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """One health check. `name` is ours (its Name tag), `id` is Route 53's ("" until it exists).

    `interval_s`, `kind` and the caller reference are fixed at creation: a change of one means a new check.
    Fields that a kind does not have are 0 or "". `children` are ids (CALCULATED), sorted once they are known;
    `alarm_region`, `alarm_name` and `insufficient_data` are CLOUDWATCH_METRIC's. `routing_control` is the ARN that a
    RECOVERY_CONTROL check follows, fixed at creation as well.
    """

    name: str
    id: str = ""
    caller_reference: str = ""
    kind: CheckKind = CheckKind.HTTPS
    host: str = ""
    port: int = 443
    path: str = "/"
    interval_s: int = 10
    failure_threshold: int = 3
    inverted: bool = False
    disabled: bool = False
    search: str = ""
    children: tuple[Value, ...] = ()
    health_threshold: int = 0
    alarm_region: str = ""
    alarm_name: str = ""
    insufficient_data: InsufficientData = InsufficientData.LAST_KNOWN_STATUS
    routing_control: str = ""
    version: int = 1

    @property
    def follows(self) -> tuple[str, str]:
        """(region, alarm) or ("", ARN of a routing control) whose state is this check's; two "" for other kinds."""
        return (self.alarm_region, self.alarm_name or self.routing_control)


@dataclass(frozen=True, slots=True)
class HostedZone:
    """A public hosted zone: `id` without the /hostedzone/ prefix, `name` without the trailing dot."""

    id: str
    name: str
