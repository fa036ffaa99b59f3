"""Where a function or a layer finds its code: always in the bucket of its own region, by key and version id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.faults import Fault, OptionsError, suggestion
from blueprints.parameters import ARTIFACT_BUCKET_PREFIX, camel, code_parameters, declare

if TYPE_CHECKING:
    from troposphere import Ref, Template

    from blueprints.context import Context


def location(template: Template, context: Context, artifact: str) -> dict[str, object]:
    """S3Bucket, S3Key and S3ObjectVersion of an artifact, with their parameters declared.

    The bucket's name follows from the region, so one template serves all of them (Lambda reads code only from a bucket
    of its own region). Raises OptionsError for an artifact that is not under `code`.
    """
    from troposphere import Sub

    _check(context, artifact)
    declare(template, ARTIFACT_BUCKET_PREFIX)
    key, version = code_parameters(artifact)
    return {
        "S3Bucket": Sub(f"${{{ARTIFACT_BUCKET_PREFIX}}}-${{AWS::Region}}"),
        "S3Key": declare(template, key, Description=f"Key of the artifact {artifact}."),
        "S3ObjectVersion": declare(template, version, Description=f"Version id of the artifact {artifact}."),
    }


def add_layer(template: Template, context: Context, artifact: str) -> Ref:
    """A layer version from an artifact, made once for all functions; returns its ARN.

    Old versions stay: published functions still use them.
    """
    from troposphere import Ref
    from troposphere.awslambda import Content, LayerVersion

    title = f"Layer{camel(artifact)}"
    if title in template.resources:
        return Ref(title)
    layer = template.add_resource(
        LayerVersion(
            title,
            LayerName=f"{context.prefix}-{artifact}",
            Content=Content(**location(template, context, artifact)),
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
        )
    )
    return Ref(layer)


def _check(context: Context, artifact: str) -> None:
    if artifact not in context.artifacts:
        raise OptionsError(
            [Fault("", f"there is no artifact {artifact!r} under `code`", suggestion(artifact, context.artifacts))]
        )
