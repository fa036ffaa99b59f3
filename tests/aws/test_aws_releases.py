"""Records of releases in a bucket: written once, listed by name, read as they are."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from orchestrator.aws.releases import AwsReleases
from orchestrator.aws.sessions import Sessions
from orchestrator.core.errors import AccessDenied, PreconditionFailed
from orchestrator.core.state import KeptRelease

REGION, BUCKET, HOME = "us-west-2", "app-prod-999999999999-us-west-2", "999999999999"
OWNED = {"Bucket": BUCKET, "ExpectedBucketOwner": HOME}
KEY, RELEASE = "releases/production/0123456789ab.json", "0123456789ab"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
WHERE = (REGION, BUCKET, "production")


@pytest.fixture
def kept(sessions: Sessions) -> AwsReleases:
    return AwsReleases(sessions)


@pytest.fixture
def s3(stubbed: Callable[..., Stubber]) -> Stubber:
    return stubbed("s3", REGION)


def test_a_record_is_put_once_with_its_checksum(kept: AwsReleases, s3: Stubber) -> None:
    expected = {
        **OWNED,
        "Key": KEY,
        "Body": b"{}",
        "ContentType": "application/json",
        "ChecksumSHA256": base64.b64encode(hashlib.sha256(b"{}").digest()).decode(),
        "IfNoneMatch": "*",
    }
    s3.add_response("put_object", {}, expected)
    s3.add_client_error("put_object", "PreconditionFailed", http_status_code=412, expected_params=expected)

    kept.put(*WHERE, RELEASE, "{}")

    with pytest.raises(PreconditionFailed):
        kept.put(*WHERE, RELEASE, "{}")
    s3.assert_no_pending_responses()


def test_a_listing_tells_names_and_times_and_passes_over_what_is_no_release(kept: AwsReleases, s3: Stubber) -> None:
    names = (KEY, "releases/production/notes.txt", "releases/production/0123456789AB.json")
    contents = [{"Key": one, "LastModified": AT, "Size": 3} for one in names]
    s3.add_response("list_objects_v2", {"Contents": contents}, {**OWNED, "Prefix": "releases/production/"})

    assert kept.listed(*WHERE) == (KeptRelease(RELEASE, AT),)


def test_each_run_that_ends_well_marks_its_release_anew(kept: AwsReleases, s3: Stubber) -> None:
    body = b'{"format": 1, "release": "0123456789ab", "run": "r"}'
    expected = {
        **OWNED,
        "Key": "releases/production/0123456789ab.landed.json",
        "Body": body,
        "ContentType": "application/json",
        "ChecksumSHA256": base64.b64encode(hashlib.sha256(body).digest()).decode(),
    }
    s3.add_response("put_object", {}, expected)
    s3.add_response("put_object", {}, expected)

    kept.land(*WHERE, RELEASE, "r")
    kept.land(*WHERE, RELEASE, "r")

    s3.assert_no_pending_responses()


def test_a_listing_tells_which_releases_have_landed(kept: AwsReleases, s3: Stubber) -> None:
    later = AT + timedelta(minutes=5)
    contents = [
        {"Key": KEY, "LastModified": AT, "Size": 3},
        {"Key": KEY.replace(".json", ".landed.json"), "LastModified": later, "Size": 3},
    ]
    s3.add_response("list_objects_v2", {"Contents": contents}, {**OWNED, "Prefix": "releases/production/"})

    assert kept.listed(*WHERE) == (KeptRelease(RELEASE, AT, later),)


def test_without_a_bucket_nothing_is_kept(kept: AwsReleases, s3: Stubber) -> None:
    s3.add_client_error("list_objects_v2", "NoSuchBucket", http_status_code=404)
    s3.add_client_error("get_object", "NoSuchBucket", http_status_code=404)

    assert kept.listed(*WHERE) == ()
    assert kept.read(*WHERE, RELEASE) is None


def test_a_denial_is_no_empty_shelf(kept: AwsReleases, s3: Stubber) -> None:
    s3.add_client_error("list_objects_v2", "AccessDenied", http_status_code=403)

    with pytest.raises(AccessDenied):
        kept.listed(*WHERE)


@pytest.mark.parametrize(("content", "text"), [(b'{"a": 1}', '{"a": 1}'), (b"\xff", "�")], ids=["whole", "no UTF-8"])
def test_a_record_is_read_as_it_is(kept: AwsReleases, s3: Stubber, content: bytes, text: str) -> None:
    body = StreamingBody(io.BytesIO(content), len(content))
    s3.add_response("get_object", {"Body": body, "LastModified": AT}, {**OWNED, "Key": KEY})

    assert kept.read(*WHERE, RELEASE) == text


def test_a_record_that_is_not_there_is_none(kept: AwsReleases, s3: Stubber) -> None:
    s3.add_client_error("get_object", "NoSuchKey", http_status_code=404)

    assert kept.read(*WHERE, RELEASE) is None
