from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.stub import ANY, Stubber

from orchestrator.aws.buckets import AwsBuckets
from orchestrator.aws.sessions import UPLOADING, UPLOADING_ONCE, Sessions
from orchestrator.aws.template_upload import TemplateUploader
from orchestrator.core.canonical import digest
from orchestrator.core.errors import AccessDenied, AwsError, NotFound, PreconditionFailed
from orchestrator.core.state import Bucket

REGION, BUCKET, KEY, HOME = "us-east-1", "app-prod-999999999999-us-east-1", "artifacts/app/x.zip", "999999999999"
KMS_KEY = "arn:aws:kms:us-east-1:111111111111:key/0a1b"
OWNED = {"Bucket": BUCKET, "ExpectedBucketOwner": HOME}
CONTENT = b"a package"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
CHECKSUM = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()


@pytest.fixture
def gateway(sessions: Sessions) -> AwsBuckets:
    return AwsBuckets(sessions)


@pytest.fixture
def s3(stubbed: Callable[..., Stubber]) -> Stubber:
    return stubbed("s3", REGION)


@pytest.fixture
def uploads(stubbed: Callable[..., Stubber]) -> Stubber:
    """The client for packages, which are given more time than other calls."""
    return stubbed("s3", REGION, time_outs=UPLOADING)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    file = tmp_path / "x.zip"
    file.write_bytes(CONTENT)
    return file


def _rule(bucket: str, status: str = "Enabled") -> dict[str, object]:
    return {"Status": status, "Destination": {"Bucket": f"arn:aws:s3:::{bucket}"}}


def test_describe_shows_the_destinations_of_enabled_rules(gateway: AwsBuckets, s3: Stubber) -> None:
    rules = [_rule("west"), _rule("north"), _rule("off", "Disabled")]
    s3.add_response("get_bucket_replication", {"ReplicationConfiguration": {"Role": "arn:role", "Rules": rules}}, OWNED)

    found = gateway.describe(REGION, BUCKET)

    assert found == Bucket(REGION, BUCKET, exists=True, versioned=True, destinations=("north", "west"))


@pytest.mark.parametrize(("status", "versioned"), [("Enabled", True), ("Suspended", False), ("", False)])
def test_describe_without_replication_asks_for_versioning(
    gateway: AwsBuckets, s3: Stubber, status: str, versioned: bool
) -> None:
    s3.add_client_error("get_bucket_replication", "ReplicationConfigurationNotFoundError", "none", 404)
    s3.add_response("get_bucket_versioning", {"Status": status} if status else {}, OWNED)

    assert gateway.describe(REGION, BUCKET) == Bucket(REGION, BUCKET, exists=True, versioned=versioned)


@pytest.mark.parametrize(("code", "status"), [("NoSuchBucket", 404), ("AccessDenied", 403)])
def test_describe_of_a_bucket_that_is_not_ours_says_it_does_not_exist(
    gateway: AwsBuckets, s3: Stubber, code: str, status: int
) -> None:
    s3.add_client_error("get_bucket_replication", code, "no", status)

    assert gateway.describe(REGION, BUCKET).exists is False


def test_head_answers_version_checksum_and_replication(gateway: AwsBuckets, s3: Stubber) -> None:
    answer = {"VersionId": "v1", "ChecksumSHA256": CHECKSUM, "ContentLength": 9, "ReplicationStatus": "REPLICA"}
    s3.add_response("head_object", answer, {**OWNED, "Key": KEY, "ChecksumMode": "ENABLED", "VersionId": "v1"})

    found = gateway.head(REGION, BUCKET, KEY, version="v1")

    assert found is not None
    assert (found.region, found.bucket, found.key) == (REGION, BUCKET, KEY)
    assert (found.version, found.sha256, found.size_bytes, found.replication) == ("v1", SHA256, 9, "REPLICA")


@pytest.mark.parametrize(
    ("said", "meant"), [("COMPLETE", "COMPLETED"), ("COMPLETED", "COMPLETED"), ("FAILED", "FAILED")]
)
def test_head_spells_replication_one_way(gateway: AwsBuckets, s3: Stubber, said: str, meant: str) -> None:
    s3.add_response("head_object", {"ReplicationStatus": said}, {**OWNED, "Key": KEY, "ChecksumMode": "ENABLED"})

    found = gateway.head(REGION, BUCKET, KEY)

    assert found is not None
    assert found.replication == meant


