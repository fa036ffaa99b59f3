"""What calls functions: queues and streams that Lambda polls, topics and rules that call by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blocks import name_faults
from blueprints.compute.polled_queues import (
    QueueSource,
    add_queue_source,
    queue_concurrency_faults,
    queue_source_faults,
)
from blueprints.compute.polled_streams import StreamSource, add_stream_source
from blueprints.compute.subscribed import RuleSource, TopicSource, add_rule_source, add_topic_source
from blueprints.compute.wiring import function_fault
from blueprints.faults import Fault, suggestion
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from troposphere import Template

    from blueprints.compute.function import PublishedFunction
    from blueprints.compute.function_options import FunctionOptions
    from blueprints.context import Context


@dataclass(frozen=True, slots=True)
class Sources:
    """Each by a name of its own, which is the name of the queue, table or topic too unless that is given."""

    queues: Mapping[str, QueueSource] = option({}, "Queues whose messages a function works on.")
    streams: Mapping[str, StreamSource] = option({}, "Tables whose changes a function works on.")
    topics: Mapping[str, TopicSource] = option({}, "Topics that call a function.")
    rules: Mapping[str, RuleSource] = option({}, "Events that call a function.")


def add_sources(
    template: Template, context: Context, sources: Sources, functions: Mapping[str, PublishedFunction]
) -> None:
    """Every source, with what its function's role needs for it."""
    for name, queue in sources.queues.items():
        add_queue_source(template, context, name, queue, functions[queue.function])
    for name, stream in sources.streams.items():
        add_stream_source(template, context, name, stream, functions[stream.function])
    for name, topic in sources.topics.items():
        add_topic_source(template, context, name, topic, functions[topic.function])
    for name, rule in sources.rules.items():
        add_rule_source(template, context, name, rule, functions.get(rule.function))


def source_faults(
    sources: Sources, functions: Mapping[str, FunctionOptions], workflows: Collection[str]
) -> Iterator[Fault]:
    """What cannot work, by its path below the options of compute. `functions` and `workflows` are those that there will
    be, by their names."""
    yield from name_faults("sources.queues", sources.queues, fifo=True)
    yield from name_faults("sources.streams", sources.streams)
    yield from name_faults("sources.topics", sources.topics, fifo=True)
    yield from name_faults("sources.rules", sources.rules)
    named = {
        **{f"queues.{name}": one.function for name, one in sources.queues.items()},
        **{f"streams.{name}": one.function for name, one in sources.streams.items()},
        **{f"topics.{name}": one.function for name, one in sources.topics.items()},
        **{f"rules.{name}": one.function for name, one in sources.rules.items() if one.function},
    }
    for path, function in named.items():
        yield from function_fault(f"sources.{path}.function", function, functions)
    for name, queue in sources.queues.items():
        yield from queue_source_faults(f"sources.queues.{name}", name, queue)
    reserved = {name: one.reserved_concurrency for name, one in functions.items()}
    bounded = {name: most for name, most in reserved.items() if most is not None}
    yield from queue_concurrency_faults(sources.queues, bounded)
    for name, rule in sources.rules.items():
        if rule.workflow and rule.workflow not in workflows:
            message = f"there is no workflow {rule.workflow!r}"
            yield Fault(f"sources.rules.{name}.workflow", message, suggestion(rule.workflow, workflows))
    for name, topic in sources.topics.items():
        if (topic.topic or name).endswith(".fifo"):
            fix = "let it send to a FIFO queue, and poll that"
            yield Fault(f"sources.topics.{name}", "a FIFO topic cannot call a function", fix)
