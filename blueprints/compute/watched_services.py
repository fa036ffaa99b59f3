"""Services in containers, and the load balancer before them, as alarms and dashboards see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.compute.balancer import balancer_name
from blueprints.compute.service import service_title
from blueprints.container_names import cluster_name, service_name
from blueprints.monitoring.containers import WatchedService, balancer_watches, service_watches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from blueprints.compute.options import ComputeOptions
    from blueprints.compute.service_options import ServiceOptions
    from blueprints.context import Context
    from blueprints.monitoring.watch import Watch


def watches_of_services(context: Context, options: ComputeOptions) -> Iterator[Watch]:
    """Those of the load balancer, where host names lead to it, then of each service."""
    if options.entry == "service":
        yield from balancer_watches(balancer_name())
    for one in watched_services(context, options.services):
        yield from service_watches(one)


def watched_services(context: Context, services: Mapping[str, ServiceOptions]) -> list[WatchedService]:
    """In the order of the options."""
    return [_watched(context, name, one) for name, one in services.items()]


def _watched(context: Context, name: str, options: ServiceOptions) -> WatchedService:
    from troposphere import Sub

    cluster, service = cluster_name(context), service_name(context, name)
    if not options.paths:
        return WatchedService(name=name, cluster=cluster, service=service)
    return WatchedService(
        name=name,
        cluster=cluster,
        service=service,
        balancer=balancer_name(),
        targets=Sub(f"${{{service_title(name)}Targets.TargetGroupFullName}}"),
    )
