"""The keys of regions.yaml about how a release is rolled out: a part of the table of keys."""

from __future__ import annotations

from orchestrator.config.spec import Key, ListOf, MapOf, Portion, Record, Text
from orchestrator.config.values import seconds

WAVE_NAME = Text(
    what="a name of lower-case letters, digits and single dashes, a letter first",
    pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
    longest=32,
)

WAVE_TARGET = Text(
    what="an account (12 digits in quotes) or an organizational unit of an environment",
    pattern=r"^([0-9]{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|r-[0-9a-z]{4,32})$",
)

ROLLOUT = Record(
    keys=(
        seconds("replication_deadline", 900, "Seconds within which a region must have its replica of the code."),
        seconds("operation_deadline", 3600, "Seconds within which one stack-set operation must end."),
        seconds(
            "gate_deadline",
            300,
            "Seconds within which a region must answer healthily after its release, and pass each of its `gates`.",
        ),
        Key(
            name="on_failure",
            spec=Text(what="what follows a failure", choices=("rollback", "stop")),
            default="rollback",
            doc="What a deployment does when a gate or an instance fails: `rollback` returns what it changed to the "
            "release before, `stop` leaves it as it is.",
        ),
        Key(
            name="waves",
            spec=MapOf(noun="wave", key=WAVE_NAME, value=ListOf(item=WAVE_TARGET)),
            doc="Accounts or organizational units that get a release before others, wave after wave as in the file: "
            "each goes through all regions, and must answer there, before the next begins. Those that no wave names "
            "come last, as the wave `rest`. An environment takes from each wave what is its own.",
            absent="all at once",
        ),
        Key(
            name="concurrency",
            spec=Portion(what="accounts", least=1, least_percent=1),
            default=100,
            doc="Accounts of one region and wave that are deployed at the same time.",
        ),
        Key(
            name="failure_tolerance",
            spec=Portion(what="accounts", least=0, least_percent=0),
            default=0,
            doc="Failed accounts of one region and wave with which StackSets still starts others there. The step fails "
            "all the same, and no later region or wave is touched.",
        ),
        Key(
            name="concurrency_mode",
            spec=Text(what="the concurrency mode", choices=("soft", "strict")),
            default="soft",
            doc="`strict`: never more accounts at the same time than may still fail, and one; `soft`: always as "
            "many as `concurrency` says.",
        ),
    )
)
