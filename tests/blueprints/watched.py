"""Both layers with everything that can be watched, and every way to be told."""

from __future__ import annotations

from typing import Any

from tests.blueprints.api_samples import REST_API, SOCKET_ROUTES
from tests.blueprints.shop import COMPUTE, DATABASE, INFRA, MESSAGING

ALL_KINDS: dict[str, Any] = {
    kind: {"enabled": True}
    for kind in ("error-count", "invocations", "anomaly", "4xx", "system-errors", "user-errors", "database-connections")
}
CANARIES: dict[str, Any] = {"bucket": "uploads"}
OWN: dict[str, Any] = {
    "orders-placed": {"namespace": "shop", "metric": "Placed", "threshold": 0.5, "dimensions": {"Function": "front"}}
}
WATCHED_COMPUTE: dict[str, Any] = {
    "functions": {
        "front": {
            "uses": {"tables": ["orders"], "database": True, "websocket": True},
            "insights": True,
            "reserved_concurrency": 100,
            "provisioned_concurrency": {"minimum": 5, "maximum": 50},
            "asynchronous": {"retry_attempts": 1},
        },
        "worker": {"timeout": 20},
    },
    "sources": COMPUTE["sources"],
    "workflows": COMPUTE["workflows"],
    "schedules": COMPUTE["schedules"],
    "api": {"kind": "rest", "routes": {"GET /": {"function": "front"}}, "waf": REST_API["waf"]},
    "websocket": {"routes": dict.fromkeys(SOCKET_ROUTES, "front")},
    "monitoring": {
        "alarms": ALL_KINDS,
        "metrics": OWN,
        "notify": "region",
        "dashboard": True,
        "canaries": CANARIES,
    },
}
WATCHED_INFRA: dict[str, Any] = {
    "tables": INFRA["tables"],
    "queues": MESSAGING["queues"],
    "topics": MESSAGING["topics"],
    "buses": MESSAGING["buses"],
    "monitoring": {
        "alarms": {kind: ALL_KINDS[kind] for kind in ("system-errors", "user-errors", "database-connections")},
        "notify": "each",
        "region_alarm": True,
    },
    "alarm_topic": {"emails": ["ops@example.com"], "webhooks": ["https://hooks.example.com/alarms"]},
}
WATCHED_DATABASE: dict[str, Any] = {**DATABASE, "monitoring": {"alarms": {"database-connections": {"threshold": 900}}}}
