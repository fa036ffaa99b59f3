"""Queues, standard and FIFO, each with dead letters of its own; priority and surge queues beside them, and shards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blocks import FIFO, name_faults
from blueprints.faults import Fault
from blueprints.messaging_names import dead_letter_name, queue_arn
from blueprints.naming import QUEUE_LIMIT, resource_name
from blueprints.options import option
from blueprints.parameters import camel
from blueprints.shards import MOST_SHARDS, shard_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from troposphere import Sub, Template

    from blueprints.context import Context

VISIBILITY_FACTOR = 6  # AWS: at least six times the function's timeout, so that throttled batches can be tried again
LONGEST_FUNCTION_S = 900
DEAD_LETTER_DAYS = 14  # the longest there is: a dead letter keeps the age that it had in its queue
COMMON_POLICY = "QueuesPolicy"
_DAY_S = 86400


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """A queue; one whose name ends in `.fifo` keeps the order within a group."""

    consumer_timeout: int = option(
        10,
        "Timeout of the function that works on it, seconds: a message stays hidden six times as long.",
        minimum=1,
        maximum=LONGEST_FUNCTION_S,
    )
    retention_days: int = option(4, "How long a message waits.", minimum=1, maximum=14)
    max_receives: int = option(5, "Tries before a message goes to the dead letters.", minimum=1, maximum=1000)
    delay: int = option(0, "Seconds before a message can be received.", minimum=0, maximum=900)
    content_based_deduplication: bool = option(False, "FIFO: the same content within five minutes is one message.")
    high_throughput: bool = option(False, "FIFO: limits count per message group instead of per queue.")
    priority: bool = option(False, "A second queue `<name>-priority`, for what must not wait behind the others.")
    surge: bool = option(False, "A second queue `<name>-surge`, to which a consumer sets aside what has become old.")
    shards: int | None = option(
        None, "So many queues `<name>-0`, `<name>-1`, ... in place of one.", minimum=2, maximum=MOST_SHARDS
    )


@dataclass(frozen=True, slots=True)
class Sender:
    """A service that may send to a queue in the name of one resource: `sns.amazonaws.com`, its ARN or a pattern."""

    service: str
    source: Sub


def queue_names(name: str, options: QueueOptions) -> tuple[str, ...]:
    """Every queue that one entry makes, without dead letters. All may be used by these names in compute."""
    stem, ending = (name.removesuffix(FIFO), FIFO) if name.endswith(FIFO) else (name, "")
    names = [shard_name(name, shard) for shard in range(options.shards)] if options.shards else [name]
    beside = [kind for kind, there in (("priority", options.priority), ("surge", options.surge)) if there]
    return (*names, *(f"{stem}-{kind}{ending}" for kind in beside))


def add_queues(
    template: Template,
    context: Context,
    queues: Mapping[str, QueueOptions],
    senders: Mapping[str, Sequence[Sender]],
) -> tuple[str, ...]:
    """Every queue with its dead letters; `senders` by the queue's name. Returns the names of all but dead letters."""
    names = [(name, options) for entry, options in queues.items() for name in queue_names(entry, options)]
    if names:
        dead = [dead_letter_name(name) for name, _ in names]
        _add_common_policy(template, context, [*dead, *(name for name, _ in names if not senders.get(name))])
    for name, options in names:
        _add_pair(template, context, name, options, senders.get(name, ()))
    return tuple(name for name, _ in names)


def add_catching_queue(template: Template, context: Context, name: str, senders: Sequence[Sender]) -> None:
    """A queue that only keeps what others could not deliver or work on, as long as it can."""
    _add_queue(template, context, name, senders, MessageRetentionPeriod=DEAD_LETTER_DAYS * _DAY_S)


def queue_title(name: str) -> str:
    """The logical id of a queue."""
    return f"Queue{camel(name)}"


