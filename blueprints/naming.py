"""Names inside templates: within AWS's limits, the same on every machine, and with the region where IAM needs it."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from blueprints.context import ACCOUNT
from blueprints.faults import ContextError, Fault

if TYPE_CHECKING:
    from troposphere import Sub

    from blueprints.context import Context

ROLE_LIMIT = 64
FUNCTION_LIMIT = 64
BUCKET_LIMIT = 63
TABLE_LIMIT = 255
QUEUE_LIMIT = 80
TOPIC_LIMIT = 256
BUS_LIMIT = 256
WORKFLOW_LIMIT = 80
SECRET_LIMIT = 512
ALARM_LIMIT = 255
REPOSITORY_LIMIT = 256
ALIAS_LIMIT = 256
CLUSTER_LIMIT = 63
COMMON_NAME_LIMIT = 64  # of a certificate's first name: RFC 5280, upper bound of a common name
WEBSOCKET_API = "WebsocketApi"  # the logical id of compute's WebSocket API: functions that send over it refer to it
WEBSOCKET_STAGE = "live"
ALARM_TOPIC = "alarms"  # `{prefix}-alarms`: where alarms of both layers are told
LONGEST_REGION = len("ap-northeast-1")  # as many characters as "ap-southeast-1" and "us-gov-west-1" have at most

ALIAS = "live"  # of every function: what callers call, in each release

_DIGEST = 8


def shorten(name: str, limit: int) -> str:
    """The name itself, or its beginning and a digest of the whole when it is longer than `limit`."""
    if len(name) <= limit:
        return name
    return f"{name[: limit - _DIGEST - 1].rstrip('-')}-{sha256(name.encode()).hexdigest()[:_DIGEST]}"


def table_name(context: Context, table: str) -> str:
    """The global table: the same name in every region."""
    return shorten(f"{context.prefix}-{table}", TABLE_LIMIT)


def function_name(context: Context, name: str) -> str:
    """A function; the region is not part of its name because functions are regional."""
    return shorten(f"{context.prefix}-{name}", FUNCTION_LIMIT)


def resource_name(context: Context, name: str, limit: int) -> str:
    """What is regional and has a name of its own: queue, topic, bus, workflow, secret. `{prefix}-{name}`.

    The ending `.fifo`, which SQS and SNS ask for, stays when the name is shortened.
    """
    ending = ".fifo" if name.endswith(".fifo") else ""
    return shorten(f"{context.prefix}-{name.removesuffix('.fifo')}", limit - len(ending)) + ending


def alarm_name(context: Context, *parts: str) -> str:
    """An alarm by what it watches and what it measures: `{prefix}-orders-errors`. What waits for it knows the name."""
    return shorten("-".join((context.prefix, *parts)), ALARM_LIMIT)


def region_alarm_name(context: Context, layer: str) -> str:
    """The alarm over all alarms of a layer in a region: `{prefix}-compute-region`, as `gates.alarms` names it."""
    return alarm_name(context, layer, "region")


def repository_name(context: Context, name: str) -> str:
    """A repository of container images: `{prefix}/{name}`, the same in the registry of every account and region."""
    return shorten(f"{context.prefix}/{name}", REPOSITORY_LIMIT)


def queue_url(queue: str) -> Sub:
    """The address of a queue of this region, by its full name."""
    from troposphere import Sub

    return Sub(f"https://sqs.${{AWS::Region}}.${{AWS::URLSuffix}}/${{AWS::AccountId}}/{queue}")


def bucket_name(context: Context, name: str) -> Sub:
    """A data bucket. Names of buckets are global: account and region make it nobody else's.

    The part before them is shortened for the longest region there is, so that adding a region renames nothing.
    """
    from troposphere import Sub

    start = shorten(f"{context.prefix}-{name}", BUCKET_LIMIT - LONGEST_REGION - 14)
    return Sub(f"{start}-${{AWS::AccountId}}-${{AWS::Region}}")


def regional_role_name(context: Context, name: str) -> Sub:
    """A role with the region in its name: IAM is global, so two regions' stacks would collide without it.

    The part before the region is shortened for the longest region there is, so that adding a region renames nothing.
    """
    from troposphere import Sub

    return Sub(f"{shorten(f'{context.prefix}-{name}', ROLE_LIMIT - LONGEST_REGION - 1)}-${{AWS::Region}}")


def role_path(context: Context) -> str:
    """The IAM path of the roles that templates make: the execution role may touch this path and nothing beside it."""
    return f"/{context.prefix}/"


def key_parameter_name(context: Context) -> str:
    """The SSM parameter in which infra leaves the ARN of its region's key for compute.

    Not the prefix itself in front: SSM keeps names that begin with `aws` or `ssm` for itself.
    """
    return f"/orchestrator/{context.prefix}/key-arn"


def network_parameter_name(context: Context, what: str) -> str:
    """The SSM parameter in which infra leaves one thing of its network: `vpc`, `subnets/1`, `functions-sg`.

    One parameter for each subnet: CloudFormation splits a list before it reads a parameter, not after.
    https://github.com/aws-cloudformation/cfn-lint/issues/2181
    """
    return f"/orchestrator/{context.prefix}/network/{what}"


def pool_parameter_name(context: Context, pool: str, what: str) -> str:
    """The SSM parameter in which infra leaves the `id` of a user pool, or that of its `client`, for compute."""
    return f"/orchestrator/{context.prefix}/user-pools/{pool}/{what}"


def database_parameter_name(context: Context, part: str) -> str:
    """The SSM parameter in which infra leaves a database's `endpoint` or `reader` for compute."""
    return f"/orchestrator/{context.prefix}/database/{part}"


def database_cluster_name(context: Context) -> str:
    """The identifier of the database's cluster, the same in every region."""
    return shorten(f"{context.prefix}-database", CLUSTER_LIMIT)


def key_alias(context: Context, name: str) -> str:
    """The alias of a multi-region key, the same in every region."""
    return "alias/" + shorten(f"{context.prefix}-{name}", ALIAS_LIMIT - len("alias/"))


def shared_host(context: Context) -> str | Sub:
    """The shared name: plain text, or with the account filled in by CloudFormation."""
    from troposphere import Sub

    return Sub(_account(context.host)) if ACCOUNT in context.host else context.host


def regional_host(context: Context) -> Sub:
    """The name of this region's API: `us-east-1.sample.fed.dev`."""
    from troposphere import Sub

    return Sub("${AWS::Region}." + _account(context.host))


def check_host(context: Context) -> None:
    """A certificate's first name has 64 characters at most. Raises ContextError."""
    longest = context.host.replace(ACCOUNT, "0" * 12)
    if len(longest) > COMMON_NAME_LIMIT:
        raise ContextError(
            [
                Fault(
                    f"environments.{context.environment}.host",
                    f"{longest!r} has {len(longest)} characters; a certificate's first name has at most "
                    f"{COMMON_NAME_LIMIT}",
                    "choose a shorter host",
                )
            ]
        )


def _account(host: str) -> str:
    return host.replace(ACCOUNT, "${AWS::AccountId}")
