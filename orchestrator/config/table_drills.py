"""The keys of regions.yaml about traffic and drills: a part of the table of keys."""

from __future__ import annotations

from orchestrator.config.spec import Key, ListOf, Record, Text, Whole
from orchestrator.config.values import URL_PATH, seconds
from orchestrator.core.drill_windows import PATTERN

WINDOW = Text(
    what="hours of days in UTC such as daily 22:00-06:00, Mon-Thu,Sat 08:00-18:00 or Fri 16:00 - Mon 08:00",
    pattern=PATTERN,
    longest=64,
)

ALARM = Text(what="the name or ARN of a CloudWatch alarm", longest=320)

TRAFFIC = Record(
    keys=(
        Key(
            name="rate",
            spec=Whole(what="requests per second", least=0, most=100),
            default=5,
            doc="Requests per second during a run, over the hosts of all accounts together. 0 makes none.",
        ),
        Key(
            name="resolvers",
            spec=Whole(what="resolvers", least=1, most=16),
            default=4,
            doc="How many resolvers the requests go through, each with a cache of its own.",
        ),
        Key(
            name="path",
            spec=URL_PATH,
            doc="Path that is called on the shared name; 2xx or 3xx is a good answer.",
            absent="`health.path`",
        ),
    )
)

OBJECTIVES = Record(
    keys=(
        seconds("rto", 180, "Recovery time objective in seconds: what a drill is measured against."),
        seconds("longest_gap", 0, "Longest time without a good answer, in seconds. 0: as `objectives.rto`.", least=0),
        Key(
            name="availability",
            spec=Whole(what="percent", least=0, most=100),
            default=0,
            doc="Share of good answers during a drill. 0: not judged.",
        ),
    ),
)

ABORT = Record(
    keys=(
        Key(
            name="error_rate",
            spec=Whole(what="percent", least=1, most=100),
            default=25,
            doc="Failed requests of the last `window` seconds that end the drill.",
        ),
        Key(
            name="latency",
            spec=Whole(what="milliseconds", least=1, most=60_000),
            default=5000,
            doc="Latency of good answers in the last `window` seconds that ends the drill.",
        ),
        seconds("window", 30, "How many seconds back the two limits look.", most=3600),
        Key(
            name="alarms",
            spec=ListOf(item=ALARM),
            doc="CloudWatch alarms that end the drill while they are in ALARM.",
            absent="none",
        ),
    )
)

DRILLS = Record(
    keys=(
        seconds("hold", 60, "Seconds for which the region stays out once users have moved.", least=0, most=3600),
        Key(
            name="min_distance",
            spec=Whole(what="hours", least=0, most=8784),
            default=0,
            doc="Hours that must lie between two drills of an environment.",
        ),
        Key(
            name="blocked",
            spec=ListOf(item=WINDOW),
            doc="When no drill begins, each week, in UTC. Hours that end before they begin end on the next day.",
            absent="never",
        ),
        Key(name="abort", spec=ABORT, doc="What ends a drill early and puts the region back."),
    )
)
