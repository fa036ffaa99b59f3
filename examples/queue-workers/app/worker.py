"""Works on jobs. Of a batch only what failed comes back; what has become old goes to the surge queue."""

from __future__ import annotations

import json
import os
import string
import sys
import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from jobs import Jobs, JobsUnavailable, calling

if TYPE_CHECKING:
    from collections.abc import Mapping

OLD_S = 300
"""After an outage the newest messages matter most: older ones are set aside and worked on slowly."""


@dataclass(frozen=True)
class Bench:
    """What the worker works with."""

    jobs: Jobs
    sqs: Any
    surge_queue: str


def handler(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """What Lambda calls with a batch."""
    return work(event["Records"], _bench(), now=time.time())


def work(records: list[dict[str, Any]], bench: Bench, *, now: float) -> dict[str, Any]:
    """Every message of a batch. The ids of those that failed come back; after three times they are dead letters."""
    failed = []
    for record in records:
        try:
            if is_old(record, now):
                calling(bench.sqs.send_message, QueueUrl=bench.surge_queue, MessageBody=record["body"])
            else:
                _render(json.loads(record["body"]), bench)
        except (JobsUnavailable, ValueError, KeyError) as error:
            said = {"event": "job_failed", "message": record["messageId"], "reason": repr(error)}
            sys.stderr.write(json.dumps(said) + "\n")
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def is_old(record: Mapping[str, Any], now: float) -> bool:
    """Whether a message has waited too long; in the surge queue none is too old."""
    age_s = now - int(record["attributes"]["SentTimestamp"]) / 1000
    return age_s > OLD_S and not record["eventSourceARN"].endswith("-surge")


def _render(job: Mapping[str, Any], bench: Bench) -> None:
    """KeyError where a value is missing, ValueError where the text is no template."""
    bench.jobs.finish(job["id"], string.Template(job["text"]).substitute(job["values"]))
    _count("DocumentsRendered")


def _count(name: str) -> None:
    """A metric is a line in the log (embedded metric format)."""
    namespace = os.environ.get("METRICS_NAMESPACE", "")
    metric = {"Namespace": namespace, "Dimensions": [[]], "Metrics": [{"Name": name, "Unit": "Count"}]}
    embedded = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metric]}
    if namespace:
        sys.stdout.write(json.dumps({"_aws": embedded, name: 1}) + "\n")


@cache
def _bench() -> Bench:
    """One per execution environment."""
    import boto3

    return Bench(Jobs.connect(os.environ["TABLE_JOBS"]), boto3.client("sqs"), os.environ["QUEUE_JOBS_SURGE"])
