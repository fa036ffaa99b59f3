"""Event buses with an archive, rules that send to queues, and a queue for what could not be delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.blocks import FIFO, name_faults
from blueprints.faults import Fault, suggestion
from blueprints.infra.queues import Sender, add_catching_queue, queue_title
from blueprints.messaging_names import EVENTS, rule_name, rules_arn, undelivered_name
from blueprints.naming import BUS_LIMIT, resource_name, shorten
from blueprints.options import option, plain
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from troposphere import Template

    from blueprints.context import Context

ARCHIVE_LIMIT = 48
MOST_TARGETS = 5  # of one rule


@dataclass(frozen=True, slots=True)
class QueueRuleOptions:
    """Events that go to queues. Rules that call functions or start workflows stand in compute."""

    pattern: Mapping[str, object] = option(doc="EventBridge event pattern.")
    queues: tuple[str, ...] = option(
        doc="Queues that get a copy, by their names under `queues`; no FIFO ones.", unique=True
    )


@dataclass(frozen=True, slots=True)
class BusOptions:
    """An event bus of the region."""

    archive_days: int = option(0, "Keep all events so long, to play them again; 0 for no archive.", minimum=0)
    rules: Mapping[str, QueueRuleOptions] = option({}, "Rules by name.")


def bus_title(name: str) -> str:
    """The logical id of a bus."""
    return f"Bus{camel(name)}"


def bus_senders(context: Context, buses: Mapping[str, BusOptions]) -> dict[str, list[Sender]]:
    """Which buses send to a queue, by the queue's name."""
    senders: dict[str, list[Sender]] = {}
    for name, bus in buses.items():
        for queue in sorted({queue for rule in bus.rules.values() for queue in rule.queues}):
            senders.setdefault(queue, []).append(Sender(EVENTS, rules_arn(context, name)))
    return senders


def add_buses(template: Template, context: Context, buses: Mapping[str, BusOptions]) -> None:
    """Every bus with its rules, its archive and its queue of undelivered events.

    The queues it sends to must stand in the same template (see `bus_senders`).
    """
    for name, bus in buses.items():
        _add_bus(template, context, name, bus)
        add_catching_queue(template, context, undelivered_name(name), [Sender(EVENTS, rules_arn(context, name))])
        for rule, options in bus.rules.items():
            _add_rule(template, context, name, rule, options)


def bus_faults(buses: Mapping[str, BusOptions], queues: Collection[str]) -> Iterator[Fault]:
    """`queues` are the names of the queues that there will be."""
    yield from name_faults("buses", buses)
    for name, bus in buses.items():
        yield from name_faults(f"buses.{name}.rules", bus.rules)
        if undelivered_name(name) in queues:
            yield Fault(f"buses.{name}", f"makes a queue {undelivered_name(name)!r}, and there is one", "rename it")
        for rule, options in bus.rules.items():
            path = f"buses.{name}.rules.{rule}"
            if not options.pattern:
                yield Fault(f"{path}.pattern", "matches nothing", "give a pattern, such as {source: [orders]}")
            if not 1 <= len(options.queues) <= MOST_TARGETS:
                yield Fault(f"{path}.queues", f"{len(options.queues)} queues", f"a rule has 1 to {MOST_TARGETS}")
            for at, queue in enumerate(options.queues):
                if queue not in queues:
                    yield Fault(f"{path}.queues[{at}]", f"there is no queue {queue!r}", suggestion(queue, queues))
                elif queue.endswith(FIFO):
                    yield Fault(f"{path}.queues[{at}]", "events have no message group", "send to a standard queue")


def _add_bus(template: Template, context: Context, name: str, options: BusOptions) -> None:
    from troposphere import GetAtt
    from troposphere.events import Archive, EventBus

    bus = template.add_resource(EventBus(bus_title(name), Name=resource_name(context, name, BUS_LIMIT)))
    if options.archive_days:
        template.add_resource(
            Archive(
                f"{bus_title(name)}Archive",
                ArchiveName=shorten(f"{context.prefix}-{name}", ARCHIVE_LIMIT),
                SourceArn=GetAtt(bus, "Arn"),
                RetentionDays=options.archive_days,
                DeletionPolicy="RetainExceptOnCreate",
                UpdateReplacePolicy="Retain",
            )
        )


def _add_rule(template: Template, context: Context, bus: str, rule: str, options: QueueRuleOptions) -> None:
    from troposphere import GetAtt, Ref
    from troposphere.events import DeadLetterConfig, Rule, Target

    undelivered = queue_title(undelivered_name(bus))
    template.add_resource(
        Rule(
            f"{bus_title(bus)}Rule{camel(rule)}",
            DependsOn=sorted({f"{undelivered}Policy", *(f"{queue_title(queue)}Policy" for queue in options.queues)}),
            Name=rule_name(context, bus, rule),
            EventBusName=Ref(bus_title(bus)),
            EventPattern=plain(options.pattern),
            Targets=[
                Target(
                    Id=queue,
                    Arn=GetAtt(queue_title(queue), "Arn"),
                    DeadLetterConfig=DeadLetterConfig(Arn=GetAtt(undelivered, "Arn")),
                )
                for queue in options.queues
            ],
        )
    )
