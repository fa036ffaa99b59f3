"""Options of infra and compute for services in containers: the least that works, and everything turned on."""

from __future__ import annotations

from typing import Any

DIGEST = f"sha256:{'a' * 64}"
IMAGE: dict[str, Any] = {"repository": "web", "digest": DIGEST}
LEAST_INFRA: dict[str, Any] = {"entry": "service", "network": {}, "containers": {}}
LEAST_COMPUTE: dict[str, Any] = {"entry": "service", "services": {"web": {"image": IMAGE}}}
INFRA: dict[str, Any] = {
    "entry": "service",
    "network": {
        "cidrs": {"us-east-1": "10.1.0.0/16"},
        "zones": 3,
        "nat": {},
        "endpoints": ["secretsmanager", "sqs"],
        "outbound": [443, 5671],
        "flow_logs": {"traffic": "REJECT", "retention_days": 7},
    },
    "containers": {"insights": "enhanced", "load_balancer": {"access_logs": {}}},
    "images": {"repositories": ["web"]},
    "secrets": {"session": None, "partner": {"username": "shop"}},
}
WITH_DATABASE: dict[str, Any] = {"network": {"nat": {"per_zone": False}, "zones": 3}, "database": {"zones": 3}}
COMPUTE: dict[str, Any] = {
    "entry": "service",
    "encrypt_logs": True,
    "functions": {"report": {"vpc": True}},
    "services": {
        "web": {
            "image": IMAGE,
            "cpu": 1024,
            "memory": 2048,
            "environment": {"LEVEL": "debug"},
            "secrets": {"SESSION": "session", "PARTNER": "partner:username"},
            "uses": {"tables": ["data"], "queues": ["jobs"], "database": True},
            "paths": ["/web/*", "/health"],
            "alarms": ["web-latency"],
            "scaling": {"requests": 500, "standby": 2, "standby_maximum": 5},
        },
        "worker": {
            "image": {**IMAGE, "command": ["work"], "entry_point": ["/run"], "working_directory": "/srv"},
            "architecture": "x86_64",
            "paths": [],
            "scaling": {"standby": 0, "cpu": None},
            "writable": [],
            "user": "1000",
        },
    },
}
