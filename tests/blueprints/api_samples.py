"""Options of compute that turn on everything an API can have, one set for each kind."""

from __future__ import annotations

import json
from typing import Any

FUNCTIONS: dict[str, object] = {"orders": {}, "reports": {}, "guard": {}}
HTTP: dict[str, object] = {
    "functions": FUNCTIONS,
    "api": {
        "routes": {
            "$default": {"function": "orders"},
            "GET /health": {"function": "orders", "authorizer": "none"},
            "GET /reports/{execution}": {"function": "reports", "authorizer": "iam"},
            "POST /reports": {"workflow": "report", "authorizer": "guard", "throttle": {"rate": 5, "burst": 10}},
            "POST /jobs": {"queue": "jobs", "authorizer": "users", "scopes": ["jobs/write"]},
        },
        "authorizer": "staff",
        "authorizers": {
            "users": {"jwt": {"issuer": "https://login.example.com", "audience": ["web"]}},
            "staff": {"pool": "staff"},
            "guard": {"function": "guard", "cache": 60},
        },
        "cors": {"origins": ["https://a.example.com", "https://b.example.com"], "credentials": True},
        "throttle": {"rate": 100, "burst": 200},
        "variables": {"flavour": "plain"},
        "default_endpoint": False,
    },
}

ORDER = json.dumps({"type": "object", "required": ["item"], "properties": {"item": {"type": "string"}}})
REST_API: dict[str, object] = {
    "kind": "rest",
    "routes": {
        "GET /": {"function": "orders", "authorizer": "none"},
        "GET /orders/{id}": {"function": "orders", "required": ["header.X-Tenant", "querystring.page"]},
        "POST /orders": {
            "function": "orders",
            "model": "order",
            "api_key": True,
            "throttle": {"rate": 5, "burst": 10},
        },
        "POST /reports": {"workflow": "report", "authorizer": "iam"},
        "GET /reports/{execution}": {"status_of": "report", "authorizer": "guard"},
        "POST /jobs": {"queue": "jobs"},
        "POST /news": {"topic": "news", "scopes": ["news/write"]},
    },
    "authorizer": "staff",
    "authorizers": {"staff": {"pool": "staff"}, "guard": {"function": "guard"}},
    "cors": {"origins": ["https://a.example.com"], "exposed": ["etag"]},
    "throttle": {"rate": 100, "burst": 200},
    "variables": {"flavour": "plain"},
    "models": {"order": ORDER},
    "plans": {"partner": {"throttle": {"rate": 1, "burst": 2}, "quota": 1000, "period": "DAY"}},
    "keys": {"acme": {"plan": "partner", "secret": "acme-key"}},
    "waf": {"rate_limit": 500},
}
REST: dict[str, object] = {"functions": {"orders": {}, "guard": {}}, "api": REST_API}

SOCKET_ROUTES = {"$connect": "chat", "$disconnect": "chat", "$default": "chat", "news/read": "reader"}
SOCKET: dict[str, object] = {
    "functions": {"front": {"uses": {"websocket": True}}, "chat": {}, "reader": {}, "guard": {}},
    "websocket": {"routes": SOCKET_ROUTES, "authorizer": "guard", "throttle": {"rate": 50, "burst": 100}},
}


def allowed(template: dict[str, Any], role: str) -> set[tuple[str, str]]:
    """Action and ARN of everything that a role may do, by its own policies and by those beside it."""
    resources = template["Resources"]
    documents = [one["PolicyDocument"] for one in resources[role]["Properties"].get("Policies", ())]
    documents += [
        one["Properties"]["PolicyDocument"]
        for one in resources.values()
        if one["Type"] == "AWS::IAM::Policy" and {"Ref": role} in one["Properties"]["Roles"]
    ]
    return {
        (statement["Action"], arn["Fn::Sub"])
        for document in documents
        for statement in document["Statement"]
        for arn in (statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]])
    }
