"""Queues that Lambda polls: batches of which only the failed part comes back, and a bound on how many run at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blocks import FIFO
from blueprints.compute.wiring import let
from blueprints.faults import Fault
from blueprints.messaging_names import queue_arn
from blueprints.options import option
from blueprints.parameters import camel
from blueprints.shards import MOST_SHARDS, shard_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from troposphere import Template

    from blueprints.compute.function import PublishedFunction
    from blueprints.context import Context

FIFO_BATCH = 10
BATCH_WITHOUT_WINDOW = 10


@dataclass(frozen=True, slots=True)
class QueueSource:
    """A queue of infra and the function that works on it.

    The function answers `{"batchItemFailures": [{"itemIdentifier": messageId}, ...]}`: those come back, the others are
    done. The queue's `consumer_timeout` in infra is the function's timeout, or more.
    """

    function: str = option(doc="Function to call, by its name.")
    queue: str = option("", "Queue, as named in infra; by default the source's own name.")
    batch_size: int = option(10, "Most messages of a call.", minimum=1, maximum=10000)
    window: int = option(0, "Seconds to wait for a batch to fill.", minimum=0, maximum=300)
    concurrency: int | None = option(
        None, "Most calls at once for this queue (each of its shards).", minimum=2, maximum=1000
    )
    shards: int | None = option(None, "As given to the queue in infra.", minimum=2, maximum=MOST_SHARDS)


def add_queue_source(
    template: Template, context: Context, name: str, source: QueueSource, function: PublishedFunction
) -> None:
    """An event-source mapping on the function's alias for the queue, or for each of its shards."""
    queue = source.queue or name
    queues = [shard_name(queue, shard) for shard in range(source.shards)] if source.shards else [queue]
    let(
        template,
        function,
        f"queue-{name.removesuffix(FIFO)}",
        [
            {
                "Effect": "Allow",
                "Action": [
                    "sqs:ChangeMessageVisibility",
                    "sqs:DeleteMessage",
                    "sqs:GetQueueAttributes",
                    "sqs:ReceiveMessage",
                ],
                "Resource": [queue_arn(context, one) for one in queues],
            }
        ],
    )
    for number, one in enumerate(queues):
        title = f"Source{camel(name)}{number if source.shards else ''}"
        _add_mapping(template, context, title, one, source, function)


def queue_source_faults(path: str, name: str, source: QueueSource) -> Iterator[Fault]:
    """Batches that Lambda refuses."""
    if (source.queue or name).endswith(FIFO):
        if source.batch_size > FIFO_BATCH:
            yield Fault(f"{path}.batch_size", f"{source.batch_size} from a FIFO queue", f"write {FIFO_BATCH} or less")
        if source.window:
            yield Fault(f"{path}.window", "a FIFO queue is not waited for", "leave it out")
    elif source.batch_size > BATCH_WITHOUT_WINDOW and not source.window:
        yield Fault(f"{path}.batch_size", f"{source.batch_size} need time to come together", "write a `window` of 1 up")


def queue_concurrency_faults(queues: Mapping[str, QueueSource], reserved: Mapping[str, int]) -> Iterator[Fault]:
    """Queues that together call a function more often at once than `reserved`, by its name, lets it run.

    What Lambda throttles comes back, and is set aside as dead letters without having been tried. 0 is meant: shut off.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
    """
    for function, most in reserved.items():
        calls = {
            name: one.concurrency * (one.shards or 1)
            for name, one in queues.items()
            if one.function == function and one.concurrency is not None
        }
        if 0 < most < sum(calls.values()):
            told = ", ".join(f"{name} {number}" for name, number in calls.items())
            yield Fault(
                f"functions.{function}.reserved_concurrency",
                f"{most} may run at once, and queues call {sum(calls.values())} ({told})",
                f"write {sum(calls.values())} or more, or give the queues less `concurrency`",
            )


def _add_mapping(
    template: Template, context: Context, title: str, queue: str, source: QueueSource, function: PublishedFunction
) -> None:
    from troposphere.awslambda import EventSourceMapping

    mapping = EventSourceMapping(
        title,
        # Lambda tries the role when the mapping is made.
        DependsOn=[f"{function.title}Role"],
        FunctionName=function.alias,
        EventSourceArn=queue_arn(context, queue),
        BatchSize=source.batch_size,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        **({"MaximumBatchingWindowInSeconds": source.window} if source.window else {}),
    )
    if source.concurrency is not None:
        # troposphere 4.11 knows another type's ScalingConfig under this name, without this property.
        mapping.properties["ScalingConfig"] = {"MaximumConcurrency": source.concurrency}
    template.add_resource(mapping)
