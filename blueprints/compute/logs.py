"""Log groups made beforehand, so that they have a retention and are removed with their stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.naming import key_parameter_name

if TYPE_CHECKING:
    from troposphere import Template
    from troposphere.logs import LogGroup

    from blueprints.context import Context

# What CloudWatch Logs accepts: PutRetentionPolicy, retentionInDays.
RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip


def add_log_group(
    template: Template, context: Context, title: str, *, name: str, retention_days: int, encrypted: bool = False
) -> LogGroup:
    """A log group; `encrypted` takes the region's key that infra left in an SSM parameter."""
    from troposphere.logs import LogGroup

    key = {"KmsKeyId": f"{{{{resolve:ssm:{key_parameter_name(context)}}}}}"} if encrypted else {}
    return template.add_resource(
        LogGroup(
            title,
            LogGroupName=name,
            RetentionInDays=retention_days,
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Retain",
            **key,
        )
    )
