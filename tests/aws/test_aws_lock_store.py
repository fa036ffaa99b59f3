"""The lock's object in a bucket: what is sent, whose time counts, and what each refusal of S3 means."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from orchestrator.aws.lock_store import AwsLockStore
from orchestrator.aws.sessions import Sessions
from orchestrator.core.errors import AccessDenied, AwsError, NotFound, PreconditionFailed, Throttled
from orchestrator.core.lock import LockRecord, Owner
from orchestrator.core.lock_json import lock_json

REGION, BUCKET, HOME = "us-west-2", "app-prod-999999999999-us-west-2", "999999999999"
OBJECT = {"Bucket": BUCKET, "ExpectedBucketOwner": HOME, "Key": "locks/us-west-2.json"}
RECORD = LockRecord(owner=Owner(by="ann", host="laptop", run="run-a", purpose="deploy"), fencing=1)
WRITTEN = datetime(2026, 11, 21, 12, tzinfo=UTC)
DATED = {"HTTPStatusCode": 200, "HTTPHeaders": {"date": "Sat, 21 Nov 2026 12:00:30 GMT"}}


@pytest.fixture
def store(sessions: Sessions) -> AwsLockStore:
    return AwsLockStore(sessions)


@pytest.fixture
def s3(stubbed: Callable[..., Stubber]) -> Stubber:
    return stubbed("s3", REGION)


def holds(s3: Stubber, content: bytes, metadata: dict[str, Any] | None = None) -> None:
    body = StreamingBody(io.BytesIO(content), len(content))
    # S3 is not bound to tell times in UTC.
    written_at = WRITTEN.astimezone(timezone(timedelta(hours=-8)))
    answer = {"Body": body, "ETag": '"e1"', "LastModified": written_at, "ResponseMetadata": metadata or DATED}
    s3.add_response("get_object", answer, OBJECT)


def takes(s3: Stubber, **condition: str) -> None:
    asked = {**OBJECT, "Body": lock_json(RECORD).encode(), "ContentType": "application/json", **condition}
    s3.add_response("put_object", {"ETag": '"e2"', "ResponseMetadata": DATED}, asked)


def test_an_age_is_told_by_s3s_two_times_and_not_by_this_machine(store: AwsLockStore, s3: Stubber) -> None:
    holds(s3, lock_json(RECORD).encode())

    found = store.read(REGION, BUCKET)

    assert found is not None
    assert (found.record, found.etag, found.written_at, found.age_s) == (RECORD, '"e1"', WRITTEN, 30)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b"[" * 9999, b" " * 17000 + b"{}"])
def test_what_is_no_record_is_there_all_the_same(store: AwsLockStore, s3: Stubber, content: bytes) -> None:
    holds(s3, content)

    found = store.read(REGION, BUCKET)

    assert found is not None
    assert found.record is None


def test_an_object_that_is_not_there_is_none(store: AwsLockStore, s3: Stubber) -> None:
    s3.add_client_error("get_object", "NoSuchKey", "The specified key does not exist.", 404)

    assert store.read(REGION, BUCKET) is None


@pytest.mark.parametrize(
    ("code", "status", "kind"), [("NoSuchBucket", 404, NotFound), ("AccessDenied", 403, AccessDenied)]
)
def test_neither_a_missing_bucket_nor_a_denial_is_a_free_lock(
    store: AwsLockStore, s3: Stubber, code: str, status: int, kind: type[AwsError]
) -> None:
    s3.add_client_error("get_object", code, "no", status)

    with pytest.raises(kind):
        store.read(REGION, BUCKET)


def test_the_first_write_asks_that_nothing_is_there(store: AwsLockStore, s3: Stubber) -> None:
    takes(s3, IfNoneMatch="*")

    written = store.write(REGION, BUCKET, RECORD, etag="")

    assert (written.etag, written.at) == ('"e2"', WRITTEN + timedelta(seconds=30))


def test_later_writes_ask_that_nobody_has_written_since(store: AwsLockStore, s3: Stubber) -> None:
    takes(s3, IfMatch='"e1"')

    assert store.write(REGION, BUCKET, RECORD, etag='"e1"').etag == '"e2"'


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("PreconditionFailed", 412, PreconditionFailed),
        ("ConditionalRequestConflict", 409, Throttled),
        ("NoSuchKey", 404, NotFound),
    ],
)
def test_each_way_to_lose_a_write_has_its_kind(
    store: AwsLockStore, s3: Stubber, code: str, status: int, kind: type[AwsError]
) -> None:
    s3.add_client_error("put_object", code, "no", status)

    with pytest.raises(kind, match="s3:PutObject in us-west-2"):
        store.write(REGION, BUCKET, RECORD, etag='"e1"')


@pytest.mark.parametrize("headers", [{}, {"date": "soon"}])
def test_an_answer_without_a_time_is_no_answer(store: AwsLockStore, s3: Stubber, headers: dict[str, str]) -> None:
    holds(s3, lock_json(RECORD).encode(), {"HTTPStatusCode": 200, "HTTPHeaders": headers})

    with pytest.raises(AwsError, match="the answer cannot be read"):
        store.read(REGION, BUCKET)
