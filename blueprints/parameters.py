"""The parameters that the orchestrator fills in whenever a template declares them.

`RegionRole` and `ReferenceRegion` differ between regions; all others are the same everywhere. A template that needs to
know where it is asks these parameters, never a condition on AWS::Region: a plan can then show the difference.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from troposphere import Ref, Template

REGION_ROLE = "RegionRole"  # "primary" | "secondary"
REFERENCE_REGION = "ReferenceRegion"  # "true" in the one region that holds what may be defined only once
ARTIFACT_BUCKET_PREFIX = "ArtifactBucketPrefix"  # + "-" + region: the artifact bucket of that region
VALIDATION_ZONE_ID = "ValidationZoneId"  # the hosted zone where CloudFormation proves certificates; empty: done outside
RELEASE = "Release"  # 12 hex digits

PER_REGION = frozenset({REGION_ROLE, REFERENCE_REGION})
COMMON = frozenset({ARTIFACT_BUCKET_PREFIX, VALIDATION_ZONE_ID, RELEASE})

_CODE = re.compile(r"Code([A-Za-z0-9]+)(Key|Version)")


def camel(name: str) -> str:
    """`order-events` -> `OrderEvents`: logical ids and parameter names are alphanumeric."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name) if word)


def code_parameters(artifact: str) -> tuple[str, str]:
    """The parameters that carry an artifact's key and its version id in the region's own bucket.

    The version id is the same in every region: a replica keeps the version id of its source.
    """
    return f"Code{camel(artifact)}Key", f"Code{camel(artifact)}Version"


def is_supplied(parameter: str) -> bool:
    """Whether the orchestrator has a value for this parameter (a code parameter: if the artifact exists)."""
    return parameter in PER_REGION or parameter in COMMON or is_code_parameter(parameter)


def is_code_parameter(parameter: str) -> bool:
    """Whether a name has the form of an artifact's parameter."""
    return _CODE.fullmatch(parameter) is not None


def declare(template: Template, name: str, **attributes: object) -> Ref:
    """Refer to a String parameter, declaring it first if the template does not have it."""
    from troposphere import Parameter, Ref

    if name not in template.parameters:
        template.add_parameter(Parameter(name, Type="String", **(_KNOWN.get(name, {}) | attributes)))
    return Ref(name)


_KNOWN: dict[str, dict[str, object]] = {
    REGION_ROLE: {
        "AllowedValues": ["primary", "secondary"],
        "Description": "Whether this region serves users or stands by.",
    },
    REFERENCE_REGION: {
        "AllowedValues": ["true", "false"],
        "Description": "true in the one region whose stack defines what may be defined only once.",
    },
    ARTIFACT_BUCKET_PREFIX: {
        "Description": "Name of the artifact bucket of a region, without the dash and the region.",
    },
    VALIDATION_ZONE_ID: {
        "Default": "",
        "Description": "Hosted zone of this account in which to prove certificates. Empty: proven from outside.",
    },
    RELEASE: {"Description": "What is deployed: 12 hex digits.", "AllowedPattern": "[0-9a-f]{12}"},
}
