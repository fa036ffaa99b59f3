"""A DynamoDB global table, defined once in the reference region with a replica in every region of the application."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from blueprints.naming import table_name
from blueprints.parameters import REFERENCE_REGION, declare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troposphere import Template
    from troposphere.dynamodb import GlobalTableGlobalSecondaryIndex

    from blueprints.context import Context

IS_REFERENCE_REGION = "IsReferenceRegion"

_NO_TYPES: Mapping[str, str] = MappingProxyType({})


def add_reference_condition(template: Template) -> str:
    """The condition for what may be defined in one region only; returns its name."""
    from troposphere import Equals, Ref

    declare(template, REFERENCE_REGION)
    if IS_REFERENCE_REGION not in template.conditions:
        template.add_condition(IS_REFERENCE_REGION, Equals(Ref(REFERENCE_REGION), "true"))
    return IS_REFERENCE_REGION


def add_global_table(
    template: Template,
    context: Context,
    *,
    name: str,
    partition_key: str,
    sort_key: str = "",
    deletion_protection: bool = True,
    after: tuple[str, ...] = (),
    title: str = "Table",
    indexes: tuple[GlobalTableGlobalSecondaryIndex, ...] = (),
    key_types: Mapping[str, str] = _NO_TYPES,
    expires: str = "",
) -> str:
    """The table; returns its name, which is the same in every region. Output: `{title}Name`.

    `key_types` maps key attributes to S (the default), N or B; `expires` is the attribute with the time (seconds since
    1970) after which an item may be removed.

    `after` are the logical ids of what may fail: made after them, the protected table is never left behind by a first
    creation that rolls back, and its name is free at the next try.

    Encrypted with the AWS managed key: a customer key per region would make the one stack that defines the table
    depend on the stacks of all other regions. CloudFormation adds or removes one replica per update.
    """
    from troposphere import Output
    from troposphere.dynamodb import (
        AttributeDefinition,
        GlobalTable,
        GlobalTableSSESpecification,
        KeySchema,
        StreamSpecification,
        TimeToLiveSpecification,
    )

    keys = [(partition_key, "HASH"), *([(sort_key, "RANGE")] if sort_key else [])]
    attributes = dict.fromkeys(
        [key for key, _ in keys] + [key.AttributeName for index in indexes for key in index.KeySchema]
    )
    full_name = table_name(context, name)
    template.add_resource(
        GlobalTable(
            title,
            Condition=add_reference_condition(template),
            **({"DependsOn": list(after)} if after else {}),
            TableName=full_name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                AttributeDefinition(AttributeName=key, AttributeType=key_types.get(key, "S")) for key in attributes
            ],
            KeySchema=[KeySchema(AttributeName=key, KeyType=kind) for key, kind in keys],
            Replicas=_replicas(context.regions, deletion_protection=deletion_protection),
            SSESpecification=GlobalTableSSESpecification(SSEEnabled=True, SSEType="KMS"),
            **({"GlobalSecondaryIndexes": list(indexes)} if indexes else {}),
            **(
                {"TimeToLiveSpecification": TimeToLiveSpecification(AttributeName=expires, Enabled=True)}
                if expires
                else {}
            ),
            # Required as soon as there is more than one replica.
            StreamSpecification=StreamSpecification(StreamViewType="NEW_AND_OLD_IMAGES"),
            DeletionPolicy="Retain",
            UpdateReplacePolicy="Retain",
        )
    )
    template.add_output(Output(f"{title}Name", Value=full_name))
    return full_name


def _replicas(regions: tuple[str, ...], *, deletion_protection: bool) -> list[object]:
    from troposphere.dynamodb import PointInTimeRecoverySpecification, ReplicaSpecification

    return [
        ReplicaSpecification(
            Region=region,
            DeletionProtectionEnabled=deletion_protection,
            PointInTimeRecoverySpecification=PointInTimeRecoverySpecification(PointInTimeRecoveryEnabled=True),
        )
        # Sorted, so that reordering the standbys in regions.yaml does not touch the table.
        for region in sorted(regions)
    ]
