"""The role by which S3 copies artifacts between the buckets of all regions. IAM is global: one for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.access.grants import Grant
from blueprints.access.statements import add_role, statements, trust

if TYPE_CHECKING:
    from troposphere import Template

    from blueprints.context import Context

_GRANTS = (
    Grant("Buckets", ("s3:GetReplicationConfiguration", "s3:ListBucket"), ("s3:::{p}-{home}-*",)),
    Grant(
        "Copy",
        (
            "s3:GetObjectVersionAcl",
            "s3:GetObjectVersionForReplication",
            "s3:GetObjectVersionTagging",
            "s3:ReplicateObject",
            "s3:ReplicateTags",
        ),
        ("s3:::{p}-{home}-*/*",),
    ),
)


def add_replication_role(template: Template, context: Context) -> None:
    """Deletions are not replicated: an artifact deleted by mistake in one region survives in the others."""
    add_role(
        template,
        "ReplicationRole",
        name=f"{context.prefix}-replication",
        # No condition on aws:SourceAccount: S3 does not document that it is there when S3 replicates, and a role that
        # S3 cannot take replicates nothing. Who may hand it to S3 is limited by iam:PassRole, which needs this account.
        trust=trust({"Service": "s3.amazonaws.com"}),
        policies={"replication": statements(context, _GRANTS)},
    )
