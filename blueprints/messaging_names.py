"""Names and ARNs of queues, topics, buses and rules: by these infra and compute meet, and by nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.blocks import FIFO
from blueprints.naming import BUS_LIMIT, QUEUE_LIMIT, TOPIC_LIMIT, resource_name, shorten

if TYPE_CHECKING:
    from troposphere import Sub

    from blueprints.context import Context

SNS = "sns.amazonaws.com"
EVENTS = "events.amazonaws.com"
RULE_LIMIT = 64


def dead_letter_name(name: str) -> str:
    """Where the messages of a queue end that nobody could work on: `jobs.fifo` -> `jobs-dead.fifo`."""
    return _with_ending(name, "dead")


def undelivered_name(name: str) -> str:
    """The queue in which a topic or a bus leaves what it could not deliver."""
    return _with_ending(name, "undelivered")


def queue_arn(context: Context, name: str) -> Sub:
    """The ARN of a queue of this region."""
    return _arn("sqs", resource_name(context, name, QUEUE_LIMIT))


def topic_arn(context: Context, name: str) -> Sub:
    """The ARN of a topic of this region."""
    return _arn("sns", resource_name(context, name, TOPIC_LIMIT))


def undelivered_arn(context: Context, name: str) -> Sub:
    """The ARN of the queue in which a topic or a bus leaves what it could not deliver."""
    return queue_arn(context, undelivered_name(name))


def rules_arn(context: Context, bus: str) -> Sub:
    """A pattern for the ARNs of all rules of a bus."""
    return _arn("events", f"rule/{resource_name(context, bus, BUS_LIMIT)}/*")


def rule_name(context: Context, bus: str, rule: str) -> str:
    """The full name of a rule."""
    return shorten(f"{context.prefix}-{bus}-{rule}", RULE_LIMIT)


def _with_ending(name: str, ending: str) -> str:
    stem = name.removesuffix(FIFO)
    return f"{stem}-{ending}{name[len(stem) :]}"


def _arn(service: str, resource: str) -> Sub:
    from troposphere import Sub

    return Sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")
