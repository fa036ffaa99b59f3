"""ports.Buckets: the artifact buckets of the home account, each asked in its own region."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from orchestrator.aws.sessions import UPLOADING, UPLOADING_ONCE, Sessions, TimeOuts
from orchestrator.aws.texts import cleaned
from orchestrator.core.errors import AccessDenied, AwsError, NotFound
from orchestrator.core.state import Bucket, ObjectHead

_RTC_MINUTES = 15


class AwsBuckets:
    """Every call says whose bucket it expects, so that a name taken by somebody else is never written to."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def describe(self, region: str, bucket: str) -> Bucket:
        """One call for a bucket with replication (which S3 allows on versioned buckets only), two otherwise."""
        try:
            rules = self._rules(region, bucket)
            versioned = bool(rules) or self._versioned(region, bucket)
        except (NotFound, AccessDenied):
            # S3 refuses with the same words a bucket of somebody else and one that we may not read.
            return Bucket(region=region, name=bucket, exists=False)
        names = tuple(sorted(rule["Destination"]["Bucket"].rpartition(":")[2] for rule in rules))
        return Bucket(region=region, name=bucket, exists=True, versioned=versioned, destinations=names)

    def head(self, region: str, bucket: str, key: str, *, version: str = "") -> ObjectHead | None:
        """None when nothing is there, or a delete marker."""
        which = {"VersionId": version} if version else {}
        try:
            with self._calling("HeadObject", region) as s3:
                found = s3.head_object(Key=key, ChecksumMode="ENABLED", **self._owned(bucket), **which)
        except NotFound:
            return None
        except AccessDenied as error:
            self._explain_denial(error, region, bucket, key, which)
            raise
        except AwsError as error:
            # What HEAD says of a delete marker that is asked for by its version.
            if error.code in ("405", "MethodNotAllowed"):
                return None
            raise
        return ObjectHead(
            region=region,
            bucket=bucket,
            key=key,
            version=found.get("VersionId", ""),
            sha256=_hex(found.get("ChecksumSHA256", "")),
            size_bytes=found.get("ContentLength", 0),
            replication=_replication(found.get("ReplicationStatus", "")),
        )

    def encryption_key(self, region: str, bucket: str) -> str:
        """One call; roles of an earlier version may not make it."""
        try:
            with self._calling("GetBucketEncryption", region) as s3:
                found = s3.get_bucket_encryption(**self._owned(bucket))
        except (NotFound, AccessDenied):
            return ""
        rules = found.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
        defaults = [rule.get("ApplyServerSideEncryptionByDefault", {}) for rule in rules]
        kms = [one for one in defaults if str(one.get("SSEAlgorithm", "")).startswith("aws:kms")]
        return cleaned(str(kms[0].get("KMSMasterKeyID") or "alias/aws/s3")) if kms else ""

    def put(self, region: str, bucket: str, key: str, file: Path, *, sha256: str) -> ObjectHead:
        """Write only if nothing is there. PreconditionFailed otherwise."""
        return self._put(region, bucket, key, file, sha256=sha256, condition={"IfNoneMatch": "*"})

    def put_again(self, region: str, bucket: str, key: str, file: Path, *, sha256: str) -> ObjectHead:
        """Write a new version, by one request: another one would be another version."""
        return self._put(region, bucket, key, file, sha256=sha256, condition={}, time_outs=UPLOADING_ONCE)

    def replicate(self, region: str, bucket: str, *, destinations: Mapping[str, str], role_arn: str) -> None:
        """Replace all rules; no destinations: no replication."""
        if not destinations:
            with self._calling("DeleteBucketReplication", region) as s3:
                s3.delete_bucket_replication(**self._owned(bucket))
            return
        rules = [self._rule(number, rule, name) for number, (rule, name) in enumerate(sorted(destinations.items()), 1)]
        with self._calling("PutBucketReplication", region) as s3:
            s3.put_bucket_replication(
                ReplicationConfiguration={"Role": role_arn, "Rules": rules}, **self._owned(bucket)
            )

    def empty(self, region: str, bucket: str, *, limit: int = 1000) -> int:
        """Delete one listing of versions and delete markers; the number deleted. 0 for a bucket that is gone."""
        try:
            versions = self._versions(region, bucket, limit=min(limit, 1000))
        except NotFound:
            return 0
        if not versions:
            return 0
        doomed = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in versions]
        with self._calling("DeleteObjects", region) as s3:
            answer = s3.delete_objects(Delete={"Objects": doomed, "Quiet": True}, **self._owned(bucket))
        failed = answer.get("Errors", [])
        if failed:
            raise _kept(bucket, region, failed)
        return len(doomed)

    def delete(self, region: str, bucket: str) -> None:
        """Silent when it is gone. AwsError (BucketNotEmpty) when a replica arrived since it was emptied."""
        try:
            with self._calling("DeleteBucket", region) as s3:
                s3.delete_bucket(**self._owned(bucket))
        except NotFound:
            return

    def _calling(self, operation: str, region: str) -> AbstractContextManager[Any]:
        return self._sessions.calling("s3", operation, region=region)

    def _owned(self, bucket: str) -> dict[str, str]:
        return {"Bucket": bucket, "ExpectedBucketOwner": self._sessions.home_account()}

    def _explain_denial(
        self, error: AccessDenied, region: str, bucket: str, key: str, which: Mapping[str, str]
    ) -> None:
        """HEAD has no words. Without the checksum it needs no KMS key, and names the one that the object has."""
        try:
            with self._calling("HeadObject", region) as s3:
                found = s3.head_object(Key=key, **self._owned(bucket), **which)
        except AwsError:
            return
        kms_key = cleaned(str(found.get("SSEKMSKeyId", "")))
        if not kms_key:
            return
        what = f"{key} is in {bucket}, but its KMS key {kms_key} may not be used to read it"
        fix = f"allow kms:Decrypt on {kms_key} in the key's policy and in those of the role; then run the same command"
        raise AccessDenied(what, where=error.where, fix=fix, code=error.code) from error

    def _rules(self, region: str, bucket: str) -> list[Any]:
        """The enabled replication rules."""
        try:
            with self._calling("GetBucketReplication", region) as s3:
                found = s3.get_bucket_replication(**self._owned(bucket))
        except NotFound as error:
            if error.code == "ReplicationConfigurationNotFoundError":
                return []
            raise
        rules = found.get("ReplicationConfiguration", {}).get("Rules", [])
        return [rule for rule in rules if rule.get("Status") == "Enabled"]

    def _versioned(self, region: str, bucket: str) -> bool:
        with self._calling("GetBucketVersioning", region) as s3:
            return bool(s3.get_bucket_versioning(**self._owned(bucket)).get("Status") == "Enabled")

    def _versions(self, region: str, bucket: str, *, limit: int) -> list[Any]:
        with self._calling("ListObjectVersions", region) as s3:
            found = s3.list_object_versions(MaxKeys=limit, **self._owned(bucket))
        return [*found.get("Versions", ()), *found.get("DeleteMarkers", ())][:limit]

    def _put(
        self,
        region: str,
        bucket: str,
        key: str,
        file: Path,
        *,
        sha256: str,
        condition: Mapping[str, str],
        time_outs: TimeOuts = UPLOADING,
    ) -> ObjectHead:
        size = file.stat().st_size
        uploading = self._sessions.calling("s3", "PutObject", region=region, time_outs=time_outs)
        with file.open("rb") as body, uploading as s3:
            answer = s3.put_object(
                Key=key,
                Body=body,
                ContentLength=size,
                ContentType="application/zip",
                ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
                Metadata={"sha256": sha256},
                **self._owned(bucket),
                **condition,
            )
        version = answer.get("VersionId", "")
        if not version:
            where, fix = f"s3:PutObject in {region}: {bucket}", "run bootstrap: artifact buckets are versioned"
            raise AwsError("the bucket keeps no versions, so nothing can be replicated", where=where, fix=fix)
        return ObjectHead(region=region, bucket=bucket, key=key, version=version, sha256=sha256, size_bytes=size)

    def _rule(self, priority: int, rule: str, destination: str) -> dict[str, Any]:
        within = {"Minutes": _RTC_MINUTES}
        return {
            "ID": rule,
            "Priority": priority,
            "Status": "Enabled",
            "Filter": {},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {
                "Bucket": f"arn:{self._sessions.partition}:s3:::{destination}",
                "ReplicationTime": {"Status": "Enabled", "Time": within},
                "Metrics": {"Status": "Enabled", "EventThreshold": within},
            },
        }


def _hex(checksum: str) -> str:
    """Base64 to hex. A checksum of checksums (multipart, `...-3`) says nothing of the content: ""."""
    try:
        raw = base64.b64decode(checksum, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == 32 else ""


def _replication(status: str) -> str:
    """S3 says COMPLETE or COMPLETED, by API and age of the object."""
    return "COMPLETED" if status == "COMPLETE" else status


def _kept(bucket: str, region: str, failed: list[Any]) -> AwsError:
    first = failed[0]
    what = f"{len(failed)} versions stay; the first: {first.get('Key', '')}: {first.get('Message', '')}"
    return AwsError(cleaned(what), where=f"s3:DeleteObjects in {region}: {bucket}", code=first.get("Code", ""))