@pytest.mark.parametrize("checksum", [f"{CHECKSUM}-3", "", "c2hvcnQ=", "Ü"])
def test_head_answers_no_digest_for_what_is_not_the_sha256_of_the_content(
    gateway: AwsBuckets, s3: Stubber, checksum: str
) -> None:
    s3.add_response("head_object", {"VersionId": "v1", "ChecksumSHA256": checksum})

    found = gateway.head(REGION, BUCKET, KEY)

    assert found is not None
    assert found.sha256 == ""


@pytest.mark.parametrize(("code", "status"), [("404", 404), ("NoSuchVersion", 404), ("405", 405)])
def test_head_answers_none_when_nothing_is_there(gateway: AwsBuckets, s3: Stubber, code: str, status: int) -> None:
    s3.add_client_error("head_object", code, "", status)

    assert gateway.head(REGION, BUCKET, KEY) is None


def test_head_does_not_take_a_denial_for_absence(gateway: AwsBuckets, s3: Stubber) -> None:
    s3.add_client_error("head_object", "403", "Forbidden", 403)
    s3.add_client_error("head_object", "403", "Forbidden", 403)

    with pytest.raises(AccessDenied, match="allow this action"):
        gateway.head(REGION, BUCKET, KEY)


def test_head_names_the_kms_key_that_may_not_be_used_to_read_what_is_there(gateway: AwsBuckets, s3: Stubber) -> None:
    s3.add_client_error("head_object", "403", "Forbidden", 403)
    s3.add_response("head_object", {"VersionId": "v1", "SSEKMSKeyId": KMS_KEY}, {**OWNED, "Key": KEY})

    with pytest.raises(AccessDenied, match="may not be used to read it") as raised:
        gateway.head(REGION, BUCKET, KEY)

    assert KMS_KEY in raised.value.what
    assert f"allow kms:Decrypt on {KMS_KEY}" in raised.value.fix


@pytest.mark.parametrize(
    ("default", "key"),
    [
        ({"SSEAlgorithm": "AES256"}, ""),
        ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k-1"}, "k-1"),
        ({"SSEAlgorithm": "aws:kms"}, "alias/aws/s3"),
    ],
)
def test_the_key_of_a_bucket_is_that_of_its_default_encryption(
    gateway: AwsBuckets, s3: Stubber, default: dict[str, str], key: str
) -> None:
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
    s3.add_response("get_bucket_encryption", {"ServerSideEncryptionConfiguration": rules}, OWNED)

    assert gateway.encryption_key(REGION, BUCKET) == key


@pytest.mark.parametrize(
    ("code", "status"), [("AccessDenied", 403), ("ServerSideEncryptionConfigurationNotFoundError", 404)]
)
def test_a_key_that_nobody_may_know_is_none(gateway: AwsBuckets, s3: Stubber, code: str, status: int) -> None:
    s3.add_client_error("get_bucket_encryption", code, "no", status)

    assert gateway.encryption_key(REGION, BUCKET) == ""


def test_put_writes_only_where_nothing_is_with_the_checksum_that_s3_verifies(
    gateway: AwsBuckets, uploads: Stubber, package: Path
) -> None:
    expected = {
        **OWNED,
        "Key": KEY,
        "Body": ANY,
        "ContentLength": len(CONTENT),
        "ContentType": "application/zip",
        "ChecksumSHA256": CHECKSUM,
        "Metadata": {"sha256": SHA256},
        "IfNoneMatch": "*",
    }
    uploads.add_response("put_object", {"VersionId": "v1"}, expected)

    found = gateway.put(REGION, BUCKET, KEY, package, sha256=SHA256)

    assert (found.version, found.sha256, found.size_bytes) == ("v1", SHA256, len(CONTENT))


def test_put_says_when_something_is_there(gateway: AwsBuckets, uploads: Stubber, package: Path) -> None:
    uploads.add_client_error("put_object", "PreconditionFailed", "At least one condition failed", 412)

    with pytest.raises(PreconditionFailed):
        gateway.put(REGION, BUCKET, KEY, package, sha256=SHA256)


def test_put_again_has_no_condition_and_is_never_repeated_by_the_sdk(
    gateway: AwsBuckets, stubbed: Callable[..., Stubber], package: Path
) -> None:
    uploads = stubbed("s3", REGION, time_outs=UPLOADING_ONCE)
    expected = {
        **OWNED,
        "Key": KEY,
        "Body": ANY,
        "ContentLength": len(CONTENT),
        "ContentType": "application/zip",
        "ChecksumSHA256": CHECKSUM,
        "Metadata": {"sha256": SHA256},
    }
    uploads.add_response("put_object", {"VersionId": "v2"}, expected)

    assert gateway.put_again(REGION, BUCKET, KEY, package, sha256=SHA256).version == "v2"


