"""Route 53's dictionaries to core's records and health checks, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, assert_never

from orchestrator.core.dns import (
    AliasTarget,
    CheckKind,
    FailoverRole,
    HealthCheck,
    InsufficientData,
    RecordChange,
    RecordSet,
)
from orchestrator.core.errors import AwsError
from orchestrator.core.pending import Pending, Value

_UNSET = InsufficientData.LAST_KNOWN_STATUS.value
_OCTAL = re.compile(r"\\([0-7]{3})")


def plain_name(name: str) -> str:
    r"""Lower case, no trailing dot, Route 53's octal escapes resolved (`\052.fed.dev.` is `*.fed.dev`)."""
    return _OCTAL.sub(lambda found: chr(int(found[1], 8)), name).lower().removesuffix(".")


# -- records ------------------------------------------------------------------------------------------------------


def record_of(found: Any) -> RecordSet:
    """One ResourceRecordSet as Route 53 lists it."""
    role = found.get("Failover", "")
    return RecordSet(
        name=plain_name(found["Name"]),
        type=found["Type"],
        ttl_s=found.get("TTL"),
        values=tuple(one["Value"] for one in found.get("ResourceRecords", ())),
        alias=_alias_of(found.get("AliasTarget")),
        set_identifier=found.get("SetIdentifier", ""),
        failover=FailoverRole(role) if role else None,
        weight=found.get("Weight"),
        region=found.get("Region", ""),
        multivalue=bool(found.get("MultiValueAnswer")),
        health_check=found.get("HealthCheckId", ""),
    )


def change_element(change: RecordChange) -> dict[str, Any]:
    """One element of a change batch."""
    return {"Action": change.action.value, "ResourceRecordSet": record_set(change.record)}


def record_set(record: RecordSet) -> dict[str, Any]:
    """One ResourceRecordSet as Route 53 takes it: absent fields are left out."""
    fields: dict[str, Any] = {"Name": record.name, "Type": record.type}
    if record.alias is not None:
        fields["AliasTarget"] = {
            "DNSName": _known(record.alias.name),
            "HostedZoneId": _known(record.alias.zone_id),
            "EvaluateTargetHealth": record.alias.evaluate_target_health,
        }
    else:
        fields["TTL"] = record.ttl_s
        fields["ResourceRecords"] = [{"Value": _known(value)} for value in record.values]
    optional = {
        "SetIdentifier": record.set_identifier,
        "Failover": record.failover.value if record.failover else "",
        "Region": record.region,
        "MultiValueAnswer": record.multivalue,
        "HealthCheckId": _known(record.health_check),
    }
    fields |= {key: value for key, value in optional.items() if value}
    return fields if record.weight is None else fields | {"Weight": record.weight}


def _alias_of(found: Any) -> AliasTarget | None:
    if found is None:
        return None
    return AliasTarget(plain_name(found["DNSName"]), found["HostedZoneId"], bool(found["EvaluateTargetHealth"]))


def _known(value: Value) -> str:
    if isinstance(value, Pending):
        raise AwsError(f"{value} is not known yet", where="route53", fix="carry out the step that makes it first")
    return value


# -- health checks ------------------------------------------------------------------------------------------------


def check_of(found: Any, tags: Mapping[str, str]) -> HealthCheck:
    """One health check as Route 53 lists it; its name is its Name tag."""
    config = found["HealthCheckConfig"]
    alarm = config.get("AlarmIdentifier", {})
    return HealthCheck(
        name=tags.get("Name", ""),
        id=found["Id"],
        caller_reference=found.get("CallerReference", ""),
        kind=CheckKind(config["Type"]),
        host=plain_name(config.get("FullyQualifiedDomainName", "")),
        port=config.get("Port", 0),
        path=config.get("ResourcePath", ""),
        interval_s=config.get("RequestInterval", 0),
        failure_threshold=config.get("FailureThreshold", 0),
        inverted=bool(config.get("Inverted")),
        disabled=bool(config.get("Disabled")),
        search=config.get("SearchString", ""),
        children=tuple(sorted(config.get("ChildHealthChecks", ()))),
        health_threshold=config.get("HealthThreshold", 0),
        alarm_region=alarm.get("Region", ""),
        alarm_name=alarm.get("Name", ""),
        insufficient_data=InsufficientData(config.get("InsufficientDataHealthStatus", _UNSET)),
        routing_control=config.get("RoutingControlArn", ""),
        version=found.get("HealthCheckVersion", 1),
    )


def check_config(check: HealthCheck) -> dict[str, Any]:
    """HealthCheckConfig: what may change, and what is fixed at creation."""
    fields = changeable(check) | {"Type": check.kind.value}
    if check.kind is CheckKind.RECOVERY_CONTROL:
        return fields | {"RoutingControlArn": check.routing_control}
    if check.kind in (CheckKind.CALCULATED, CheckKind.CLOUDWATCH_METRIC):
        return fields
    return fields | {"RequestInterval": check.interval_s}


def changeable(check: HealthCheck) -> dict[str, Any]:
    """The fields that UpdateHealthCheck takes. Which routing control is followed is not among them."""
    fields: dict[str, Any] = {"Inverted": check.inverted, "Disabled": check.disabled}
    endpoint = {"FullyQualifiedDomainName": check.host, "Port": check.port, "FailureThreshold": check.failure_threshold}
    match check.kind:
        case CheckKind.CALCULATED:
            return fields | {
                "ChildHealthChecks": [_known(child) for child in check.children],
                "HealthThreshold": check.health_threshold,
            }
        case CheckKind.TCP:
            return fields | endpoint
        case CheckKind.HTTP:
            return fields | endpoint | {"ResourcePath": check.path}
        case CheckKind.HTTPS:
            return fields | endpoint | {"ResourcePath": check.path, "EnableSNI": True}
        case CheckKind.HTTP_STR_MATCH:
            return fields | endpoint | {"ResourcePath": check.path, "SearchString": check.search}
        case CheckKind.HTTPS_STR_MATCH:
            return fields | endpoint | {"ResourcePath": check.path, "SearchString": check.search, "EnableSNI": True}
        case CheckKind.CLOUDWATCH_METRIC:
            return fields | {
                "AlarmIdentifier": {"Region": check.alarm_region, "Name": check.alarm_name},
                "InsufficientDataHealthStatus": check.insufficient_data.value,
            }
        case CheckKind.RECOVERY_CONTROL:
            return fields
        case _:
            assert_never(check.kind)
