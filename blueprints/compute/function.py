"""A function, a version published exactly when something about it changes, and the alias `live` that callers use."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from blueprints.compute.asynchronous import add_asynchronous, asynchronous_statements, end_arn
from blueprints.compute.code import add_layer, location
from blueprints.compute.concurrency import add_provisioned
from blueprints.compute.images import image_properties
from blueprints.compute.insights import INSIGHTS_VERSION, insights_layer, insights_statements
from blueprints.compute.logs import add_log_group
from blueprints.compute.roles import add_role, log_statements, trace_statements
from blueprints.compute.shifting import add_shifting
from blueprints.compute.version import add_version
from blueprints.compute.vpc import vpc_config, vpc_statements
from blueprints.naming import ALIAS as ALIAS
from blueprints.naming import function_name
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troposphere import GetAtt, Ref, Template
    from troposphere.awslambda import Function
    from troposphere.iam import Role
    from troposphere.logs import LogGroup

    from blueprints.compute.asynchronous import Asynchronous, DeadLetters
    from blueprints.compute.concurrency import Provisioned
    from blueprints.compute.images import Image
    from blueprints.compute.roles import Statement
    from blueprints.compute.shifting import Shifting
    from blueprints.compute.vpc import Vpc
    from blueprints.context import Context

_NO_HOOKS: Mapping[str, Ref] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSettings:
    """What a function is: `code` and `layers` name artifacts, `timeout_s` and `memory_mb` as their names say.

    `name` is the last part of its name, `statements` what its role may do besides writing its logs and traces. With an
    `image`, code, handler, runtime and layers say nothing. `hooks` are the functions that `shifting` names.
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
    image: Image | None = None
    vpc: Vpc | None = None
    insights: bool = False
    reserved_concurrency: int | None = None
    provisioned: Provisioned | None = None
    asynchronous: Asynchronous | None = None
    dead_letters: DeadLetters | None = None
    shifting: Shifting | None = None
    hooks: Mapping[str, Ref] = field(default_factory=lambda: _NO_HOOKS)


@dataclass(frozen=True, slots=True)
class PublishedFunction:
    """`title` begins its logical ids, `name` is its full name; `alias` is the ARN to call, `version` its number."""

    title: str
    name: str
    alias: Ref
    version: GetAtt
    timeout_s: int
    version_arn: Ref


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
    role = _add_role(template, context, title, settings, logs)
    function = template.add_resource(
        _function(template, context, title, settings, role=GetAtt(role, "Arn"), log_group=logs)
    )
    code = context.artifacts[settings.code] if settings.image is None else ""
    version = add_version(template, context, title, function, contents=_contents(context, settings), code=code)
    number = GetAtt(version, "Version")
    alias = Alias(f"{title}Live", FunctionName=Ref(function), FunctionVersion=number, Name=ALIAS)
    if settings.shifting is not None:
        alias.UpdatePolicy = add_shifting(
            template,
            context,
            title,
            name=settings.name,
            version=number,
            hooks=settings.hooks,
            options=settings.shifting,
        )
    template.add_resource(alias)
    _add_to_alias(template, context, title, settings)
    return PublishedFunction(title, name, Ref(alias), number, settings.timeout_s, Ref(version))


def _add_to_alias(template: Template, context: Context, title: str, settings: FunctionSettings) -> None:
    from troposphere import Ref

    if settings.provisioned is not None:
        name = function_name(context, settings.name)
        add_provisioned(template, title, function=name, alias=ALIAS, options=settings.provisioned)
    if settings.asynchronous is not None:
        add_asynchronous(template, context, title, Ref(title), settings.asynchronous)


def _add_role(template: Template, context: Context, title: str, settings: FunctionSettings, logs: LogGroup) -> Role:
    from troposphere import GetAtt

    return add_role(
        template,
        context,
        f"{title}Role",
        name=settings.name,
        service="lambda.amazonaws.com",
        statements=[
            *log_statements(GetAtt(logs, "Arn")),
            *settings.statements,
            *asynchronous_statements(context, settings.asynchronous, settings.dead_letters),
            *(insights_statements() if settings.insights else ()),
            *(vpc_statements(function_name(context, settings.name)) if settings.vpc else ()),
            *trace_statements(),
        ],
    )


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
    from troposphere.awslambda import Environment, Function, LoggingConfig, TracingConfig

    program = image_properties(context, settings.image) if settings.image else _package(template, context, settings)
    return Function(
        title,
        FunctionName=function_name(context, settings.name),
        Architectures=[settings.architecture],
        MemorySize=settings.memory_mb,
        Timeout=settings.timeout_s,
        Role=role,
        Environment=Environment(Variables=dict(settings.environment)),
        LoggingConfig=LoggingConfig(LogGroup=Ref(log_group)),
        TracingConfig=TracingConfig(Mode=settings.tracing),
        **program,
        **_surroundings(context, settings),
    )


def _package(template: Template, context: Context, settings: FunctionSettings) -> dict[str, object]:
    """What a function from an artifact has and one from an image has not."""
    from troposphere.awslambda import Code

    layers: list[object] = [add_layer(template, context, artifact) for artifact in settings.layers]
    if settings.insights:
        layers.append(insights_layer(template, settings.architecture))
    return {
        "Code": Code(**location(template, context, settings.code)),
        "Handler": settings.handler,
        "Runtime": settings.runtime,
        **({"Layers": layers} if layers else {}),
    }


def _surroundings(context: Context, settings: FunctionSettings) -> dict[str, object]:
    """What is off until it is given."""
    from troposphere.awslambda import DeadLetterConfig

    found: dict[str, object] = {}
    if settings.vpc is not None:
        found["VpcConfig"] = vpc_config(context, settings.vpc)
    if settings.dead_letters is not None:
        found["DeadLetterConfig"] = DeadLetterConfig(TargetArn=end_arn(context, settings.dead_letters.destination()))
    if settings.reserved_concurrency is not None:
        found["ReservedConcurrentExecutions"] = settings.reserved_concurrency
    return found


def _contents(context: Context, settings: FunctionSettings) -> dict[str, str]:
    """What the function's text in the template does not say about its code: it changes the version too."""
    if settings.image is not None:
        return {"image": f"{settings.image.repository}@{settings.image.digest}"}
    code = {name: context.artifacts[name] for name in (settings.code, *settings.layers)}
    return {**code, "layer:insights": INSIGHTS_VERSION} if settings.insights else code
