"""The kinds of alarms: what is bad, for how long, and what it means that nothing was measured.

Nothing measured is good nearly everywhere: a region that stands by has no users, and must make no noise. Where a kind
differs, it says why. A few bad minutes among many are looked for, so that one slow minute wakes nobody, and a function
that is called every few minutes is still found.
"""

from __future__ import annotations

from dataclasses import dataclass

AT_LEAST = "GreaterThanOrEqualToThreshold"
BELOW = "LessThanThreshold"
OUTSIDE = "LessThanLowerOrGreaterThanUpperThreshold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`threshold` is in `unit`; `datapoints` of `periods` with `period` seconds each must be bad.

    `enabled` says whether there is such an alarm for whatever has the metric, when nobody says anything.
    """

    name: str
    threshold: float
    unit: str
    doc: str
    period: int = 60
    periods: int = 5
    datapoints: int = 3
    missing: str = "notBreaching"
    comparison: str = AT_LEAST
    enabled: bool = True


# Functions
ERROR_RATE = Kind(name="error-rate", threshold=5, unit="% of calls", periods=10, doc="Calls that end in an error.")
ERROR_COUNT = Kind(
    name="error-count",
    threshold=1,
    unit="errors a minute",
    doc="The same by number: for functions of which every error counts.",
    datapoints=1,
    periods=1,
    enabled=False,
)
THROTTLES = Kind(name="throttles", threshold=1, unit="calls a minute", doc="Calls refused for want of concurrency.")
DURATION = Kind(
    name="duration", threshold=80, unit="% of the timeout", periods=10, doc="The slowest percent of the calls (p99)."
)
INVOCATIONS = Kind(
    name="invocations",
    threshold=1,
    unit="calls in 5 minutes",
    doc="Nobody calls any more; only the primary region is expected to be called.",
    period=300,
    periods=3,
    # Lambda reports no zero: that nothing is measured is the very thing to find.
    missing="breaching",
    comparison=BELOW,
    enabled=False,
)
CONCURRENCY = Kind(
    name="concurrency", threshold=80, unit="% of the reserved", doc="How many run at once, where that is bounded."
)
MEMORY = Kind(name="memory-used", threshold=90, unit="% of the memory", doc="Used memory, where Insights measures it.")
SPILLOVER = Kind(name="spillover", threshold=1, unit="calls a minute", doc="Cold calls although some are kept warm.")
DROPPED_EVENTS = Kind(
    name="dropped-events",
    threshold=1,
    unit="events in 5 minutes",
    doc="Asynchronous events given up without having been worked on.",
    period=300,
    periods=1,
    datapoints=1,
)
ITERATOR_AGE = Kind(
    name="iterator-age", threshold=300, unit="seconds", doc="How far a function is behind the stream it reads."
)
ANOMALY = Kind(
    name="anomaly",
    threshold=3,
    unit="standard deviations",
    doc="Calls are unusually many or few; CloudWatch learns for two weeks what is usual.",
    period=300,
    comparison=OUTSIDE,
    enabled=False,
)

# Front door
SERVER_ERRORS = Kind(name="5xx", threshold=5, unit="% of requests", periods=10, doc="Answers that are our fault.")
CLIENT_ERRORS = Kind(
    name="4xx",
    threshold=50,
    unit="% of requests",
    periods=15,
    datapoints=10,
    doc="Answers that are said to be the caller's fault: a broken client, a scan, or we.",
    enabled=False,
)
LATENCY = Kind(name="latency", threshold=5000, unit="ms", periods=10, doc="The slowest percent of requests (p99).")
SOCKET_ERRORS = Kind(
    name="message-errors", threshold=5, unit="% of messages", periods=10, doc="WebSocket messages that failed."
)
BLOCKED = Kind(
    name="blocked", threshold=1000, unit="requests in 5 minutes", period=300, doc="Requests that the web ACL refused."
)
CANARY = Kind(
    name="canary",
    threshold=90,
    unit="% of visits",
    doc="A made-up user who gets no good answer.",
    period=300,
    periods=3,
    datapoints=2,
    # A canary that does not run sees nothing: that is no good news.
    missing="breaching",
    comparison=BELOW,
)

# Queues, streams, events, workflows
QUEUE_AGE = Kind(name="queue-age", threshold=600, unit="seconds", doc="How long the oldest message waits.")
DEAD_LETTERS = Kind(
    name="dead-letters",
    threshold=1,
    unit="messages",
    doc="Messages that nobody could work on; rings until the queue is empty.",
    period=300,
    periods=1,
    datapoints=1,
)
UNDELIVERED = Kind(
    name="undelivered",
    threshold=1,
    unit="messages",
    doc="Messages of a topic or a bus that did not arrive; rings until the queue is empty.",
    period=300,
    periods=1,
    datapoints=1,
)
FAILED_WORKFLOWS = Kind(
    name="failed-workflows",
    threshold=1,
    unit="executions in 5 minutes",
    doc="Workflows that failed or ran out of time.",
    period=300,
    periods=1,
    datapoints=1,
)
FAILED_EVENTS = Kind(
    name="failed-events",
    threshold=1,
    unit="events in 5 minutes",
    doc="Events of a rule that reached nobody.",
    period=300,
    periods=1,
    datapoints=1,
)
DROPPED_SCHEDULES = Kind(
    name="dropped-schedules",
    threshold=1,
    unit="starts in 5 minutes",
    doc="Scheduled starts given up after all tries.",
    period=300,
    periods=1,
    datapoints=1,
)

# Data
TABLE_THROTTLING = Kind(
    name="table-throttling", threshold=1, unit="requests a minute", doc="Reads and writes that a table refused."
)
SYSTEM_ERRORS = Kind(
    name="system-errors",
    threshold=1,
    unit="requests a minute",
    doc="Requests that DynamoDB itself failed.",
    enabled=False,
)
USER_ERRORS = Kind(
    name="user-errors",
    threshold=10,
    unit="requests a minute",
    doc="Requests that DynamoDB found wrong, of the whole account: it says no table.",
    enabled=False,
)
REPLICATION = Kind(
    name="replication",
    threshold=30,
    unit="seconds",
    doc="How long a change takes to another region: what a failover would lose.",
    periods=5,
    datapoints=5,
)
DATABASE_CPU = Kind(name="database-cpu", threshold=80, unit="%", doc="Processor of the database.", periods=10)
DATABASE_CAPACITY = Kind(
    name="database-capacity", threshold=90, unit="% of max_capacity", doc="Capacity units in use.", periods=10
)
DATABASE_CONNECTIONS = Kind(
    name="database-connections",
    threshold=500,
    unit="connections",
    doc="Connections to the database.",
    enabled=False,
)
DATABASE_LAG = Kind(
    name="database-lag",
    threshold=60,
    unit="seconds",
    doc="How far a region's copy of the database is behind.",
    datapoints=5,
)

# Containers
REJECTED = Kind(
    name="rejected-connections",
    threshold=1,
    unit="connections a minute",
    doc="Connections that a load balancer refused: it had too many.",
)
TARGET_ERRORS = Kind(name="target-errors", threshold=5, unit="% of requests", periods=10, doc="5xx of a service.")
UNHEALTHY_HOSTS = Kind(name="unhealthy-hosts", threshold=1, unit="tasks", doc="Tasks that fail their health check.")
NO_HEALTHY_HOST = Kind(
    name="no-healthy-host",
    threshold=1,
    unit="tasks",
    doc="No task of a service can be asked.",
    periods=3,
    # Nothing is measured while no task has its place behind the load balancer: before the first one is there, and
    # when all are gone, which the load balancer's own answers (5xx) tell.
    missing="ignore",
    comparison=BELOW,
)
MISSING_TASKS = Kind(
    name="missing-tasks",
    threshold=1,
    unit="tasks",
    periods=10,
    datapoints=8,
    doc="Tasks that should run and do not, where Container Insights counts them.",
)
SERVICE_CPU = Kind(name="service-cpu", threshold=85, unit="%", periods=10, doc="Processor of a service.")
SERVICE_MEMORY = Kind(name="service-memory", threshold=90, unit="%", periods=10, doc="Memory of a service.")

OWN = Kind(name="own", threshold=1, unit="as given", doc="A metric of the application's own.")

KINDS: dict[str, Kind] = {
    one.name: one
    for one in (
        *(ERROR_RATE, ERROR_COUNT, THROTTLES, DURATION, INVOCATIONS, CONCURRENCY, MEMORY, SPILLOVER),
        *(DROPPED_EVENTS, ITERATOR_AGE, ANOMALY),
        *(SERVER_ERRORS, CLIENT_ERRORS, LATENCY, SOCKET_ERRORS, BLOCKED, CANARY),
        *(QUEUE_AGE, DEAD_LETTERS, UNDELIVERED, FAILED_WORKFLOWS, FAILED_EVENTS, DROPPED_SCHEDULES),
        *(TABLE_THROTTLING, SYSTEM_ERRORS, USER_ERRORS, REPLICATION),
        *(DATABASE_CPU, DATABASE_CAPACITY, DATABASE_CONNECTIONS, DATABASE_LAG),
        *(REJECTED, TARGET_ERRORS, UNHEALTHY_HOSTS, NO_HEALTHY_HOST, MISSING_TASKS, SERVICE_CPU, SERVICE_MEMORY),
        OWN,
    )
}
