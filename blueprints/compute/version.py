"""A version of a function, published exactly when something changes that Lambda compares."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

from blueprints.parameters import RELEASE, declare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troposphere import Template
    from troposphere.awslambda import Function, Version

    from blueprints.context import Context


def add_version(
    template: Template, context: Context, title: str, function: Function, *, contents: Mapping[str, str], code: str = ""
) -> Version:
    """The version. `contents` says what the template's own text does not: the digests of code, layers and image.

    `code` is the SHA-256 (hex) of the package, "" for an image.
    """
    from troposphere import Ref, Sub
    from troposphere.awslambda import Version

    declare(template, RELEASE)
    digest = version_digest(function.to_dict()["Properties"], release=context.release, artifacts=contents)
    return template.add_resource(
        Version(
            f"{title}Version{digest}",
            FunctionName=Ref(function),
            Description=Sub(f"release ${{{RELEASE}}}"),
            # Lambda publishes no other code than this, whatever a bucket of the region gave the function.
            **({"CodeSha256": b64encode(bytes.fromhex(code)).decode()} if code else {}),
            # The previous version leaves the template with each release; it must live on, or a roll-back has no target
            # and requests in flight lose their function. But one that was made by an update that rolls back must go:
            # Lambda would refuse to publish the same code and configuration again, and with it every new try of this
            # release.
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
        )
    )


def version_digest(properties: Mapping[str, object], *, release: str, artifacts: Mapping[str, str]) -> str:
    """12 hex digits over what PublishVersion compares: the configuration, and the code by content.

    A version never changes and Lambda refuses to publish an unchanged function twice, so the logical id must change
    exactly when the function does. `Code` is left out (key and version id are parameters; the same content may be
    uploaded again), and so is what Lambda sets with calls of their own, beside the configuration of a version.
    """
    compared = {key: value for key, value in properties.items() if key not in _NOT_IN_A_VERSION}
    text = json.dumps([compared, release, artifacts], sort_keys=True, default=dict)
    return sha256(text.encode()).hexdigest()[:12]


_NOT_IN_A_VERSION = frozenset(
    {
        "Code",
        "CodeSigningConfigArn",
        "FunctionScalingConfig",
        "PublishToLatestPublished",
        "RecursiveLoop",
        "ReservedConcurrentExecutions",
        "RuntimeManagementConfig",
        "Tags",
    }
)
