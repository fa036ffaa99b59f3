"""Composes the compute layer of one region: one function behind one HTTP API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blueprint import Blueprint
from blueprints.compute.api import MAX_TIMEOUT_S, add_api
from blueprints.compute.function import FunctionSettings, add_function
from blueprints.compute.logs import RETENTION_DAYS, add_log_group
from blueprints.compute.roles import add_role, log_statements, table_statements, trace_statements
from blueprints.faults import Fault, OptionsError, suggestion
from blueprints.naming import function_name, table_name
from blueprints.options import option
from blueprints.parameters import RELEASE, declare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template
    from troposphere.logs import LogGroup

    from blueprints.compute.function import PublishedFunction
    from blueprints.context import Context

ENVIRONMENT_LIMIT_BYTES = 4096  # all of a function's variables together

_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]+")


class Compute(Blueprint):
    """Function from its region's bucket, published version, alias, HTTP API, mappings for both domain names."""

    @dataclass(frozen=True, slots=True)
    class Options:
        """The function and its surroundings."""

        code: str = option("app", "Name of the artifact under `code` that holds the function.")
        layers: tuple[str, ...] = option((), "Names of artifacts to add as layers, at most five.")
        handler: str = option("app.handler", "Module and function that Lambda calls.")
        runtime: str = option("python3.13", "Lambda runtime.")
        architecture: str = option("arm64", "Processor.", choices=("arm64", "x86_64"))
        memory: int = option(256, "Memory in MB; processor time grows with it.", minimum=128, maximum=10240)
        timeout: int = option(10, "Seconds; an HTTP API waits 30 at most.", minimum=1, maximum=MAX_TIMEOUT_S)
        environment: Mapping[str, str] = option({}, "Variables for the function, passed on exactly as written.")
        table: str = option("data", "Last part of the table's name, as given to infra.")
        log_retention_days: int = option(30, "How long logs are kept.", choices=RETENTION_DAYS)
        encrypt_logs: bool = option(False, "Encrypt log groups with the region's key that infra made.")
        tracing: str = option("Active", "X-Ray tracing.", choices=("Active", "PassThrough"))

    options: Options

    def template(self, context: Context) -> Template:
        """Outputs: FunctionVersion, ApiId, Release. Raises OptionsError."""
        from troposphere import Output, Template

        if faults := tuple(_faults(self.options, context)):
            raise OptionsError(faults)
        template = Template(Description=f"{context.prefix}: compute of one region")
        function = self._add_function(template, context)
        access_log = self._add_log_group(template, context, "ApiLogGroup", f"/aws/vendedlogs/apis/{context.prefix}")
        add_api(template, context, function, access_log=access_log)
        template.add_output(Output("FunctionVersion", Value=function.version))
        template.add_output(Output("Release", Value=declare(template, RELEASE)))
        return template

    def _add_function(self, template: Template, context: Context) -> PublishedFunction:
        from troposphere import GetAtt

        name = function_name(context, self.options.code)
        table = table_name(context, self.options.table)
        logs = self._add_log_group(template, context, "FunctionLogGroup", f"/aws/lambda/{name}")
        role = add_role(
            template,
            context,
            "FunctionRole",
            name=self.options.code,
            service="lambda.amazonaws.com",
            statements=[*log_statements(GetAtt(logs, "Arn")), *table_statements(table), *trace_statements()],
        )
        settings = FunctionSettings(
            name=name,
            code=self.options.code,
            handler=self.options.handler,
            runtime=self.options.runtime,
            architecture=self.options.architecture,
            memory_mb=self.options.memory,
            timeout_s=self.options.timeout,
            environment={
                **self.options.environment,
                "APPLICATION": context.application,
                "ENVIRONMENT": context.environment,
                "RELEASE": declare(template, RELEASE),
                "TABLE_NAME": table,
            },
            layers=self.options.layers,
            tracing=self.options.tracing,
        )
        return add_function(template, context, "Function", settings, role=GetAtt(role, "Arn"), log_group=logs)

    def _add_log_group(self, template: Template, context: Context, title: str, name: str) -> LogGroup:
        return add_log_group(
            template,
            context,
            title,
            name=name,
            retention_days=self.options.log_retention_days,
            encrypted=self.options.encrypt_logs,
        )


RESERVED_VARIABLES = frozenset({"APPLICATION", "ENVIRONMENT", "RELEASE", "TABLE_NAME"})


def _faults(options: Compute.Options, context: Context) -> Iterator[Fault]:
    artifacts = [("code", options.code), *((f"layers[{at}]", name) for at, name in enumerate(options.layers))]
    for path, name in artifacts:
        if name not in context.artifacts:
            yield Fault(path, f"there is no artifact {name!r} under `code`", suggestion(name, context.artifacts))
    if len(options.layers) > 5:
        yield Fault("layers", f"{len(options.layers)} layers; Lambda takes 5 at most", "merge some of them")
    if options.code == "api":
        yield Fault("code", "'api' is the name of the API's own role", "give the artifact another name")
    yield from _variable_faults(options.environment)


def _variable_faults(environment: Mapping[str, str]) -> Iterator[Fault]:
    for name in environment:
        if name in RESERVED_VARIABLES or name.startswith("AWS_"):
            yield Fault(f"environment.{name}", "is set by the blueprint or by Lambda itself", "choose another name")
        elif _VARIABLE.fullmatch(name) is None:
            yield Fault(f"environment.{name}", "is no name for a variable", "use letters, digits and _")
    size = sum(len(name.encode()) + len(value.encode()) for name, value in environment.items())
    if size > ENVIRONMENT_LIMIT_BYTES:
        yield Fault(
            "environment",
            f"takes {size} bytes; Lambda allows {ENVIRONMENT_LIMIT_BYTES} for all variables",
            "move large values to SSM parameters",
        )
