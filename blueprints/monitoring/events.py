"""What is watched of what works without anybody waiting: queues, topics, rules, schedules, workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.monitoring import kinds
from blueprints.monitoring.watch import Metric, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from blueprints.monitoring.kinds import Kind

MOST_METRICS = 10  # that an alarm may read
WAITING = "ApproximateNumberOfMessagesVisible"


def queue_watches(
    subject: str, *, queues: Sequence[str], dead_letters: Sequence[str], old_is_bad: bool = True
) -> Iterator[Watch]:
    """Age of the oldest message, and dead letters; of the shards of a queue together, ten to an alarm. Full names.

    `old_is_bad` is false for a queue to which old messages are set aside on purpose.
    """
    if old_is_bad:
        yield from _worst(kinds.QUEUE_AGE, subject, queues, "ApproximateAgeOfOldestMessage")
    yield from _worst(kinds.DEAD_LETTERS, subject, dead_letters, WAITING)


def undelivered_watches(subject: str, *, queue: str) -> Iterator[Watch]:
    """The queue in which a topic or a bus leaves what it could not deliver, by its full name."""
    yield _one(kinds.UNDELIVERED, subject, queue_metric(queue, WAITING))


def queue_metric(queue: str, name: str, statistic: str = "Maximum") -> Metric:
    """A metric of SQS by the queue's full name."""
    return Metric(namespace="AWS/SQS", name=name, statistic=statistic, dimensions=(("QueueName", queue),))


def rule_watches(subject: str, *, rule: str, bus: str) -> Iterator[Watch]:
    """Events of a rule that reached nobody; `bus` is empty for the account's own."""
    dimensions: tuple[tuple[str, object], ...] = (("RuleName", rule),)
    if bus:
        dimensions = (("EventBusName", bus), *dimensions)
    failed = Metric(namespace="AWS/Events", name="FailedInvocations", statistic="Sum", dimensions=dimensions)
    yield _one(kinds.FAILED_EVENTS, subject, failed)


def schedule_watches(group: str) -> Iterator[Watch]:
    """All schedules of a group together: EventBridge Scheduler measures by group."""
    dropped = Metric(
        namespace="AWS/Scheduler",
        name="InvocationDroppedCount",
        statistic="Sum",
        dimensions=(("ScheduleGroup", group),),
    )
    yield _one(kinds.DROPPED_SCHEDULES, "schedules", dropped)


def workflow_watches(subject: str, *, arn: object) -> Iterator[Watch]:
    """Executions of a state machine that failed or ran out of time."""
    yield Watch(
        kind=kinds.FAILED_WORKFLOWS,
        subject=subject,
        metrics=(
            ("failed", workflow_metric(arn, "ExecutionsFailed")),
            ("late", workflow_metric(arn, "ExecutionsTimedOut")),
        ),
        expression="FILL(failed, 0) + FILL(late, 0)",
    )


def workflow_metric(arn: object, name: str) -> Metric:
    """A metric of Step Functions."""
    return Metric(namespace="AWS/States", name=name, statistic="Sum", dimensions=(("StateMachineArn", arn),))


def _worst(kind: Kind, subject: str, queues: Sequence[str], name: str) -> Iterator[Watch]:
    for at in range(0, len(queues), MOST_METRICS):
        part = queues[at : at + MOST_METRICS]
        metrics = tuple((f"m{number}", queue_metric(queue, name)) for number, queue in enumerate(part))
        yield Watch(
            kind=kind,
            subject=subject,
            metrics=metrics,
            expression="MAX(METRICS())" if len(part) > 1 else "",
            end=str(at // MOST_METRICS + 1) if at else "",
        )


def _one(kind: Kind, subject: str, metric: Metric) -> Watch:
    return Watch(kind=kind, subject=subject, metrics=(("value", metric),))
