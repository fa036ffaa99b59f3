"""Whether S3 may encrypt a replica: a destination bucket may have a KMS key that the replication role cannot use.

S3 names such a failure DstKmsKeyNotFound, DstKmsKeyInvalidState or DstPutObjectNotPermitted:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from orchestrator.local.emulator import acting_in

_NEEDED = ("kms:encrypt", "kms:generatedatakey")


def may_encrypt(owner: str, region: str, destination: str, source: tuple[str, str]) -> bool:
    """Whether replicas can be written to the bucket; `source` is the account and bucket whose rules bring them.

    The role's own policies decide; the key's policy is taken to leave it to them, as that of a new key does.
    """
    key = _default_key(owner, region, destination)
    if not key:
        return True
    return _is_usable(owner, region, key) and any(
        fnmatchcase(needed, action) for needed in _NEEDED for action in _granted(*source)
    )


def _default_key(owner: str, region: str, bucket: str) -> str:
    """The KMS key of the bucket's default encryption, "" for S3's own."""
    from xml.etree.ElementTree import ParseError, fromstring

    from ministack.services import s3

    with acting_in(owner, region):
        config = s3._bucket_encryption.get(bucket)
    if not config:
        return ""
    try:
        root = fromstring(config)
    except ParseError:
        return ""
    texts = {one.tag.rpartition("}")[2]: one.text or "" for one in root.iter()}
    return texts.get("KMSMasterKeyID", "") if texts.get("SSEAlgorithm", "").startswith("aws:kms") else ""


def _is_usable(owner: str, region: str, key: str) -> bool:
    from ministack.services import kms

    with acting_in(owner, region):
        found = kms._resolve_key(key)
    return bool(found) and found.get("KeyState") == "Enabled"


def _granted(account: str, bucket: str) -> Iterator[str]:
    """Every action that the policies of the replication role allow on anything, in lower case."""
    from ministack.services import iam, s3

    with acting_in(account, "us-east-1"):
        role = iam._roles.get(s3._bucket_replication.get(bucket, {}).get("Role", "").rpartition("/")[2])
        documents = [json.loads(one) if isinstance(one, str) else one for one in _policies(role)]
    for document in documents:
        statements = document.get("Statement", [])
        for one in statements if isinstance(statements, list) else [statements]:
            actions = one.get("Action", []) if one.get("Effect") == "Allow" else []
            yield from (action.lower() for action in ([actions] if isinstance(actions, str) else actions))


def _policies(role: Any) -> list[Any]:
    return list(role["InlinePolicies"].values()) if role else []
