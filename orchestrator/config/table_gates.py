"""The keys of regions.yaml about gates: a part of the table of keys."""

from __future__ import annotations

from orchestrator.config.spec import Flag, Key, ListOf, Record, Text, Whole
from orchestrator.config.table_drills import ALARM
from orchestrator.config.values import seconds

# docs.aws.amazon.com/lambda/latest/api/API_Invoke.html: a name with a qualifier, or an ARN.
FUNCTION = Text(
    what="the name or ARN of a Lambda function, with or without a version or alias",
    pattern=r"^(arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:)?[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9$_-]{1,128})?$",
)

GATES = Record(
    keys=(
        Key(
            name="probes",
            spec=Whole(what="answers", least=1, most=20),
            default=2,
            doc="Good answers of `health.path` in a row, with this release, on the region's own name.",
        ),
        seconds(
            "interval", 0, "Seconds between two of them. 0: as often as anything else is asked.", least=0, most=300
        ),
        Key(
            name="alarms",
            spec=ListOf(item=ALARM),
            doc="CloudWatch alarms of the target accounts that must exist and be OK: a name in every region, an ARN in "
            "its own.",
            absent="none",
        ),
        seconds(
            "bake",
            0,
            "Seconds for which the alarms must be OK without a break. They come on top of `rollout.gate_deadline`, "
            "within which all must be OK for the first time. 0: one look.",
            least=0,
        ),
        Key(
            name="health_check",
            spec=Flag(),
            default=False,
            doc="Whether Route 53's checkers must see the region healthy too, as soon as a check asks it.",
        ),
        Key(
            name="command",
            spec=ListOf(item=Text(what="a word of the command", longest=4096), repeats=True),
            doc="A command of the machine that deploys, word by word, run without a shell beside regions.yaml for each "
            "account and region; it must exit with 0 within `rollout.gate_deadline`.",
            absent="none",
        ),
        Key(
            name="function",
            spec=FUNCTION,
            doc="A Lambda function of the target accounts that is asked in each region (an ARN: in its own only) and "
            'must neither fail nor answer `{"ok": false}`. `bootstrap` permits it.',
            absent="none",
        ),
    )
)
