"""What of the infra layer is watched: every table, queue, topic, bus and database that is on; and who hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.faults import Fault
from blueprints.infra.key import let_use_key
from blueprints.infra.queues import queue_names
from blueprints.messaging_names import dead_letter_name, undelivered_name
from blueprints.monitoring.data import account_watches, database_watches, table_watches
from blueprints.monitoring.events import queue_watches, undelivered_watches
from blueprints.monitoring.own import own_watches
from blueprints.monitoring.region import add_watched
from blueprints.monitoring.topic import add_alarm_topic, alarm_key_statement
from blueprints.monitoring.watch import alarm_faults
from blueprints.naming import ALARM_TOPIC, QUEUE_LIMIT, database_cluster_name, resource_name, table_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import GetAtt, Template

    from blueprints.context import Context
    from blueprints.infra.options import InfraOptions
    from blueprints.infra.queues import QueueOptions
    from blueprints.monitoring.watch import Watch


def add_monitoring(template: Template, context: Context, options: InfraOptions, *, key: GetAtt) -> None:
    """The topic of alarms and the alarms of the layer. `key` is that of `add_key`. Call it at the end."""
    if options.alarm_topic is not None:
        let_use_key(template, alarm_key_statement(context))
        add_alarm_topic(template, context, options.alarm_topic, key=key)
    add_watched(template, context, "infra", tuple(watches(context, options)), options.monitoring)


def monitoring_faults(context: Context, options: InfraOptions) -> Iterator[Fault]:
    """What cannot be, by its path below the options of infra."""
    yield from alarm_faults("monitoring", options.monitoring, tuple(watches(context, options)))
    if options.monitoring.notify != "nobody" and options.alarm_topic is None:
        yield Fault("monitoring.notify", "there is no topic to tell", "give `alarm_topic`, or write nobody")
    if options.alarm_topic is not None and ALARM_TOPIC in options.topics:
        yield Fault(f"topics.{ALARM_TOPIC}", "is the name of the topic of alarms", "rename it")


def watches(context: Context, options: InfraOptions) -> Iterator[Watch]:
    """Everything that can have an alarm, in the order of the options."""
    for name in (*filter(None, (options.table,)), *options.tables):
        yield from table_watches(name, table=table_name(context, name), regions=context.regions)
    yield from account_watches()
    for entry, queue in options.queues.items():
        yield from _queue_watches(context, entry, queue)
    for name in (*options.topics, *options.buses):
        queue_name = resource_name(context, undelivered_name(name), QUEUE_LIMIT)
        yield from undelivered_watches(name, queue=queue_name)
    if options.database is not None:
        yield from database_watches(database_cluster_name(context))
    yield from own_watches(options.monitoring.metrics)


def _queue_watches(context: Context, entry: str, options: QueueOptions) -> Iterator[Watch]:
    """The queue itself (all its shards together), then those beside it."""
    names = queue_names(entry, options)
    parts = [(entry, names[: options.shards or 1]), *((name, (name,)) for name in names[options.shards or 1 :])]
    for subject, queues in parts:
        yield from queue_watches(
            subject,
            queues=[resource_name(context, name, QUEUE_LIMIT) for name in queues],
            dead_letters=[resource_name(context, dead_letter_name(name), QUEUE_LIMIT) for name in queues],
            old_is_bad=not (options.surge and subject == names[-1]),
        )
