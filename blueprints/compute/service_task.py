"""The task of a service: one container by digest, its roles, its log group, and what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.compute.images import image_uri
from blueprints.compute.logs import add_log_group
from blueprints.compute.roles import add_role
from blueprints.compute.uses import use_statements, use_variables
from blueprints.container_names import service_log_group_name, service_name
from blueprints.lookup import Kind, look_up
from blueprints.naming import SECRET_LIMIT, repository_name, resource_name, table_name
from blueprints.parameters import RELEASE, camel, declare

if TYPE_CHECKING:
    from troposphere import GetAtt, Ref, Template
    from troposphere.ecs import ContainerDefinition
    from troposphere.logs import LogGroup

    from blueprints.compute.roles import Statement
    from blueprints.compute.service_options import ServiceOptions
    from blueprints.context import Context

_SERVICE = "ecs-tasks.amazonaws.com"
_PROCESSORS = {"arm64": "ARM64", "x86_64": "X86_64"}


def add_task(
    template: Template,
    context: Context,
    title: str,
    name: str,
    options: ServiceOptions,
    *,
    log_retention_days: int,
    encrypt_logs: bool,
) -> Ref:
    """The task definition; returns its ARN. Each release registers a new revision: it names the release."""
    from troposphere import GetAtt, Ref
    from troposphere.ecs import RuntimePlatform, TaskDefinition, Volume

    logs = add_log_group(
        template,
        context,
        f"{title}LogGroup",
        name=service_log_group_name(context, name),
        retention_days=log_retention_days,
        encrypted=encrypt_logs,
    )
    starting = add_role(
        template,
        context,
        f"{title}StartRole",
        name=f"service-{name}-start",
        service=_SERVICE,
        statements=_start_statements(context, options, GetAtt(logs, "Arn")),
        only_for_own_account=True,
    )
    running = add_role(
        template,
        context,
        f"{title}Role",
        name=f"service-{name}",
        service=_SERVICE,
        statements=use_statements(context, options.uses),
        only_for_own_account=True,
    )
    task = TaskDefinition(
        f"{title}Task",
        Family=service_name(context, name),
        RequiresCompatibilities=["FARGATE"],
        NetworkMode="awsvpc",
        Cpu=str(options.cpu),
        Memory=str(options.memory),
        RuntimePlatform=RuntimePlatform(
            CpuArchitecture=_PROCESSORS[options.architecture], OperatingSystemFamily="LINUX"
        ),
        ExecutionRoleArn=GetAtt(starting, "Arn"),
        TaskRoleArn=GetAtt(running, "Arn"),
        ContainerDefinitions=[_container(template, context, name, options, logs)],
        **({"Volumes": [Volume(Name=_volume(one)) for one in options.writable]} if options.writable else {}),
    )
    return Ref(template.add_resource(task))


def _container(
    template: Template, context: Context, name: str, options: ServiceOptions, logs: LogGroup
) -> ContainerDefinition:
    from troposphere import AWS_REGION, Ref
    from troposphere.ecs import (
        ContainerDefinition,
        Environment,
        LinuxParameters,
        LogConfiguration,
        MountPoint,
        PortMapping,
    )

    variables = _variables(template, context, options)
    image = options.image
    given = {
        "Command": list(image.command),
        "EntryPoint": list(image.entry_point),
        "WorkingDirectory": image.working_directory,
        "User": options.user,
        "MountPoints": [MountPoint(SourceVolume=_volume(one), ContainerPath=one) for one in options.writable],
        "Secrets": _secrets(template, context, options),
    }
    return ContainerDefinition(
        Name=name,
        Image=image_uri(context, image.repository, image.digest),
        Essential=True,
        PortMappings=[PortMapping(ContainerPort=options.port, Protocol="tcp")],
        Environment=[Environment(Name=key, Value=variables[key]) for key in sorted(variables)],
        ReadonlyRootFilesystem=options.read_only,
        # The first process of an image seldom passes signals on and clears up after its children.
        LinuxParameters=LinuxParameters(InitProcessEnabled=True),
        StopTimeout=options.stop_timeout,
        LogConfiguration=LogConfiguration(
            LogDriver="awslogs",
            Options={
                "awslogs-group": Ref(logs),
                "awslogs-region": Ref(AWS_REGION),
                "awslogs-stream-prefix": name,
                # Rather lines lost than users who wait while the logs of a region are in trouble.
                "mode": "non-blocking",
                "max-buffer-size": "25m",
            },
        ),
        **{key: value for key, value in given.items() if value},
    )


def _variables(template: Template, context: Context, options: ServiceOptions) -> dict[str, object]:
    from troposphere import AWS_REGION, Ref

    tables = options.uses.tables
    return {
        **options.environment,
        "APPLICATION": context.application,
        "ENVIRONMENT": context.environment,
        "RELEASE": declare(template, RELEASE),
        "PORT": str(options.port),
        "AWS_REGION": Ref(AWS_REGION),
        **({"TABLE_NAME": table_name(context, tables[0])} if tables else {}),
        **use_variables(context, options.uses),
    }


def _secrets(template: Template, context: Context, options: ServiceOptions) -> list[object]:
    """ECS takes a secret by its ARN, the end of which only Secrets Manager knows."""
    from troposphere import Sub
    from troposphere.ecs import Secret

    made: list[object] = []
    for variable, given in sorted(options.secrets.items()):
        name, _, key = given.partition(":")
        full = resource_name(context, name, SECRET_LIMIT)
        arn = look_up(template, context, f"SecretOf{camel(name)}", Kind.SECRET, full, layer="compute")
        made.append(Secret(Name=variable, ValueFrom=Sub(f"${{Arn}}:{key}::", Arn=arn) if key else arn))
    return made


def _start_statements(context: Context, options: ServiceOptions, log_group: GetAtt) -> list[Statement]:
    """What ECS does in the task's name before it runs: read the image and the secrets, open the log."""
    from troposphere import Sub

    here = "${AWS::Region}:${AWS::AccountId}"
    repository = f"ecr:{here}:repository/{repository_name(context, options.image.repository)}"
    reading = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    statements: list[Statement] = [
        {"Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": "*"},
        {"Effect": "Allow", "Action": reading, "Resource": Sub(f"arn:${{AWS::Partition}}:{repository}")},
        {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": log_group},
    ]
    names = sorted({given.partition(":")[0] for given in options.secrets.values()})
    if names:
        full = [resource_name(context, name, SECRET_LIMIT) for name in names]
        arns = [Sub(f"arn:${{AWS::Partition}}:secretsmanager:{here}:secret:{one}-??????") for one in full]
        statements.append({"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": arns})
    return statements


def _volume(directory: str) -> str:
    return camel(directory) or "root"
