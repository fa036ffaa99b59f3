"""Queues, topics and buses together: who sends to whom decides what each queue lets in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from blueprints.infra.buses import BusOptions, add_buses, bus_faults, bus_senders
from blueprints.infra.queues import QueueOptions, add_queues, queue_faults, queue_names
from blueprints.infra.topics import TopicOptions, add_topics, topic_faults, topic_senders
from blueprints.messaging_names import undelivered_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template

    from blueprints.context import Context
    from blueprints.faults import Fault


def add_messaging(
    template: Template,
    context: Context,
    queues: Mapping[str, QueueOptions],
    topics: Mapping[str, TopicOptions],
    buses: Mapping[str, BusOptions],
) -> None:
    """Every queue, topic and bus, and what flows between them."""
    from_topics, from_buses = topic_senders(context, topics), bus_senders(context, buses)
    names = sorted({*from_topics, *from_buses})
    senders = {name: [*from_topics.get(name, ()), *from_buses.get(name, ())] for name in names}
    add_queues(template, context, queues, senders)
    add_topics(template, context, topics)
    add_buses(template, context, buses)


def messaging_faults(
    queues: Mapping[str, QueueOptions], topics: Mapping[str, TopicOptions], buses: Mapping[str, BusOptions]
) -> Iterator[Fault]:
    """What cannot work, by its path below the options of infra."""
    names = {name for entry, options in queues.items() for name in queue_names(entry, options)}
    yield from queue_faults(queues)
    yield from topic_faults(topics, names)
    yield from bus_faults(buses, names | {undelivered_name(topic) for topic in topics})
