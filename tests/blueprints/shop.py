"""A shop with every block for data and events turned on, for the tests of those blocks."""

from __future__ import annotations

from typing import Any

INFRA: dict[str, Any] = {
    "tables": {
        "orders": {
            "expires": "ends",
            "key_types": {"at": "N"},
            "indexes": {
                "by-day": {"partition_key": "day", "sort_key": "at"},
                "keys-only": {"partition_key": "day", "attributes": []},
                "totals": {"partition_key": "day", "attributes": ["total"]},
            },
        }
    },
    "buckets": {
        "uploads": {"cors_origins": ["https://shop.example"], "expire_days": 30},
        "reports": {"within_15_minutes": True},
        "scratch": {"replicate": False},
    },
    "keys": {"records": None},
    "secrets": {"partner": {"username": "shop"}, "token": None},
    "parameters": {"limits/most": "10"},
}
DATABASE: dict[str, Any] = {"database": {"instances": 3}}
MESSAGING: dict[str, Any] = {
    "queues": {
        "jobs": {"priority": True, "surge": True, "consumer_timeout": 20},
        "orders.fifo": {"high_throughput": True, "content_based_deduplication": True, "delay": 5},
        "tenants": {"shards": 3},
    },
    "topics": {
        "news": {"queues": {"jobs": {"filter": {"kind": ["big"]}}}},
        "ordered.fifo": {"queues": {"orders.fifo": None}, "content_based_deduplication": True},
    },
    "buses": {
        "shop": {
            "archive_days": 7,
            "rules": {
                "placed": {
                    "pattern": {"source": ["shop"], "detail": {"total": [{"numeric": [">", 10]}]}},
                    "queues": ["jobs", "tenants-0"],
                }
            },
        }
    },
}
DEFINITION: dict[str, Any] = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:${Partition}:states:::lambda:invoke",
            "Parameters": {"FunctionName": "${worker}", "Payload.$": "$"},
            "Retry": [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 3, "BackoffRate": 2.0}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Tell"}],
            "Next": "Both",
        },
        "Both": {
            "Type": "Parallel",
            "End": True,
            "Branches": [
                {"StartAt": "Rest", "States": {"Rest": {"Type": "Pass", "End": True}}},
                {"StartAt": "Show", "States": {"Show": {"Type": "Task", "Resource": "${front}", "End": True}}},
            ],
        },
        "Tell": {
            "Type": "Task",
            "Resource": "arn:${Partition}:states:::sns:publish",
            "Parameters": {"TopicArn": "${TOPIC_NEWS}", "Message.$": "$"},
            "End": True,
        },
    },
}
COMPUTE: dict[str, Any] = {
    "functions": {"front": {"uses": {"keys": ["records"], "database": True}}, "worker": {"timeout": 20}},
    "sources": {
        "queues": {
            "jobs": {"function": "worker", "concurrency": 10, "batch_size": 100, "window": 5},
            "orders.fifo": {"function": "worker"},
            "tenants": {"function": "worker", "shards": 3, "concurrency": 2},
        },
        "streams": {
            "orders": {"function": "worker", "failures": "jobs", "filters": [{"eventName": ["INSERT"]}], "window": 1},
            "audit": {"function": "front", "table": "orders", "failures": "jobs", "regions": "all"},
        },
        "topics": {"news": {"function": "worker", "filter": {"kind": ["small"]}}},
        "rules": {
            "placed": {"function": "worker", "bus": "shop", "pattern": {"source": ["shop"]}},
            "big": {"workflow": "fulfil", "bus": "shop", "pattern": {"source": ["shop"]}, "retries": 3},
        },
    },
    "workflows": {
        "fulfil": {"definition": DEFINITION, "uses": {"topics": ["news"]}},
        "quick": {
            "kind": "express",
            "definition": {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}},
            "log_level": "ALL",
        },
    },
    "schedules": {
        "nightly": {
            "expression": "cron(0 3 * * ? *)",
            "workflow": "fulfil",
            "window": 15,
            "input": {"why": "night"},
            "failures": "jobs",
        },
        "beat": {"expression": "rate(5 minutes)", "function": "front", "regions": "all"},
    },
}
