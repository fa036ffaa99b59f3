"""Names by which the parts of a container application meet: cluster, load balancer, services, target groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.naming import resource_name, shorten

if TYPE_CHECKING:
    from blueprints.context import Context

CLUSTER_LIMIT = 255
SERVICE_LIMIT = 255
FAMILY_LIMIT = 255
LOAD_BALANCER_LIMIT = 32
TARGET_GROUP_LIMIT = 32


def cluster_name(context: Context) -> str:
    """The cluster of a region: one for all services of the application."""
    return shorten(context.prefix, CLUSTER_LIMIT)


def load_balancer_name(context: Context) -> str:
    """The load balancer of a region."""
    return shorten(context.prefix, LOAD_BALANCER_LIMIT)


def service_name(context: Context, name: str) -> str:
    """A service, and the family of its task definitions."""
    return resource_name(context, name, min(SERVICE_LIMIT, FAMILY_LIMIT))


def target_group_name(context: Context, name: str) -> str:
    """The tasks of a service behind the load balancer."""
    return shorten(f"{context.prefix}-{name}", TARGET_GROUP_LIMIT)


def service_log_group_name(context: Context, name: str) -> str:
    """Where the tasks of a service write."""
    return f"/aws/ecs/{context.prefix}/{name}"


def load_balancer_parameter_name(context: Context, what: str) -> str:
    """The SSM parameter in which infra leaves its load balancer's `listener` (an ARN) and `full-name` for compute."""
    return f"/orchestrator/{context.prefix}/load-balancer/{what}"
