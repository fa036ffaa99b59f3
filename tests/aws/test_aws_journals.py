"""Copies of journals in a bucket: what is put, what is read, and what is passed over."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from orchestrator.aws.journals import AwsJournals
from orchestrator.aws.sessions import Sessions
from orchestrator.core.errors import AccessDenied, AwsError, Unreachable
from orchestrator.journal_store import Segment

REGION, BUCKET, HOME = "us-west-2", "app-prod-999999999999-us-west-2", "999999999999"
OWNED = {"Bucket": BUCKET, "ExpectedBucketOwner": HOME}
RUN = "20261121T120000Z-deploy-a1b2c3"
PREFIX = f"journal/production/{RUN}/"


@pytest.fixture
def journals(sessions: Sessions) -> AwsJournals:
    return AwsJournals(sessions)


@pytest.fixture
def s3(stubbed: Callable[..., Stubber]) -> Stubber:
    return stubbed("s3", REGION)


def lists(s3: Stubber, *keys: str, size: int = 300) -> None:
    contents = [{"Key": one, "Size": size} for one in keys]
    s3.add_response("list_objects_v2", {"Contents": contents}, {**OWNED, "Prefix": PREFIX})


def holds(s3: Stubber, key: str, content: bytes) -> None:
    body = StreamingBody(io.BytesIO(content), len(content))
    s3.add_response("get_object", {"Body": body}, {**OWNED, "Key": key})


def test_a_segment_is_one_checked_object_named_by_its_first_line(journals: AwsJournals, s3: Stubber) -> None:
    checksum = base64.b64encode(hashlib.sha256(b"line\n").digest()).decode()
    given = {"Body": b"line\n", "ContentType": "application/x-ndjson", "ChecksumSHA256": checksum}
    s3.add_response("put_object", {"VersionId": "v1"}, {**OWNED, "Key": f"{PREFIX}00000012.jsonl", **given})

    journals.put(REGION, BUCKET, "production", RUN, Segment(12, b"line\n"))


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [("NoSuchBucket", 404, AwsError), ("AccessDenied", 403, AccessDenied), ("InternalError", 500, Unreachable)],
)
def test_a_segment_that_cannot_be_put_is_told(
    journals: AwsJournals, s3: Stubber, code: str, status: int, kind: type[AwsError]
) -> None:
    s3.add_client_error("put_object", code, "no", status)

    with pytest.raises(kind, match="s3:PutObject in us-west-2"):
        journals.put(REGION, BUCKET, "production", RUN, Segment(0, b""))


def test_runs_are_listed_from_every_page_without_reading_them(journals: AwsJournals, s3: Stubber) -> None:
    asked = {**OWNED, "Prefix": "journal/production/", "Delimiter": "/"}
    first = {"CommonPrefixes": [{"Prefix": "journal/production/b/"}], "IsTruncated": True, "NextContinuationToken": "n"}
    s3.add_response("list_objects_v2", first, asked)
    rest = {"CommonPrefixes": [{"Prefix": "journal/production/a/"}]}
    s3.add_response("list_objects_v2", rest, {**asked, "ContinuationToken": "n"})

    assert journals.runs(REGION, BUCKET, "production") == ("a", "b")


def test_segments_come_in_their_order_and_what_is_none_is_passed_over(journals: AwsJournals, s3: Stubber) -> None:
    names = ("00000010", "00000000", "notes", "", "²")
    lists(s3, *(f"{PREFIX}{name}.jsonl" for name in names))
    for number in ("00000000", "00000010"):
        holds(s3, f"{PREFIX}{number}.jsonl", number.encode())

    assert journals.segments(REGION, BUCKET, "production", RUN) == (Segment(0, b"00000000"), Segment(10, b"00000010"))


def test_a_segment_that_is_gone_since_it_was_listed_is_passed_over(journals: AwsJournals, s3: Stubber) -> None:
    lists(s3, f"{PREFIX}00000000.jsonl")
    s3.add_client_error("get_object", "NoSuchKey", "gone", 404)

    assert journals.segments(REGION, BUCKET, "production", RUN) == ()


def test_more_than_a_run_writes_is_not_fetched(journals: AwsJournals, s3: Stubber) -> None:
    lists(s3, f"{PREFIX}00000000.jsonl", size=10**12)

    assert journals.segments(REGION, BUCKET, "production", RUN) == ()


def test_without_a_bucket_nothing_is_kept(journals: AwsJournals, s3: Stubber) -> None:
    for _ in range(2):
        s3.add_client_error("list_objects_v2", "NoSuchBucket", "The specified bucket does not exist", 404)

    assert journals.runs(REGION, BUCKET, "production") == ()
    assert journals.segments(REGION, BUCKET, "production", RUN) == ()


def test_a_bucket_that_may_not_be_read_does_not_look_empty(journals: AwsJournals, s3: Stubber) -> None:
    s3.add_client_error("list_objects_v2", "AccessDenied", "no", 403)

    with pytest.raises(AccessDenied):
        journals.runs(REGION, BUCKET, "production")
