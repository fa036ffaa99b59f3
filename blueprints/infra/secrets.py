"""Secrets made in the reference region and copied to every other: the same name and the same value everywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blocks import name_faults
from blueprints.infra.table import add_reference_condition
from blueprints.naming import SECRET_LIMIT, resource_name
from blueprints.options import option
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template

    from blueprints.context import Context
    from blueprints.faults import Fault


@dataclass(frozen=True, slots=True)
class SecretOptions:
    """A secret whose first value AWS makes up: no value ever stands in regions.yaml or in a template."""

    description: str = option("", "What it is for.")
    username: str = option("", "Makes the value JSON with username and password; empty for a password alone.")
    length: int = option(40, "Characters of the password.", minimum=12, maximum=4096)
    exclude: str = option("\"@/\\'", "Characters that the password may not have.")


def secret_title(name: str) -> str:
    """The logical id of a secret; it exists in the reference region only."""
    return f"Secret{camel(name)}"


def add_secrets(template: Template, context: Context, secrets: Mapping[str, SecretOptions]) -> None:
    """Every secret with a replica in every other region, encrypted with each region's AWS managed key.

    A key of the application's own would have to be there before in all regions: the replicas are made from one place.
    Later values are written in the reference region (`aws secretsmanager put-secret-value`); the replicas follow.
    """
    for name, options in secrets.items():
        add_secret(template, context, name, options)


def add_secret(template: Template, context: Context, name: str, options: SecretOptions) -> str:
    """One secret; returns its logical id, which may be referred to in the reference region only."""
    from troposphere.secretsmanager import GenerateSecretString, ReplicaRegion, Secret

    login = {
        "SecretStringTemplate": json.dumps({"username": options.username}),
        "GenerateStringKey": "password",
    }
    others = sorted(set(context.regions) - {context.reference_region})
    template.add_resource(
        Secret(
            secret_title(name),
            Condition=add_reference_condition(template),
            Name=resource_name(context, name, SECRET_LIMIT),
            Description=options.description or f"{context.prefix}: {name}",
            GenerateSecretString=GenerateSecretString(
                PasswordLength=options.length,
                ExcludeCharacters=options.exclude,
                **(login if options.username else {}),
            ),
            **({"ReplicaRegions": [ReplicaRegion(Region=region) for region in others]} if others else {}),
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
        )
    )
    return secret_title(name)


def secret_faults(secrets: Mapping[str, SecretOptions]) -> Iterator[Fault]:
    """Names that cannot be used."""
    yield from name_faults("secrets", secrets)
