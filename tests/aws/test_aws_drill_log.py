"""Notes of drills in a bucket: what is written, what is read, and what must not look like an empty log."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from orchestrator.aws.drill_log import AwsDrillLog
from orchestrator.aws.sessions import Sessions
from orchestrator.core.drill import DrillMode, DrillRecord
from orchestrator.core.drill_json import record_json
from orchestrator.core.errors import AccessDenied, AwsError, Refused, Unreachable

REGION, BUCKET, HOME = "us-west-2", "app-prod-999999999999-us-west-2", "999999999999"
OWNED = {"Bucket": BUCKET, "ExpectedBucketOwner": HOME}
STARTED = datetime(2026, 11, 1, 12, tzinfo=UTC)


def record(number: int = 0) -> DrillRecord:
    started = STARTED + timedelta(days=number)
    run = f"{started:%Y%m%dT%H%M%SZ}-drill-ab12cd"
    return DrillRecord(run=run, region="us-east-1", mode=DrillMode.SWITCH, started_at=started, by="ana")


@pytest.fixture
def log(sessions: Sessions) -> AwsDrillLog:
    return AwsDrillLog(sessions)


@pytest.fixture
def s3(stubbed: Callable[..., Stubber]) -> Stubber:
    return stubbed("s3", REGION)


PREFIX = f"drills/{REGION}/"


def key(of: DrillRecord) -> str:
    return f"{PREFIX}{of.run}.{'ended' if of.ended_at else 'begun'}.json"


def over(number: int = 0) -> DrillRecord:
    return record(number).ended(STARTED + timedelta(days=number, minutes=20))


def lists(s3: Stubber, *keys: str, size: int = 300) -> None:
    contents = [{"Key": one, "Size": size} for one in keys]
    s3.add_response("list_objects_v2", {"Contents": contents} if keys else {}, {**OWNED, "Prefix": PREFIX})


def holds(s3: Stubber, name: str, content: bytes, **more: Any) -> None:
    body = StreamingBody(io.BytesIO(content), len(content))
    s3.add_response("get_object", {"Body": body, **more}, {**OWNED, "Key": name})


def test_a_note_is_one_checked_object_named_by_its_run(log: AwsDrillLog, s3: Stubber) -> None:
    body = record_json(record()).encode()
    checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
    given = {"Body": body, "ContentType": "application/json", "ChecksumSHA256": checksum}
    s3.add_response("put_object", {"VersionId": "v1"}, {**OWNED, "Key": key(record()), **given})

    log.write(REGION, BUCKET, record())


def test_a_note_that_cannot_be_written_is_told(log: AwsDrillLog, s3: Stubber) -> None:
    s3.add_client_error("put_object", "NoSuchBucket", "The specified bucket does not exist", 404)

    with pytest.raises(AwsError, match=r"s3:PutObject in us-west-2"):
        log.write(REGION, BUCKET, record())


def test_notes_are_read_oldest_first_from_every_page(log: AwsDrillLog, s3: Stubber) -> None:
    first, second = record(0), over(1)
    asked = {**OWNED, "Prefix": PREFIX}
    page = {"Contents": [{"Key": key(second), "Size": 300}], "IsTruncated": True, "NextContinuationToken": "more"}
    s3.add_response("list_objects_v2", page, asked)
    rest = {"Contents": [{"Key": key(first), "Size": 300}]}
    s3.add_response("list_objects_v2", rest, {**asked, "ContinuationToken": "more"})
    for one in (second, first):
        holds(s3, key(one), record_json(one).encode())

    assert log.read(REGION, BUCKET, ended=50) == (first, second)


def test_only_the_newest_that_ended_are_read_and_all_that_did_not(log: AwsDrillLog, s3: Stubber) -> None:
    ended, runs = [over(number) for number in range(1, 6)], record(0)
    begun = [record(number) for number in range(1, 6)]
    lists(s3, *map(key, [runs, *begun, *ended]))
    for one in (*ended[3:], runs):
        holds(s3, key(one), record_json(one).encode())

    assert log.read(REGION, BUCKET, ended=2) == (runs, *ended[3:])


def test_a_plan_reads_nothing_where_every_drill_has_ended(log: AwsDrillLog, s3: Stubber) -> None:
    lists(s3, key(record()), key(over()))

    assert log.read(REGION, BUCKET, ended=0) == ()


def test_what_is_no_note_is_passed_over(log: AwsDrillLog, s3: Stubber) -> None:
    broken = [f"{PREFIX}{name}.begun.json" for name in "bcd"]
    lists(s3, PREFIX, f"{PREFIX}a.txt", key(record()), *broken)
    holds(s3, key(record()), record_json(record()).encode())
    holds(s3, broken[0], b"\xff\xfe not JSON")
    s3.add_client_error("get_object", "NoSuchKey", "deleted since it was listed", 404)
    holds(s3, broken[2], b'{"format": 0}')

    assert log.read(REGION, BUCKET, ended=50) == (record(),)


def test_copies_of_another_regions_notes_are_read_below_its_name(log: AwsDrillLog, s3: Stubber) -> None:
    there = f"drills/us-east-1/{record().run}.begun.json"
    over_there = f"drills/us-east-1/{over(1).run}"
    contents = [{"Key": one, "Size": 300} for one in (there, f"{over_there}.begun.json", f"{over_there}.ended.json")]
    s3.add_response("list_objects_v2", {"Contents": contents}, {**OWNED, "Prefix": "drills/us-east-1/"})
    holds(s3, there, record_json(record()).encode())

    assert log.copies(REGION, BUCKET, "us-east-1") == (record(),)


NEWER = b'{"format": 2, "run": "r"}'


def test_a_note_of_a_later_version_does_not_look_as_if_no_drill_ran(log: AwsDrillLog, s3: Stubber) -> None:
    lists(s3, key(record()))
    holds(s3, key(record()), NEWER)

    with pytest.raises(Refused, match=r"format 2, this version reads 1 \(a later version has begun this drill"):
        log.read(REGION, BUCKET, ended=0)


def test_an_ended_drill_of_a_later_version_is_passed_over(log: AwsDrillLog, s3: Stubber) -> None:
    lists(s3, key(over()))
    holds(s3, key(over()), NEWER)

    assert log.read(REGION, BUCKET, ended=5) == ()


def test_an_object_that_is_much_too_large_is_not_even_fetched(log: AwsDrillLog, s3: Stubber) -> None:
    lists(s3, key(record()), size=10_000_000)

    assert log.read(REGION, BUCKET, ended=50) == ()


def test_without_a_bucket_there_are_no_notes(log: AwsDrillLog, s3: Stubber) -> None:
    s3.add_client_error("list_objects_v2", "NoSuchBucket", "The specified bucket does not exist", 404)

    assert log.read(REGION, BUCKET, ended=50) == ()


@pytest.mark.parametrize(
    ("code", "status", "kind"), [("AccessDenied", 403, AccessDenied), ("InternalError", 500, Unreachable)]
)
@pytest.mark.parametrize("listed", [False, True])
def test_a_log_that_cannot_be_read_does_not_look_empty(
    log: AwsDrillLog, s3: Stubber, code: str, status: int, kind: type[AwsError], listed: bool
) -> None:
    if listed:
        lists(s3, key(record()))
    s3.add_client_error("get_object" if listed else "list_objects_v2", code, "no", status)

    with pytest.raises(kind):
        log.read(REGION, BUCKET, ended=50)
