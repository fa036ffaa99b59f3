"""What becomes of events that nobody waits for: tried again, too old, done, failed.

The settings belong to the alias: a release keeps them, and calls of a version by its number have Lambda's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.faults import Fault
from blueprints.naming import ALIAS, BUS_LIMIT, QUEUE_LIMIT, TOPIC_LIMIT, function_name, resource_name
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Ref, Sub, Template

    from blueprints.compute.roles import Statement
    from blueprints.context import Context


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the record of a call goes: exactly one of these, by the name that infra or compute gives it."""

    queue: str = option("", "A standard queue.")
    topic: str = option("", "A standard topic.")
    bus: str = option("", "An event bus.")
    function: str = option("", "A function of this application, by its alias.")

    def faults(self) -> Iterator[Fault]:
        """What cannot work, by its path."""
        yield from _one_of({"queue": self.queue, "topic": self.topic, "bus": self.bus, "function": self.function})


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Where the events go that could not be handled: one of the two, by the name that infra gives it."""

    queue: str = option("", "A standard queue.")
    topic: str = option("", "A standard topic.")

    def faults(self) -> Iterator[Fault]:
        """What cannot work, by its path."""
        yield from _one_of({"queue": self.queue, "topic": self.topic})

    def destination(self) -> Destination:
        """The same place among all that there can be."""
        return Destination(queue=self.queue, topic=self.topic)


@dataclass(frozen=True, slots=True)
class Asynchronous:
    """Asynchronous calls of a function: attempts, age and where they end."""

    retry_attempts: int = option(2, "How often a failed event is tried again.", minimum=0, maximum=2)
    maximum_event_age: int = option(21600, "Seconds after which an event is given up.", minimum=60, maximum=21600)
    on_success: Destination | None = option(None, "Where the record of a handled event goes.")
    on_failure: Destination | None = option(None, "Where the record of an event goes that was given up.")


def asynchronous_statements(
    context: Context, asynchronous: Asynchronous | None, dead_letters: DeadLetters | None
) -> list[Statement]:
    """What the function's own role needs: Lambda sends the events in its name."""
    ends = [asynchronous.on_success, asynchronous.on_failure] if asynchronous else []
    ends += [dead_letters.destination()] if dead_letters else []
    # Each once: what is too old and what failed may end in the same place.
    return [
        {"Effect": "Allow", "Action": [_place(context, end)[0]], "Resource": end_arn(context, end)}
        for end in dict.fromkeys(end for end in ends if end is not None)
    ]


def add_asynchronous(template: Template, context: Context, title: str, function: Ref, options: Asynchronous) -> None:
    """The settings of the function's alias, whose logical id is `<title>Live`."""
    from troposphere.awslambda import DestinationConfig, EventInvokeConfig, OnFailure, OnSuccess

    ends = {
        **({"OnSuccess": OnSuccess(Destination=end_arn(context, options.on_success))} if options.on_success else {}),
        **({"OnFailure": OnFailure(Destination=end_arn(context, options.on_failure))} if options.on_failure else {}),
    }
    template.add_resource(
        EventInvokeConfig(
            f"{title}Asynchronous",
            # By name, and so after it by order only: a reference would be to its ARN, and the type wants the name.
            DependsOn=[f"{title}Live"],
            FunctionName=function,
            Qualifier=ALIAS,
            MaximumRetryAttempts=options.retry_attempts,
            MaximumEventAgeInSeconds=options.maximum_event_age,
            **({"DestinationConfig": DestinationConfig(**ends)} if ends else {}),
        )
    )


def end_arn(context: Context, end: Destination) -> Sub:
    """The ARN of where events end, in this region."""
    from troposphere import Sub

    _, service, resource = _place(context, end)
    return Sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")


def _place(context: Context, end: Destination) -> tuple[str, str, str]:
    """What it takes to send there, the service, and the resource as its ARN ends."""
    if end.queue:
        return "sqs:SendMessage", "sqs", resource_name(context, end.queue, QUEUE_LIMIT)
    if end.topic:
        return "sns:Publish", "sns", resource_name(context, end.topic, TOPIC_LIMIT)
    if end.bus:
        return "events:PutEvents", "events", f"event-bus/{resource_name(context, end.bus, BUS_LIMIT)}"
    return "lambda:InvokeFunction", "lambda", f"function:{function_name(context, end.function)}:{ALIAS}"


def _one_of(given: dict[str, str]) -> Iterator[Fault]:
    chosen = [name for name, value in given.items() if value]
    if len(chosen) != 1:
        yield Fault("", f"names {len(chosen)} places", f"give exactly one of {', '.join(given)}")
    for name in chosen:
        if given[name].endswith(".fifo"):
            yield Fault(name, f"{given[name]!r} is FIFO; Lambda sends to standard ones only", "name a standard one")
