"""The keys of regions.yaml about the safety analysis: a part of the table of keys."""

from __future__ import annotations

from orchestrator.config.spec import Key, MapOf, Record, Text
from orchestrator.core.analysis import RULES

ANALYSIS = Record(
    keys=(
        Key(
            name="suppress",
            spec=MapOf(
                noun="resource",
                key=Text(
                    what="the layer and logical id of a resource, such as infra.Table",
                    pattern=r"^(infra|compute)\.[A-Za-z0-9]+$",
                ),
                value=MapOf(
                    noun="rule",
                    key=Text(what="the id of a rule (docs/reference/rules.md)", choices=tuple(sorted(RULES))),
                    value=Text(what="the reason, in words", longest=500),
                ),
            ),
            doc="Findings that you answer for, by resource and rule, each with the reason: "
            "`infra.Table: {table-without-pitr: rebuilt from events}`. Reports show them as notes.",
            absent="none",
        ),
    )
)
