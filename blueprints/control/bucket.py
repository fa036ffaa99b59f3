"""The artifact bucket of a region: versioned, encrypted, private, read by the target accounts over TLS only.

Replication is not in the template. Every bucket replicates to every other, and a rule's destination must exist: in one
pass of CloudFormation each region would wait for all others. The orchestrator sets the rules once all buckets exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.faults import ContextError, Fault
from blueprints.naming import BUCKET_LIMIT, LONGEST_REGION
from blueprints.private_bucket import add_private_bucket, objects_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troposphere import Ref, Template

    from blueprints.compute.roles import Statement
    from blueprints.context import Context

TITLE = "ArtifactBucket"


def add_artifact_bucket(
    template: Template,
    context: Context,
    *,
    readers: Sequence[str],
    organization_id: str = "",
    noncurrent_days: int = 90,
) -> Ref:
    """Bucket and bucket policy; `readers` are 12-digit accounts. Output: ArtifactBucket. Raises ContextError."""
    from troposphere import Output, Sub

    _check_length(context)
    bucket = add_private_bucket(
        template,
        TITLE,
        name=Sub(f"{context.prefix}-${{AWS::AccountId}}-${{AWS::Region}}"),
        noncurrent_days=noncurrent_days,
        statements=_readers(readers, organization_id),
    )
    template.add_output(Output("ArtifactBucket", Value=bucket))
    return bucket


def _readers(accounts: Sequence[str], organization_id: str) -> list[Statement]:
    from troposphere import Sub

    statements: list[Statement] = []
    read = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": objects_of(TITLE)}
    if accounts:
        roots = [Sub(f"arn:${{AWS::Partition}}:iam::{account}:root") for account in sorted(accounts)]
        statements.append({"Sid": "TargetAccounts", "Principal": {"AWS": roots}, **read})
    if organization_id:
        condition = {"StringEquals": {"aws:PrincipalOrgID": organization_id}}
        statements.append({"Sid": "Organization", "Principal": "*", "Condition": condition, **read})
    return statements


def _check_length(context: Context) -> None:
    longest = len(f"{context.prefix}-{context.home_account}-") + LONGEST_REGION
    if longest > BUCKET_LIMIT:
        raise ContextError(
            [
                Fault(
                    "application",
                    f"the artifact buckets' names would have {longest} characters; S3 allows {BUCKET_LIMIT}",
                    f"take {longest - BUCKET_LIMIT} characters from the names of application and environment",
                )
            ]
        )
