"""Keys that exist in every region with the same key material: primary in the reference region, replicas elsewhere.

What is encrypted with such a key in one region can be read in every other: for data that is copied between regions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blocks import name_faults
from blueprints.faults import Fault
from blueprints.infra.table import IS_REFERENCE_REGION, add_reference_condition
from blueprints.lookup import Kind, look_up
from blueprints.naming import key_alias
from blueprints.options import option
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template

    from blueprints.context import Context

IS_OTHER_REGION = "IsNotReferenceRegion"


@dataclass(frozen=True, slots=True)
class KeyOptions:
    """A multi-region key for the application's own encryption; its alias is the same in every region."""

    description: str = option("", "What it is for.")


def add_other_condition(template: Template) -> str:
    """The condition for what follows the reference region; returns its name."""
    from troposphere import Condition, Not

    add_reference_condition(template)
    if IS_OTHER_REGION not in template.conditions:
        template.add_condition(IS_OTHER_REGION, Not(Condition(IS_REFERENCE_REGION)))
    return IS_OTHER_REGION


def add_keys(template: Template, context: Context, keys: Mapping[str, KeyOptions]) -> None:
    """Every key with its alias `alias/{application}-{environment}-{name}` in each region.

    A replica needs the ARN of its primary, which only AWS knows: each other region looks it up by alias in the
    reference region. The stack fails there if the reference region has not been deployed yet; with the reference region
    the first in the rollout (the standby last in line) it always has been.
    """
    for name, options in keys.items():
        _add_key(template, context, name, options)


def key_faults(keys: Mapping[str, KeyOptions]) -> Iterator[Fault]:
    """Names that cannot be used."""
    yield from name_faults("keys", keys)


def _add_key(template: Template, context: Context, name: str, options: KeyOptions) -> None:
    from troposphere import If, Ref
    from troposphere.kms import Alias, Key, ReplicaKey

    title, alias = f"Key{camel(name)}", key_alias(context, name)
    here, elsewhere = add_reference_condition(template), add_other_condition(template)
    kept = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
    shared = {"Description": options.description or f"{context.prefix}: {name}, in every region"}
    key = template.add_resource(
        Key(
            title,
            Condition=here,
            MultiRegion=True,
            EnableKeyRotation=True,
            KeyPolicy=_policy(),
            **shared,
            **kept,
        )
    )
    primary = look_up(
        template,
        context,
        f"{title}Primary",
        Kind.KEY,
        alias,
        layer="infra",
        region=context.reference_region,
        condition=elsewhere,
    )
    replica = template.add_resource(
        ReplicaKey(f"{title}Replica", Condition=elsewhere, PrimaryKeyArn=primary, KeyPolicy=_policy(), **shared, **kept)
    )
    template.add_resource(Alias(f"{title}Alias", AliasName=alias, TargetKeyId=If(here, Ref(key), Ref(replica))))


def _policy() -> dict[str, object]:
    from troposphere import Sub

    # Without this statement IAM policies of the account have no power over the key, and it cannot be administered again
    # once its creator is gone.
    statement = {
        "Sid": "AccountDecidesThroughIam",
        "Effect": "Allow",
        "Principal": {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
        "Action": "kms:*",
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
