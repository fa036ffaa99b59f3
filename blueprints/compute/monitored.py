"""What of the compute layer is watched: every function, API, source, workflow and schedule that is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.compute.apis.rest import STAGE
from blueprints.compute.balancer import balancer_name
from blueprints.compute.schedules import NAME_LIMIT
from blueprints.compute.subscribed import called_rule_name
from blueprints.compute.watched_services import watched_services, watches_of_services
from blueprints.compute.workflows import workflow_arn
from blueprints.messaging_names import dead_letter_name
from blueprints.monitoring.canaries import add_canaries, canary_watches
from blueprints.monitoring.container_rows import balancer_row, service_row
from blueprints.monitoring.dashboard import add_dashboard, dashboard_name
from blueprints.monitoring.data import database_metric
from blueprints.monitoring.events import rule_watches, schedule_watches, workflow_watches
from blueprints.monitoring.front import WatchedApi, api_watches, waf_metric, waf_watches, websocket_watches
from blueprints.monitoring.functions import WatchedFunction, function_watches
from blueprints.monitoring.own import own_watches
from blueprints.monitoring.region import add_watched
from blueprints.monitoring.rows import all_regions_rows, data_row, front_row, function_row, queue_row
from blueprints.monitoring.watch import alarm_faults
from blueprints.naming import (
    BUS_LIMIT,
    QUEUE_LIMIT,
    WEBSOCKET_API,
    WEBSOCKET_STAGE,
    database_cluster_name,
    function_name,
    resource_name,
    shorten,
    table_name,
)
from blueprints.shards import shard_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from troposphere import Template

    from blueprints.compute.function_options import FunctionOptions
    from blueprints.compute.options import ComputeOptions
    from blueprints.context import Context
    from blueprints.faults import Fault
    from blueprints.monitoring.dashboard import Row
    from blueprints.monitoring.watch import Metric, Watch


def add_monitoring(
    template: Template, context: Context, options: ComputeOptions, functions: Mapping[str, FunctionOptions]
) -> None:
    """Canaries, alarms and dashboards of the layer. `functions` are all that there are, by name. Call it at the end."""
    monitoring = options.monitoring
    if monitoring.canaries is not None:
        add_canaries(template, context, monitoring.canaries)
    titles = add_watched(template, context, "compute", tuple(watches(context, options, functions)), monitoring)
    if monitoring.dashboard:
        _add_dashboards(template, context, options, functions, titles)


def monitoring_faults(
    context: Context, options: ComputeOptions, functions: Mapping[str, FunctionOptions]
) -> Iterator[Fault]:
    """What cannot be, by its path below the options of compute."""
    yield from alarm_faults("monitoring", options.monitoring, tuple(watches(context, options, functions)))


def watches(context: Context, options: ComputeOptions, functions: Mapping[str, FunctionOptions]) -> Iterator[Watch]:
    """Everything that can have an alarm, in the order of the options."""
    for name in functions:
        yield from function_watches(watched_function(context, options, functions, name))
    if options.entry == "api":
        yield from api_watches(watched_api(context, options))
    yield from watches_of_services(context, options)
    if options.api is not None and options.api.waf is not None:
        yield from waf_watches(f"{context.prefix}-api")
    if options.websocket is not None:
        yield from _websocket_watches()
    for name, rule in options.sources.rules.items():
        bus = resource_name(context, rule.bus, BUS_LIMIT)
        yield from rule_watches(name, rule=called_rule_name(context, name, rule), bus=bus)
    for name in options.workflows:
        yield from workflow_watches(name, arn=workflow_arn(context, name))
    if options.schedules:
        yield from schedule_watches(shorten(context.prefix, NAME_LIMIT))
    if options.monitoring.canaries is not None:
        yield from canary_watches(context, options.monitoring.canaries)
    yield from own_watches(options.monitoring.metrics)


def watched_function(
    context: Context, options: ComputeOptions, functions: Mapping[str, FunctionOptions], name: str
) -> WatchedFunction:
    """One function as alarms and dashboards see it."""
    one = functions[name]
    return WatchedFunction(
        name=name,
        full_name=function_name(context, name),
        timeout_s=one.timeout or options.timeout,
        reserved=one.reserved_concurrency,
        warm=one.provisioned_concurrency is not None,
        asynchronous=one.asynchronous is not None or one.dead_letters is not None,
        reads_streams=any(stream.function == name for stream in options.sources.streams.values()),
        insights=one.insights,
    )


def watched_api(context: Context, options: ComputeOptions) -> WatchedApi:
    """The API as alarms and dashboards see it."""
    from troposphere import Ref

    if options.api is not None and options.api.kind == "rest":
        return WatchedApi(kind="rest", id=context.prefix, stage=STAGE)
    return WatchedApi(kind="http", id=Ref("Api"), stage="$default")


def _add_dashboards(
    template: Template,
    context: Context,
    options: ComputeOptions,
    functions: Mapping[str, FunctionOptions],
    alarms: Sequence[str],
) -> None:
    from blueprints.infra.table import add_reference_condition

    watched = [watched_function(context, options, functions, name) for name in functions]
    canaries = options.monitoring.canaries.names if options.monitoring.canaries else ()
    tables = _tables(context, options, functions)
    services = watched_services(context, options.services)
    rows = (
        _front_row(context, options, canaries),
        service_row(services),
        function_row(watched),
        queue_row(*_queues(context, options), {name: workflow_arn(context, name) for name in options.workflows}),
        data_row(context, tables, _database(context, functions)),
    )
    add_dashboard(template, "Dashboard", dashboard_name(context), rows, alarms=alarms)
    everywhere = all_regions_rows(context, watched, services, canaries, tables)
    if any(row.shown() for row in everywhere):
        once = add_reference_condition(template)
        add_dashboard(template, "AllRegionsDashboard", context.prefix, everywhere, condition=once)


def _front_row(context: Context, options: ComputeOptions, canaries: Sequence[str]) -> Row:
    if options.entry == "api":
        return front_row(context, watched_api(context, options), canaries, _blocked(context, options))
    return balancer_row(context, balancer_name(), canaries)


def _blocked(context: Context, options: ComputeOptions) -> Metric | None:
    there = options.api is not None and options.api.waf is not None
    return waf_metric(f"{context.prefix}-api") if there else None


def _tables(context: Context, options: ComputeOptions, functions: Mapping[str, FunctionOptions]) -> dict[str, str]:
    """Those that functions and services work with."""
    used = {name for one in options.services.values() for name in one.uses.tables}
    used |= {name for one in functions.values() for name in ((options.table,) if one.uses is None else one.uses.tables)}
    return {name: table_name(context, name) for name in sorted(used) if name}


def _queues(context: Context, options: ComputeOptions) -> tuple[dict[str, str], dict[str, str]]:
    """Those that functions work on, and their dead letters."""
    polled = [(source.queue or name, source.shards) for name, source in sorted(options.sources.queues.items())]
    names = [
        one for name, shards in polled for one in ([shard_name(name, at) for at in range(shards)] if shards else [name])
    ]
    return (
        {name: resource_name(context, name, QUEUE_LIMIT) for name in names},
        {name: resource_name(context, dead_letter_name(name), QUEUE_LIMIT) for name in names},
    )


def _database(context: Context, functions: Mapping[str, FunctionOptions]) -> list[tuple[str, Metric]]:
    if not any(one.uses is not None and one.uses.database for one in functions.values()):
        return []
    cluster = database_cluster_name(context)
    return [
        ("capacity, %", database_metric(cluster, "ACUUtilization", "Maximum")),
        ("processor, %", database_metric(cluster, "CPUUtilization", "Average")),
        ("connections", database_metric(cluster, "DatabaseConnections", "Maximum")),
    ]


def _websocket_watches() -> Iterator[Watch]:
    from troposphere import Ref

    yield from websocket_watches(Ref(WEBSOCKET_API), WEBSOCKET_STAGE)
