"""Changes of a global table that call a function. Every region's stream has every change, whoever made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blocks import FIFO
from blueprints.compute.wiring import let
from blueprints.faults import Fault
from blueprints.lookup import Kind, look_up
from blueprints.messaging_names import queue_arn
from blueprints.naming import table_name
from blueprints.options import option, plain
from blueprints.parameters import RELEASE, camel, declare
from blueprints.regional import by_role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template

    from blueprints.compute.function import PublishedFunction
    from blueprints.context import Context

WHERE = ("primary", "all")


@dataclass(frozen=True, slots=True)
class StreamSource:
    """A table and the function that works on its changes, in order for each key.

    The function answers as for queues: `{"batchItemFailures": [{"itemIdentifier": sequenceNumber}]}` with the first
    that failed. A batch that fails is halved until the bad change stands alone, which then goes to `failures`.
    """

    function: str = option(doc="Function to call, by its name.")
    failures: str = option(doc="Standard queue of infra that is told which changes were given up.")
    table: str = option("", "Table, as named in infra; by default the source's own name.")
    regions: str = option("primary", "Where it runs: each change is in the stream of every region.", choices=WHERE)
    start: str = option("LATEST", "Where a new source begins.", choices=("LATEST", "TRIM_HORIZON"))
    batch_size: int = option(100, "Most changes of a call.", minimum=1, maximum=10000)
    window: int = option(0, "Seconds to wait for a batch to fill.", minimum=0, maximum=300)
    parallel: int = option(1, "Calls at once for each shard; the order stays for each key.", minimum=1, maximum=10)
    retries: int = option(5, "Tries after the first.", minimum=0, maximum=10000)
    max_age: int = option(3600, "Seconds after which a change is given up.", minimum=60, maximum=604800)
    filters: tuple[Mapping[str, object], ...] = option((), "Lambda event filters: changes that match one of them.")

    def faults(self) -> Iterator[Fault]:
        """A queue that Lambda cannot send to."""
        if self.failures.endswith(FIFO):
            yield Fault("failures", "Lambda sends what it gives up to standard queues only", "name a standard queue")


def add_stream_source(
    template: Template, context: Context, name: str, source: StreamSource, function: PublishedFunction
) -> None:
    """An event-source mapping on the function's alias. The stream's ARN ends in a time and is looked up, with every
    release again: a table made anew has a new one."""
    from troposphere.awslambda import DestinationConfig, EventSourceMapping, Filter, FilterCriteria, OnFailure

    table = table_name(context, source.table or name)
    stream = look_up(
        template,
        context,
        f"Stream{camel(name)}Arn",
        Kind.STREAM,
        table,
        layer="compute",
        again={"Release": declare(template, RELEASE)},
    )
    _let_read(template, context, name, source, function, table)
    template.add_resource(
        EventSourceMapping(
            f"Stream{camel(name)}",
            DependsOn=[f"{function.title}Role"],
            FunctionName=function.alias,
            EventSourceArn=stream,
            Enabled=True if source.regions == "all" else by_role(template, primary=True, secondary=False),
            StartingPosition=source.start,
            BatchSize=source.batch_size,
            ParallelizationFactor=source.parallel,
            BisectBatchOnFunctionError=True,
            MaximumRetryAttempts=source.retries,
            MaximumRecordAgeInSeconds=source.max_age,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            DestinationConfig=DestinationConfig(OnFailure=OnFailure(Destination=queue_arn(context, source.failures))),
            **({"MaximumBatchingWindowInSeconds": source.window} if source.window else {}),
            **(
                {"FilterCriteria": FilterCriteria(Filters=[Filter(Pattern=_text(one)) for one in source.filters])}
                if source.filters
                else {}
            ),
        )
    )


def _let_read(
    template: Template, context: Context, name: str, source: StreamSource, function: PublishedFunction, table: str
) -> None:
    from troposphere import Sub

    here = "${AWS::Region}:${AWS::AccountId}"
    streams = Sub(f"arn:${{AWS::Partition}}:dynamodb:{here}:table/{table}/stream/*")
    reads = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
    let(
        template,
        function,
        f"stream-{name}",
        [
            {"Effect": "Allow", "Action": reads, "Resource": streams},
            {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": queue_arn(context, source.failures)},
        ],
    )


def _text(pattern: Mapping[str, object]) -> str:
    import json

    return json.dumps(plain(pattern), sort_keys=True, separators=(",", ":"))
