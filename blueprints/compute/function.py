"""A function, a version published exactly when something about it changes, and the alias `live` that callers use."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from blueprints.compute.code import add_layer, location
from blueprints.compute.logs import add_log_group
from blueprints.compute.roles import add_role, log_statements, trace_statements
from blueprints.naming import function_name
from blueprints.parameters import RELEASE, camel, declare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troposphere import GetAtt, Ref, Template
    from troposphere.awslambda import Function
    from troposphere.logs import LogGroup

    from blueprints.compute.roles import Statement
    from blueprints.context import Context

ALIAS = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSettings:
    """What a function is: `code` and `layers` name artifacts, `timeout_s` and `memory_mb` as their names say.

    `name` is the last part of its name, `statements` what its role may do besides writing its logs and traces.
    """

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
    statements: tuple[Statement, ...] = ()
    log_retention_days: int = 30
    encrypt_logs: bool = False


@dataclass(frozen=True, slots=True)
class PublishedFunction:
    """`title` begins its logical ids, `name` is its full name; `alias` is the ARN to call, `version` its number."""

    title: str
    name: str
    alias: Ref
    version: GetAtt
    timeout_s: int


def function_title(name: str) -> str:
    """What the logical ids of a function begin with."""
    return f"Function{camel(name)}"


def add_function(template: Template, context: Context, settings: FunctionSettings) -> PublishedFunction:
    """The function with its log group and a role of its own, its published version and its alias."""
    from troposphere import GetAtt, Ref
    from troposphere.awslambda import Alias

    title, name = function_title(settings.name), function_name(context, settings.name)
    logs = add_log_group(
        template,
        context,
        f"{title}LogGroup",
        name=f"/aws/lambda/{name}",
        retention_days=settings.log_retention_days,
        encrypted=settings.encrypt_logs,
    )
    role = add_role(
        template,
        context,
        f"{title}Role",
        name=settings.name,
        service="lambda.amazonaws.com",
        statements=[*log_statements(GetAtt(logs, "Arn")), *settings.statements, *trace_statements()],
    )
    function = template.add_resource(
        _function(template, context, title, settings, role=GetAtt(role, "Arn"), log_group=logs)
    )
    version = template.add_resource(_version(template, context, title, settings, function))
    number = GetAtt(version, "Version")
    alias = template.add_resource(Alias(f"{title}Live", FunctionName=Ref(function), FunctionVersion=number, Name=ALIAS))
    return PublishedFunction(title, name, Ref(alias), number, settings.timeout_s)


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
        FunctionName=function_name(context, settings.name),
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
