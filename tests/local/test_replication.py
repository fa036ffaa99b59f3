from __future__ import annotations

import base64
import contextlib
import hashlib
import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.embedded import Embedded

REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
Buckets = dict[str, str]


@pytest.fixture
def buckets(embedded: Embedded) -> Buckets:
    """A versioned bucket per region, each replicating `artifacts/` to every other."""
    prefix = f"b-{uuid.uuid4().hex[:8]}"
    made = {region: f"{prefix}-{region}" for region in REGIONS}
    for region, name in made.items():
        s3 = embedded.client("s3", region)
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **place)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for region, name in made.items():
        rules = [
            {
                "ID": other,
                "Priority": number,
                "Status": "Enabled",
                "Filter": {"Prefix": "artifacts/"},
                "DeleteMarkerReplication": {"Status": "Disabled"},
                "Destination": {"Bucket": f"arn:aws:s3:::{made[other]}"},
            }
            for number, other in enumerate(made)
            if other != region
        ]
        embedded.client("s3", region).put_bucket_replication(
            Bucket=name, ReplicationConfiguration={"Role": "arn:aws:iam::000000000000:role/replication", "Rules": rules}
        )
    return made


def head(embedded: Embedded, buckets: Buckets, region: str, key: str) -> Any:
    """The object in a region, or None while it is not there."""
    s3 = embedded.client("s3", region)
    with contextlib.suppress(s3.exceptions.ClientError):
        return s3.head_object(Bucket=buckets[region], Key=key, ChecksumMode="ENABLED")
    return None


def until(embedded: Embedded, buckets: Buckets, region: str, key: str, status: str) -> Any:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = head(embedded, buckets, region, key)
        if found and found.get("ReplicationStatus") == status:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{key} in {region} did not become {status}")


def put(embedded: Embedded, buckets: Buckets, key: str, body: bytes = b"code", **fields: Any) -> Any:
    s3 = embedded.client("s3", "us-west-2")
    return s3.put_object(Bucket=buckets["us-west-2"], Key=key, Body=body, ChecksumAlgorithm="SHA256", **fields)


def test_replicas_appear_later_with_the_same_version_checksum_and_metadata(
    embedded: Embedded, buckets: Buckets
) -> None:
    with embedded.fault(kind="replication_stall"):
        made = put(embedded, buckets, "artifacts/a", Metadata={"release": "1"})
        source, replica = (head(embedded, buckets, region, "artifacts/a") for region in ("us-west-2", "us-east-1"))

    assert source["ReplicationStatus"] == "PENDING"
    assert replica is None
    until(embedded, buckets, "us-west-2", "artifacts/a", "COMPLETED")
    for region in ("us-east-1", "eu-west-1"):
        replica = head(embedded, buckets, region, "artifacts/a")
        assert replica["VersionId"] == made["VersionId"]
        assert replica["ReplicationStatus"] == "REPLICA"
        assert replica["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"code").digest()).decode()
        assert replica["Metadata"] == {"release": "1"}
        body = embedded.client("s3", region).get_object(
            Bucket=buckets[region], Key="artifacts/a", VersionId=made["VersionId"]
        )
        assert body["Body"].read() == b"code"


def test_a_replica_is_not_replicated_on(embedded: Embedded, buckets: Buckets) -> None:
    put(embedded, buckets, "artifacts/chain")
    until(embedded, buckets, "us-west-2", "artifacts/chain", "COMPLETED")

    time.sleep(0.5)

    versions = embedded.client("s3", "us-west-2").list_object_versions(Bucket=buckets["us-west-2"])["Versions"]
    assert len([one for one in versions if one["Key"] == "artifacts/chain"]) == 1
    assert head(embedded, buckets, "us-east-1", "artifacts/chain")["ReplicationStatus"] == "REPLICA"


def test_what_no_rule_covers_is_not_replicated(embedded: Embedded, buckets: Buckets) -> None:
    put(embedded, buckets, "other/a")

    assert "ReplicationStatus" not in head(embedded, buckets, "us-west-2", "other/a")


def test_multipart_uploads_replicate_too(embedded: Embedded, buckets: Buckets) -> None:
    s3, bucket, key = embedded.client("s3", "us-west-2"), buckets["us-west-2"], "artifacts/large"
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"part")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}

    made = s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload=parts)

    until(embedded, buckets, "us-west-2", key, "COMPLETED")
    assert head(embedded, buckets, "eu-west-1", key)["VersionId"] == made["VersionId"]


def test_a_failed_destination_makes_the_source_failed_and_another_put_mends_it(
    embedded: Embedded, buckets: Buckets
) -> None:
    with embedded.fault(kind="replication_fail", region="us-east-1"):
        put(embedded, buckets, "artifacts/failing")
        until(embedded, buckets, "us-west-2", "artifacts/failing", "FAILED")

    assert head(embedded, buckets, "us-east-1", "artifacts/failing") is None
    assert head(embedded, buckets, "eu-west-1", "artifacts/failing")["ReplicationStatus"] == "REPLICA"
    put(embedded, buckets, "artifacts/failing")
    until(embedded, buckets, "us-west-2", "artifacts/failing", "COMPLETED")


def test_a_stalled_destination_leaves_the_source_pending_and_resumes(embedded: Embedded, buckets: Buckets) -> None:
    with embedded.fault(kind="replication_stall", region="us-east-1"):
        put(embedded, buckets, "artifacts/stalled")
        until(embedded, buckets, "eu-west-1", "artifacts/stalled", "REPLICA")
        assert head(embedded, buckets, "us-west-2", "artifacts/stalled")["ReplicationStatus"] == "PENDING"

    until(embedded, buckets, "us-west-2", "artifacts/stalled", "COMPLETED")


def test_conditional_writes_make_a_lock(embedded: Embedded, buckets: Buckets) -> None:
    s3, bucket = embedded.client("s3", "us-west-2"), buckets["us-west-2"]
    first = s3.put_object(Bucket=bucket, Key="lock", Body=b"one", IfNoneMatch="*")

    with pytest.raises(ClientError) as held:
        s3.put_object(Bucket=bucket, Key="lock", Body=b"two", IfNoneMatch="*")
    second = s3.put_object(Bucket=bucket, Key="lock", Body=b"two", IfMatch=first["ETag"])
    with pytest.raises(ClientError) as stale:
        s3.put_object(Bucket=bucket, Key="lock", Body=b"three", IfMatch=first["ETag"])

    statuses = [error.value.response["ResponseMetadata"]["HTTPStatusCode"] for error in (held, stale)]
    assert statuses == [412, 412]
    assert second["ETag"] != first["ETag"]
