"""The rendering service's code: what is taken, where it waits, what a worker does with a batch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.examples.aws_in_process import InProcess, in_process, request
from tests.examples.gallery import code

front, worker = code("queue-workers", "front"), code("queue-workers", "worker")
NOW = 2_000_000_000.0


@pytest.fixture(scope="module")
def aws() -> Iterator[InProcess]:
    with in_process() as aws:
        yield aws


@pytest.fixture(scope="module")
def door(aws: InProcess) -> Any:
    return front.Door(front.Jobs.connect(aws.table("id")), aws.sqs, aws.queue(), aws.queue())


@pytest.fixture
def bench(aws: InProcess, door: Any) -> Any:
    return worker.Bench(worker.Jobs(door.jobs.table, door.jobs.client), aws.sqs, aws.queue())


def ask(door: Any, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    answer = front.respond(request(method, path, json.dumps(body)), door)
    return answer["statusCode"], json.loads(answer["body"])


def record(job: object, *, age_s: float = 0, queue: str = "jobs") -> dict[str, Any]:
    return {
        "messageId": "m",
        "body": json.dumps(job),
        "attributes": {"SentTimestamp": str(int((NOW - age_s) * 1000))},
        "eventSourceARN": f"arn:aws:sqs:us-east-1:1:{queue}",
    }


@pytest.mark.parametrize("urgent", [False, True])
def test_a_job_waits_in_the_queue_for_its_urgency(aws: InProcess, door: Any, urgent: bool) -> None:
    job = {"text": "Dear $name", "values": {"name": "Ada"}, "urgent": urgent}

    status, taken = ask(door, "POST", "/jobs", job)

    sent = {name: [json.loads(one) for one in aws.waiting(url)] for name, url in places(door).items()}
    expected = {"id": taken["id"], **job}
    assert status == 202
    assert sent == {"jobs": [] if urgent else [expected], "jobs-priority": [expected] if urgent else []}
    assert ask(door, "GET", f"/jobs/{taken['id']}")[1]["state"] == "queued"


def places(door: Any) -> dict[str, str]:
    return {"jobs": door.queue, "jobs-priority": door.priority_queue}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ([], "a job is an object with text and values"),
        ({"text": ""}, "text must have 1 to 10000 characters"),
        ({"text": "x", "values": {"a": 1}}, "values must be an object of texts"),
        ({"text": "x", "urgent": "yes"}, "urgent must be true or false"),
    ],
)
def test_a_wrong_job_is_refused(door: Any, body: object, error: str) -> None:
    status, answer = ask(door, "POST", "/jobs", body)

    assert (status, answer["error"]) == (400, error)


def test_without_its_table_the_region_is_not_healthy(door: Any) -> None:
    lost = replace(door, jobs=replace(door.jobs, table="gone"))

    assert [ask(lost, "GET", path)[0] for path in ("/health", f"/jobs/{'0' * 32}")] == [503, 503]
    assert ask(door, "GET", "/health")[0] == 200


def test_a_job_is_done_and_done_again_without_harm(door: Any, bench: Any) -> None:
    job = {"id": "0" * 32, "text": "Dear $name", "values": {"name": "Ada"}, "urgent": False}

    answers = [worker.work([record(job)], bench, now=NOW) for _ in range(2)]

    assert answers == [{"batchItemFailures": []}] * 2
    assert ask(door, "GET", f"/jobs/{job['id']}")[1]["document"] == "Dear Ada"


@pytest.mark.parametrize("text", ["Dear $nobody", "costs 5 $"])
def test_only_what_failed_of_a_batch_comes_back(door: Any, bench: Any, text: str) -> None:
    good, bad = ({"id": one * 32, "text": words, "values": {}} for one, words in (("1", "Dear all"), ("2", text)))

    answer = worker.work([{**record(bad), "messageId": "bad"}, {**record(good), "messageId": "good"}], bench, now=NOW)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert ask(door, "GET", f"/jobs/{good['id']}")[1]["state"] == "done"


@pytest.mark.parametrize(
    ("age_s", "queue", "aside"),
    [
        (0, "jobs", False),
        (299, "jobs", False),
        (301, "jobs", True),
        (9999, "jobs-priority", True),
        (9999, "jobs-surge", False),
    ],
)
def test_what_has_become_old_is_set_aside_once(
    aws: InProcess, bench: Any, age_s: float, queue: str, aside: bool
) -> None:
    job = {"id": "3" * 32, "text": "Dear all", "values": {}}

    worker.work([record(job, age_s=age_s, queue=queue)], bench, now=NOW)

    assert [json.loads(one) for one in aws.waiting(bench.surge_queue)] == ([job] if aside else [])
