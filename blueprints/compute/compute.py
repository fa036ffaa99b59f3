"""Composes the compute layer of one region: functions, and an HTTP API in front of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from blueprints.blueprint import Blueprint
from blueprints.compute.api import add_any_api, api_options
from blueprints.compute.apis.faults import api_faults
from blueprints.compute.apis.front import ApiOrder
from blueprints.compute.function_options import Defaults, FunctionOptions, named
from blueprints.compute.functions import add_functions, function_faults
from blueprints.compute.logs import add_log_group
from blueprints.compute.monitored import add_monitoring, monitoring_faults
from blueprints.compute.options import ComputeOptions
from blueprints.compute.schedules import add_schedules, schedule_faults
from blueprints.compute.service import wait_for_service_alarms
from blueprints.compute.services import add_services, service_faults
from blueprints.compute.shifting import wait_for_alarms
from blueprints.compute.sources import add_sources, source_faults
from blueprints.compute.taken_up import take_up
from blueprints.compute.websocket import add_websocket, websocket_faults
from blueprints.compute.workflows import add_workflows, workflow_faults
from blueprints.faults import Fault, OptionsError, suggestion
from blueprints.parameters import RELEASE, declare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template
    from troposphere.logs import LogGroup

    from blueprints.compute.function import PublishedFunction
    from blueprints.context import Context


class Compute(Blueprint):
    """Functions from their region's bucket, published version, alias, HTTP API, mappings for both domain names."""

    Options = ComputeOptions
    options: ComputeOptions

    def template(self, context: Context) -> Template:
        """Outputs: Release and, with an API, FunctionVersion and ApiId. Raises OptionsError."""
        from troposphere import Output, Template

        if faults := tuple(_faults(self.options, context)):
            raise OptionsError(faults)
        template = Template(Description=f"{context.prefix}: compute of one region")
        functions = self._add_functions(template, context)
        if self.options.entry == "api":
            self._add_api(template, context, functions)
            template.add_output(Output("FunctionVersion", Value=functions[_api_function(self.options)].version))
        if self.options.websocket is not None:
            logs = f"/aws/vendedlogs/apis/{context.prefix}-websocket"
            access_log = self._add_log_group(template, context, "WebsocketLogGroup", logs)
            add_websocket(template, context, self.options.websocket, functions, access_log=access_log)
        self._add_callers(template, context, functions)
        add_services(
            template,
            context,
            self.options.services,
            waiting=self.options.waiting,
            zones=self.options.service_zones,
            log_retention_days=self.options.log_retention_days,
            encrypt_logs=self.options.encrypt_logs,
        )
        add_monitoring(template, context, self.options, _functions(self.options))
        template.add_output(Output("Release", Value=declare(template, RELEASE)))
        wait_for_alarms(template)
        wait_for_service_alarms(template)
        take_up(template, context)
        return template

    def _add_functions(self, template: Template, context: Context) -> dict[str, PublishedFunction]:
        if not _functions(self.options):
            return {}
        return add_functions(template, context, _defaults(self.options), self.options.functions)

    def _add_api(self, template: Template, context: Context, functions: Mapping[str, PublishedFunction]) -> None:
        access_log = self._add_log_group(template, context, "ApiLogGroup", f"/aws/vendedlogs/apis/{context.prefix}")
        name = _api_function(self.options)
        add_any_api(
            ApiOrder(
                template=template,
                context=context,
                options=api_options(self.options.api, default=name),
                functions=functions,
                access_log=access_log,
                always=name,
            )
        )

    def _add_callers(self, template: Template, context: Context, functions: Mapping[str, PublishedFunction]) -> None:
        options = self.options
        add_sources(template, context, options.sources, functions)
        workflows = add_workflows(
            template,
            context,
            options.workflows,
            functions,
            log_retention_days=options.log_retention_days,
            encrypt_logs=options.encrypt_logs,
        )
        add_schedules(template, context, options.schedules, functions, workflows)

    def _add_log_group(self, template: Template, context: Context, title: str, name: str) -> LogGroup:
        return add_log_group(
            template,
            context,
            title,
            name=name,
            retention_days=self.options.log_retention_days,
            encrypted=self.options.encrypt_logs,
        )


def _defaults(options: ComputeOptions) -> Defaults:
    return Defaults(
        code=options.code,
        layers=options.layers,
        handler=options.handler,
        runtime=options.runtime,
        architecture=options.architecture,
        memory=options.memory,
        timeout=options.timeout,
        environment=options.environment,
        tracing=options.tracing,
        table=options.table,
        log_retention_days=options.log_retention_days,
        encrypt_logs=options.encrypt_logs,
    )


def _functions(options: ComputeOptions) -> Mapping[str, FunctionOptions]:
    """Those that there will be: without any given, an API needs one and a service none."""
    return named(_defaults(options), options.functions) if options.entry == "api" else options.functions


def _api_function(options: ComputeOptions) -> str:
    return options.api_function or next(iter(_functions(options)))


def _faults(options: ComputeOptions, context: Context) -> Iterator[Fault]:
    functions = _functions(options)
    if functions:
        yield from function_faults(context, _defaults(options), options.functions)
    timeouts = {one: given.timeout or options.timeout for one, given in functions.items()}
    if options.entry == "service":
        yield from _unused_api_faults(options)
    else:
        name = _api_function(options)
        if name not in functions:
            yield Fault("api_function", f"there is no function {name!r}", suggestion(name, functions))
            return
        yield from api_faults(api_options(options.api, default=name), timeouts)
    yield from service_faults(
        options.services,
        entry=options.entry,
        waiting=options.waiting,
        functions=functions,
        websocket=options.websocket is not None,
    )
    yield from websocket_faults(options.websocket, timeouts)
    for one, given in functions.items():
        if options.websocket is None and given.uses is not None and given.uses.websocket:
            yield Fault(f"functions.{one}.uses.websocket", "there is no WebSocket API", "give `websocket`")
    yield from source_faults(options.sources, functions, options.workflows)
    yield from workflow_faults(options.workflows, functions)
    yield from schedule_faults(options.schedules, functions, options.workflows)
    yield from monitoring_faults(context, options, functions)


def _unused_api_faults(options: ComputeOptions) -> Iterator[Fault]:
    for name, given in (("api", options.api), ("api_function", options.api_function)):
        if given:
            yield Fault(name, "no host name leads to an API", "write `entry: api`, or leave it out")
