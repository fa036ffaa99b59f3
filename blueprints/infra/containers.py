"""What containers run in: the network's cluster, and in front of it API domains or a load balancer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.container_names import cluster_name
from blueprints.faults import Fault
from blueprints.infra.domains import add_domains
from blueprints.infra.load_balancer import LoadBalancerOptions, add_load_balancer
from blueprints.infra.load_balancer_logs import NAME as LOG_BUCKET
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from troposphere import Ref, Template

    from blueprints.context import Context
    from blueprints.infra.network import Network
    from blueprints.infra.network_options import NetworkOptions

API, SERVICE = "api", "service"
ENTRIES = (API, SERVICE)


@dataclass(frozen=True, slots=True)
class ContainerOptions:
    """A cluster for the services of compute."""

    insights: str = option(
        "enabled", "Container Insights: metrics at a price.", choices=("enhanced", "enabled", "disabled")
    )
    load_balancer: LoadBalancerOptions = option(LoadBalancerOptions(), "With `entry: service`: what users meet.")


def container_faults(
    entry: str, containers: ContainerOptions | None, network: NetworkOptions | None, buckets: Collection[str]
) -> Iterator[Fault]:
    """Parts without those that they stand in."""
    if entry == SERVICE and containers is None:
        yield Fault("entry", "there is no cluster for the service", "give `containers: {}`")
    if containers is not None and network is None:
        yield Fault("containers", "there is no network to run in", "give `network: {}`")
    balancer = containers.load_balancer if containers else LoadBalancerOptions()
    if entry == API and balancer != LoadBalancerOptions():
        yield Fault("containers.load_balancer", "nobody comes through it", "write `entry: service`, or leave it out")
    if balancer.access_logs is not None and LOG_BUCKET in buckets:
        yield Fault(f"buckets.{LOG_BUCKET}", "is the name of the bucket for access logs", "choose another name")


def add_cluster(template: Template, context: Context, options: ContainerOptions) -> None:
    """The cluster of a region. Compute finds it by name."""
    from troposphere.ecs import Cluster, ClusterSetting

    template.add_resource(
        Cluster(
            "Cluster",
            ClusterName=cluster_name(context),
            CapacityProviders=["FARGATE"],
            ClusterSettings=[ClusterSetting(Name="containerInsights", Value=options.insights)],
        )
    )


def add_entry(
    template: Template,
    context: Context,
    options: ContainerOptions | None,
    *,
    network: Network | None,
    certificate: Ref,
) -> tuple[str, ...]:
    """What both host names lead to: the load balancer, when there is one, else API domains. Returns logical ids.

    Outputs of either: SharedTarget, RegionalTarget, each with ...ZoneId. `options` and `network` are given together.
    """
    if options is None or network is None:
        return add_domains(template, context, certificate=certificate)
    return add_load_balancer(template, context, options.load_balancer, network=network, certificate=certificate)