def queue_faults(queues: Mapping[str, QueueOptions]) -> Iterator[Fault]:
    """Names that cannot be used, names made twice, and options of FIFO queues on others."""
    yield from name_faults("queues", queues, fifo=True)
    made: dict[str, str] = {}
    for entry, options in queues.items():
        path = f"queues.{entry}"
        for name in queue_names(entry, options):
            for one in (name, dead_letter_name(name)):
                other = made.setdefault(queue_title(one), entry)
                if other != entry:
                    yield Fault(path, f"makes a queue {one!r}, and so does {other!r}", "rename one of the two")
        if not entry.endswith(FIFO):
            for flag in ("content_based_deduplication", "high_throughput"):
                if getattr(options, flag):
                    yield Fault(f"{path}.{flag}", "is for FIFO queues only", f"name the queue {entry}{FIFO}")


def _add_pair(
    template: Template, context: Context, name: str, options: QueueOptions, senders: Sequence[Sender]
) -> None:
    from troposphere import GetAtt
    from troposphere.sqs import RedrivePolicy

    dead = dead_letter_name(name)
    _add_queue(
        template,
        context,
        dead,
        (),
        MessageRetentionPeriod=DEAD_LETTER_DAYS * _DAY_S,
        RedriveAllowPolicy={"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn(context, name)]},
    )
    _add_queue(
        template,
        context,
        name,
        senders,
        MessageRetentionPeriod=options.retention_days * _DAY_S,
        VisibilityTimeout=options.consumer_timeout * VISIBILITY_FACTOR,
        RedrivePolicy=RedrivePolicy(
            deadLetterTargetArn=GetAtt(queue_title(dead), "Arn"), maxReceiveCount=options.max_receives
        ),
        **({"DelaySeconds": options.delay} if options.delay else {}),
        **({"ContentBasedDeduplication": True} if options.content_based_deduplication else {}),
        **(
            {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
            if options.high_throughput
            else {}
        ),
    )


def _add_queue(
    template: Template, context: Context, name: str, senders: Sequence[Sender], **properties: object
) -> None:
    from troposphere import GetAtt
    from troposphere.sqs import Queue

    queue = template.add_resource(
        Queue(
            queue_title(name),
            QueueName=resource_name(context, name, QUEUE_LIMIT),
            SqsManagedSseEnabled=True,
            **({"FifoQueue": True} if name.endswith(FIFO) else {}),
            # Not on a first creation that rolls back: the name would be taken at the next try.
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
            **properties,
        )
    )
    if senders:
        _add_policy(template, f"{queue_title(name)}Policy", [name], _statements(GetAtt(queue, "Arn"), senders))


def _add_common_policy(template: Template, context: Context, names: Sequence[str]) -> None:
    """One policy for all queues to which only roles send: one for each would be a third of a template that may have
    51,200 bytes."""
    from troposphere import Sub

    queues = Sub(f"arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:{context.prefix}-*")
    _add_policy(template, COMMON_POLICY, sorted(names), _statements(queues, ()))


def _add_policy(template: Template, title: str, names: Sequence[str], statements: list[dict[str, object]]) -> None:
    """A queue that gets its first sender moves from the common policy to its own. The common one goes first: taking a
    queue out of it clears the queue's policy, whoever has set it."""
    from troposphere import Ref
    from troposphere.sqs import QueuePolicy

    template.add_resource(
        QueuePolicy(
            title,
            **({"DependsOn": [COMMON_POLICY]} if COMMON_POLICY in template.resources else {}),
            Queues=[Ref(queue_title(name)) for name in names],
            PolicyDocument={"Version": "2012-10-17", "Statement": statements},
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
        )
    )


def _statements(arn: object, senders: Sequence[Sender]) -> list[dict[str, object]]:
    statements: list[dict[str, object]] = [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    for service in sorted({sender.service for sender in senders}):
        sources = [sender.source for sender in senders if sender.service == service]
        statements.append(
            {
                "Sid": camel(service.split(".")[0]),
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                # The ARNs name the account: nobody else's topic or rule is let in.
                "Condition": {"ArnLike": {"aws:SourceArn": sources}},
            }
        )
    return statements
