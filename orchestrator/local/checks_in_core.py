"""A stored health check in the vocabulary of core."""

from __future__ import annotations

from orchestrator.core.dns import CheckKind, HealthCheck, InsufficientData
from orchestrator.local.health_checks import StoredCheck
from orchestrator.local.stored_records import plain_name


def core_check(stored: StoredCheck) -> HealthCheck:
    """The check; an IPAddress, which core does not hold, is read from the configuration itself."""
    config = stored.config
    alarm = config.get("AlarmIdentifier", {})
    return HealthCheck(
        name=stored.tags.get("Name", ""),
        id=stored.id,
        caller_reference=stored.caller_reference,
        kind=CheckKind(config["Type"]),
        host=plain_name(config.get("FullyQualifiedDomainName", "")),
        port=config.get("Port", 0),
        path=config.get("ResourcePath", "/"),
        interval_s=config.get("RequestInterval", 0),
        failure_threshold=config.get("FailureThreshold", 0),
        inverted=config["Inverted"],
        disabled=config["Disabled"],
        search=config.get("SearchString", ""),
        children=tuple(config.get("ChildHealthChecks", ())),
        health_threshold=config.get("HealthThreshold", 0),
        alarm_region=alarm.get("Region", ""),
        alarm_name=alarm.get("Name", ""),
        insufficient_data=InsufficientData(config.get("InsufficientDataHealthStatus", "LastKnownStatus")),
        routing_control=config.get("RoutingControlArn", ""),
        version=stored.version,
    )
