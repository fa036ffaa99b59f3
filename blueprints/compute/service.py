"""A service on Fargate: released task by task, turned back when new tasks do not become healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.compute.service_routing import add_route, add_targets, holding_title
from blueprints.compute.service_scaling import add_scaling
from blueprints.compute.service_task import add_task
from blueprints.container_names import cluster_name, service_name
from blueprints.naming import alarm_name, network_parameter_name
from blueprints.parameters import camel

if TYPE_CHECKING:
    from troposphere import Ref, Template

    from blueprints.compute.service_options import ServiceOptions
    from blueprints.context import Context


def service_title(name: str) -> str:
    """What the logical ids of a service begin with."""
    return f"Service{camel(name)}"


def add_service(
    template: Template,
    context: Context,
    name: str,
    options: ServiceOptions,
    *,
    zones: int,
    log_retention_days: int,
    encrypt_logs: bool,
) -> None:
    """The service with its tasks, its place behind the load balancer and its numbers."""
    title = service_title(name)
    task = add_task(
        template,
        context,
        title,
        name,
        options,
        log_retention_days=log_retention_days,
        encrypt_logs=encrypt_logs,
    )
    group = add_targets(template, context, title, name, options) if options.paths else None
    _add(template, context, title, name, options, task=task, group=group, zones=zones)
    if group:
        add_route(template, title, options)
    add_scaling(template, context, title, name, options.scaling, group=group)


def wait_for_service_alarms(template: Template) -> None:
    """Has each service made after those of its alarms that stand in the same template. Call it at the end.

    ECS knows alarms by name. They must not refer to the service.
    """
    titles = {
        one.properties["AlarmName"]: title
        for title, one in template.resources.items()
        if isinstance(one.properties.get("AlarmName"), str)
    }
    for one in template.resources.values():
        if one.resource_type == "AWS::ECS::Service":
            alarms = one.properties["DeploymentConfiguration"].properties.get("Alarms")
            names = alarms.properties["AlarmNames"] if alarms else []
            if waits := sorted(titles[name] for name in names if name in titles):
                one.DependsOn = [*one.resource.get("DependsOn", []), *waits]


def _add(
    template: Template,
    context: Context,
    title: str,
    name: str,
    options: ServiceOptions,
    *,
    task: Ref,
    group: str | None,
    zones: int,
) -> None:
    from troposphere.ecs import (
        AwsvpcConfiguration,
        DeploymentAlarms,
        DeploymentCircuitBreaker,
        DeploymentConfiguration,
        NetworkConfiguration,
        Service,
    )

    names = [alarm_name(context, one) for one in options.alarms]
    alarms = {"Alarms": DeploymentAlarms(AlarmNames=names, Enable=True, Rollback=True)} if names else {}

    found = [f"{{{{resolve:ssm:{network_parameter_name(context, f'subnets/{at}')}}}}}" for at in range(1, zones + 1)]
    network = AwsvpcConfiguration(
        AssignPublicIp="DISABLED",
        Subnets=found,
        SecurityGroups=[f"{{{{resolve:ssm:{network_parameter_name(context, 'services-sg')}}}}}"],
    )
    template.add_resource(
        Service(
            title,
            ServiceName=service_name(context, name),
            Cluster=cluster_name(context),
            TaskDefinition=task,
            LaunchType="FARGATE",
            PlatformVersion="1.4.0",
            # The number belongs to Application Auto Scaling: in the template, each release would set it back.
            DeploymentConfiguration=DeploymentConfiguration(
                MinimumHealthyPercent=100,
                MaximumPercent=200,
                DeploymentCircuitBreaker=DeploymentCircuitBreaker(Enable=True, Rollback=True),
                **alarms,
            ),
            AvailabilityZoneRebalancing="ENABLED",
            NetworkConfiguration=NetworkConfiguration(AwsvpcConfiguration=network),
            EnableECSManagedTags=True,
            PropagateTags="SERVICE",
            **(_behind(name, options, title, group) if group else {}),
        )
    )


def _behind(name: str, options: ServiceOptions, title: str, group: str) -> dict[str, object]:
    """ECS takes a target group only once a listener leads to it."""
    from troposphere import Ref
    from troposphere.ecs import LoadBalancer

    return {
        "DependsOn": [holding_title(title)],
        "HealthCheckGracePeriodSeconds": options.start_grace,
        "LoadBalancers": [LoadBalancer(ContainerName=name, ContainerPort=options.port, TargetGroupArn=Ref(group))],
    }
