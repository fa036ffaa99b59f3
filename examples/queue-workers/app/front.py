"""Takes jobs and tells how far they are: the function behind the HTTP API (payload format 2.0)."""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from jobs import InvalidJob, Jobs, JobsUnavailable, calling, job_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_ID = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class Door:
    """Where jobs go: the table, and the addresses of the two queues."""

    jobs: Jobs
    sqs: Any
    queue: str
    priority_queue: str


def handler(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """What API Gateway calls."""
    return respond(event, _door())


def respond(event: Mapping[str, Any], door: Door) -> dict[str, Any]:
    """The answer to one request. Nothing is raised to the caller."""
    try:
        status, body = _answer(event, door)
    except InvalidJob as error:
        status, body = 400, {"error": str(error)}
    except JobsUnavailable as error:
        sys.stderr.write(json.dumps({"event": "jobs_unavailable", "reason": str(error)}) + "\n")
        status, body = 503, {"error": "jobs cannot be taken now; try again"}
    where = {"region": os.environ.get("AWS_REGION", ""), "release": os.environ.get("RELEASE", "")}
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps({**body, **where})}


def _answer(event: Mapping[str, Any], door: Door) -> tuple[int, dict[str, Any]]:
    method = event["requestContext"]["http"]["method"]
    path = [part for part in event.get("rawPath", "/").split("/") if part]
    match method, path:
        case "GET", ["health"]:
            return (200, {"status": "ok"}) if door.jobs.answers() else (503, {"status": "the table does not answer"})
        case "POST", ["jobs"]:
            return 202, {"id": _take(event.get("body") or "", door)}
        case "GET", ["jobs", job_id]:
            found = door.jobs.get(job_id) if _ID.fullmatch(job_id) else None
            return (200, found) if found else (404, {"error": "there is no such job"})
        case _:
            return 404, {"error": "there is no such path"}


def _take(body: str, door: Door) -> str:
    """Writes the job down, then sends it. The other way round a worker could be faster than the table."""
    job = {"id": secrets.token_hex(16), **job_of(body)}
    door.jobs.add(job, now=time.time())
    queue = door.priority_queue if job["urgent"] else door.queue
    calling(door.sqs.send_message, QueueUrl=queue, MessageBody=json.dumps(job))
    return str(job["id"])


@cache
def _door() -> Door:
    """One per execution environment."""
    import boto3

    jobs = Jobs.connect(os.environ["TABLE_JOBS"])
    return Door(jobs, boto3.client("sqs"), os.environ["QUEUE_JOBS"], os.environ["QUEUE_JOBS_PRIORITY"])
