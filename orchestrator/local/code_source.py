"""Lambda's code in S3: from a bucket of the function's own region, of whichever account lets it be read.

The reasons are those that Lambda gives. The emulator looks only in the function's own account and lets code be missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orchestrator.local.emulator import acting_in

_FAILED = "Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}"


def check(code: Mapping[str, Any]) -> None:
    """Raises ValueError with Lambda's reason when the code that a function or a layer names cannot be read."""
    bucket, key = code.get("S3Bucket"), code.get("S3Key")
    if not (isinstance(bucket, str) and isinstance(key, str)):
        return
    problem = region_message(bucket) or _problem(bucket, key, code.get("S3ObjectVersion"))
    if problem:
        raise ValueError(problem)


def fetch(bucket: str, key: str, version_id: str | None = None) -> bytes | None:
    """The bytes of the code, or None when they cannot be read."""
    from ministack.services import s3

    if _problem(bucket, key, version_id):
        return None
    with acting_in(s3._bucket_owner_account(bucket), _region_of(bucket)):
        body: bytes | None = s3._get_object_data(bucket, key, version_id=version_id)
    return body


def region_message(bucket: str, layer: bool = False) -> str | None:  # noqa: FBT001, FBT002 - the emulator's signature
    """Lambda's reason when the bucket lies in another region than the function, else None."""
    from ministack.core.responses import get_region

    home = _region_of(bucket)
    if not home or home == get_region():
        return None
    del layer  # the emulator words layers differently; the code and the region are the same
    message = f"The bucket is in this region: {home}. Please use this region to retry the request"
    return _FAILED.format(code="PermanentRedirect", message=message)


def _problem(bucket: str, key: str, version_id: str | None) -> str:
    from ministack.core.responses import get_account_id
    from ministack.services import s3

    owner, caller = s3._bucket_owner_account(bucket), get_account_id()
    if owner is None:
        return _FAILED.format(code="NoSuchBucket", message="The specified bucket does not exist")
    query = {"versionId": version_id} if version_id else {}
    allowed = owner == caller or s3._foreign_bucket_allows(owner, bucket, key, "GET", query, caller, {})
    if not allowed and not _organization_allows(owner, bucket, caller):
        return (
            "Your access has been denied by S3, please make sure your request credentials have permission to "
            f"GetObject for {bucket}/{key}. S3 Error Code: AccessDenied. S3 Error Message: Access Denied"
        )
    with acting_in(owner, _region_of(bucket)):
        found = s3._get_object_data(bucket, key, version_id=version_id)
    if found is not None:
        return ""
    if version_id:
        return _FAILED.format(code="NoSuchVersion", message="The specified version does not exist.")
    return _FAILED.format(code="NoSuchKey", message="The specified key does not exist.")


def _organization_allows(owner: str, bucket: str, caller: str) -> bool:
    """S3 counts a policy for one organization as not public; the emulator takes it for public and blocks it."""
    from ministack.services import organizations, s3

    policy = json.loads(s3._bucket_policies.get_scoped(owner, None, bucket) or "{}")
    with acting_in(owner, "us-east-1"):
        organization = organizations._orgs.get("self", {}).get("Id")
        if caller not in {one["Id"] for one in organizations._accounts.values()}:
            return False
    return any(
        one["Effect"] == "Allow"
        and one.get("Condition", {}).get("StringEquals", {}).get("aws:PrincipalOrgID") == organization
        for one in policy.get("Statement", ())
    )


def _region_of(bucket: str) -> str:
    """The region of a bucket, whoever owns it; empty when there is none."""
    from ministack.services import s3

    record = s3._buckets.get_scoped(s3._bucket_owner_account(bucket), None, bucket)
    return str((record or {}).get("region") or "us-east-1") if record is not None else ""
