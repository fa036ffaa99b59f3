"""Asks a new version before users are moved to it: CodeDeploy's hook."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

QUESTION = {"httpMethod": "GET", "path": "/health", "headers": {}, "body": None}


def handler(event: Mapping[str, Any], _: object) -> str:
    """What CodeDeploy calls; without its answer the release fails after an hour."""
    import boto3

    answer = boto3.client("lambda").invoke(
        FunctionName=os.environ["TESTED_CATALOGUE"], Payload=json.dumps(QUESTION).encode()
    )
    status = verdict(answer.get("FunctionError"), answer["Payload"].read())
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status=status,
    )
    return status


def verdict(function_error: str | None, payload: bytes) -> str:
    """`Succeeded` for a healthy answer."""
    if function_error:
        return "Failed"
    try:
        answer = json.loads(payload)
    except ValueError:
        return "Failed"
    return "Succeeded" if isinstance(answer, dict) and answer.get("statusCode") == 200 else "Failed"
