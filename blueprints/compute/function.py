"""A function, a version published exactly when something about it changes, and the alias `live` that callers use."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from blueprints.compute.code import add_layer, location
from blueprints.parameters import RELEASE, declare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troposphere import GetAtt, Ref, Template
    from troposphere.awslambda import Function
    from troposphere.logs import LogGroup

    from blueprints.context import Context

ALIAS = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSettings:
    """What a function is: `code` and `layers` name artifacts, `timeout_s` and `memory_mb` as their names say."""

    name: str
    code: str
    handler: str
    runtime: str
    architecture: str
    memory_mb: int
    timeout_s: int
    environment: Mapping[str, object]
    layers: tuple[str, ...] = ()
    tracing: str = "Active"


@dataclass(frozen=True, slots=True)
class PublishedFunction:
    """`alias` is the ARN to call, `version` the number it points at."""

    name: str
    alias: Ref
    version: GetAtt


def add_function(
    template: Template,
    context: Context,
    title: str,
    settings: FunctionSettings,
    *,
    role: GetAtt,
    log_group: LogGroup,
) -> PublishedFunction:
    """The function, its published version and its alias. `title` begins the logical ids."""
    from troposphere import GetAtt, Ref
    from troposphere.awslambda import Alias

    function = template.add_resource(_function(template, context, title, settings, role=role, log_group=log_group))
    version = template.add_resource(_version(template, context, title, settings, function))
    number = GetAtt(version, "Version")
    alias = template.add_resource(Alias(f"{title}Live", FunctionName=Ref(function), FunctionVersion=number, Name=ALIAS))
    return PublishedFunction(settings.name, Ref(alias), number)


def _function(
    template: Template,
    context: Context,
    title: str,
    settings: FunctionSettings,
    *,
    role: GetAtt,
    log_group: LogGroup,
) -> Function:
    from troposphere import Ref
    from troposphere.awslambda import Code, Environment, Function, LoggingConfig, TracingConfig

    layers = [add_layer(template, context, artifact) for artifact in settings.layers]
    return Function(
        title,
        FunctionName=settings.name,
        Code=Code(**location(template, context, settings.code)),
        Handler=settings.handler,
        Runtime=settings.runtime,
        Architectures=[settings.architecture],
        MemorySize=settings.memory_mb,
        Timeout=settings.timeout_s,
        Role=role,
        Environment=Environment(Variables=dict(settings.environment)),
        LoggingConfig=LoggingConfig(LogGroup=Ref(log_group)),
        TracingConfig=TracingConfig(Mode=settings.tracing),
        **({"Layers": layers} if layers else {}),
    )


def _version(
    template: Template, context: Context, title: str, settings: FunctionSettings, function: Function
) -> object:
    from troposphere import Ref, Sub
    from troposphere.awslambda import Version

    declare(template, RELEASE)
    digest = version_digest(
        function.to_dict()["Properties"],
        release=context.release,
        artifacts={name: context.artifacts[name] for name in (settings.code, *settings.layers)},
    )
    return Version(
        f"{title}Version{digest}",
        FunctionName=Ref(function),
        Description=Sub(f"release ${{{RELEASE}}}"),
        # Lambda publishes no other code than this, whatever a bucket of the region gave the function.
        CodeSha256=b64encode(bytes.fromhex(context.artifacts[settings.code])).decode(),
        # The previous version leaves the template with each release; it must live on, or a roll-back has no target
        # and requests in flight lose their function. But one that was made by an update that rolls back must go: Lambda
        # would refuse to publish the same code and configuration again, and with it every new try of this release.
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
    )


def version_digest(properties: Mapping[str, object], *, release: str, artifacts: Mapping[str, str]) -> str:
    """12 hex digits over what PublishVersion compares: the configuration, and the code by content.

    A version never changes and Lambda refuses to publish an unchanged function twice, so the logical id must change
    exactly when the function does. `Code` is left out (key and version id are parameters; the same content may be
    uploaded again), and so are tags and reserved concurrency, which are not part of a version.
    """
    compared = {key: value for key, value in properties.items() if key not in _NOT_IN_A_VERSION}
    text = json.dumps([compared, release, artifacts], sort_keys=True, default=dict)
    return sha256(text.encode()).hexdigest()[:12]


_NOT_IN_A_VERSION = frozenset({"Code", "Tags", "ReservedConcurrentExecutions", "RecursiveLoop"})