def test_put_into_a_bucket_without_versions_is_an_error(gateway: AwsBuckets, uploads: Stubber, package: Path) -> None:
    uploads.add_response("put_object", {})

    with pytest.raises(AwsError, match="keeps no versions"):
        gateway.put(REGION, BUCKET, KEY, package, sha256=SHA256)


def test_replicate_writes_one_rule_per_destination(gateway: AwsBuckets, s3: Stubber) -> None:
    within = {"Minutes": 15}

    def rule(name: str, priority: int, bucket: str) -> dict[str, object]:
        return {
            "ID": name,
            "Priority": priority,
            "Status": "Enabled",
            "Filter": {},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {
                "Bucket": f"arn:aws:s3:::{bucket}",
                "ReplicationTime": {"Status": "Enabled", "Time": within},
                "Metrics": {"Status": "Enabled", "EventThreshold": within},
            },
        }

    configuration = {"Role": "arn:role", "Rules": [rule("to-a", 1, "bucket-a"), rule("to-b", 2, "bucket-b")]}
    s3.add_response("put_bucket_replication", {}, {**OWNED, "ReplicationConfiguration": configuration})

    gateway.replicate(REGION, BUCKET, destinations={"to-b": "bucket-b", "to-a": "bucket-a"}, role_arn="arn:role")

    s3.assert_no_pending_responses()


def test_replicate_to_nowhere_removes_the_rules(gateway: AwsBuckets, s3: Stubber) -> None:
    s3.add_response("delete_bucket_replication", {}, OWNED)

    gateway.replicate(REGION, BUCKET, destinations={}, role_arn="arn:role")

    s3.assert_no_pending_responses()


def test_empty_deletes_versions_and_delete_markers(gateway: AwsBuckets, s3: Stubber) -> None:
    listed = {"Versions": [{"Key": "a", "VersionId": "1"}], "DeleteMarkers": [{"Key": "b", "VersionId": "2"}]}
    doomed = [{"Key": "a", "VersionId": "1"}, {"Key": "b", "VersionId": "2"}]
    s3.add_response("list_object_versions", listed, {**OWNED, "MaxKeys": 1000})
    s3.add_response("delete_objects", {}, {**OWNED, "Delete": {"Objects": doomed, "Quiet": True}})

    assert gateway.empty(REGION, BUCKET, limit=5000) == 2


def test_empty_of_an_empty_or_missing_bucket_deletes_nothing(gateway: AwsBuckets, s3: Stubber) -> None:
    s3.add_response("list_object_versions", {})
    s3.add_client_error("list_object_versions", "NoSuchBucket", "gone", 404)

    assert [gateway.empty(REGION, BUCKET), gateway.empty(REGION, BUCKET)] == [0, 0]


def test_empty_says_which_version_would_not_go(gateway: AwsBuckets, s3: Stubber) -> None:
    s3.add_response("list_object_versions", {"Versions": [{"Key": "a", "VersionId": "1"}]})
    s3.add_response("delete_objects", {"Errors": [{"Key": "a", "Code": "AccessDenied", "Message": "locked"}]})

    with pytest.raises(AwsError, match="1 versions stay; the first: a: locked"):
        gateway.empty(REGION, BUCKET)


def test_a_template_is_uploaded_under_its_digest(sessions: Sessions, s3: Stubber) -> None:
    key = f"templates/{digest('{}')}.json"
    expected = {**OWNED, "Key": key, "Body": b"{}", "ContentType": "application/json", "IfNoneMatch": "*"}
    s3.add_response("put_object", {}, expected)
    s3.add_client_error("put_object", "PreconditionFailed", "it is there", 412)
    uploader = TemplateUploader(sessions, region=REGION, bucket_of=lambda _: BUCKET)

    urls = {uploader("{}"), uploader("{}")}

    assert urls == {f"https://{BUCKET}.s3.us-east-1.amazonaws.com/{key}"}


def test_a_large_template_without_its_bucket_says_to_bootstrap(sessions: Sessions, s3: Stubber) -> None:
    s3.add_client_error("put_object", "NoSuchBucket", "The specified bucket does not exist", 404)

    with pytest.raises(NotFound, match=r"does not exist \(.*run bootstrap"):
        TemplateUploader(sessions, region=REGION, bucket_of=lambda _: BUCKET)("{}")
