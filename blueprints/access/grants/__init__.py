"""The one place that says which actions CloudFormation needs for a resource type, on which resources.

The execution role gets the union over the types of its templates. Action lists follow the `permissions` of each type's
handlers in the CloudFormation registry, cut to the properties that our templates use. `{p}` stands for the
application's prefix; the account and partition are filled in by CloudFormation. One file per area.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.access.grants import (
    apis,
    containers,
    data,
    front,
    functions,
    messaging,
    monitoring,
    network,
    releases,
    stores,
)
from blueprints.access.grants.grant import Grant

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["APPLICATION_TYPES", "COMPUTE_TYPES", "CONTROL_TYPES", "GRANTS", "INFRA_TYPES", "Grant", "grants_for"]

INFRA_TYPES = (
    "AWS::ApiGatewayV2::DomainName",
    "AWS::CertificateManager::Certificate",
    "AWS::CloudWatch::Alarm",
    "AWS::DynamoDB::GlobalTable",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::SSM::Parameter",
)
COMPUTE_TYPES = (
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::IAM::Role",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Function",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
)
APPLICATION_TYPES = (*INFRA_TYPES, *COMPUTE_TYPES)
CONTROL_TYPES = ("AWS::CloudWatch::Alarm", "AWS::S3::Bucket", "AWS::S3::BucketPolicy")

_AREAS = (apis, data, functions, monitoring, front, messaging, releases, stores, network, containers)


def _joined() -> dict[str, tuple[Grant, ...]]:
    """A type may stand in several areas: its grants are those of all of them."""
    found: dict[str, tuple[Grant, ...]] = {}
    for area in _AREAS:
        for name, grants in area.GRANTS.items():
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *grants)))
    return found


GRANTS: dict[str, tuple[Grant, ...]] = _joined()


def grants_for(types: Iterable[str]) -> tuple[Grant, ...]:
    """The grants for these resource types, each once, in a stable order; nothing for a type that is not listed."""
    return tuple(dict.fromkeys(grant for name in sorted(set(types)) for grant in GRANTS.get(name, ())))
