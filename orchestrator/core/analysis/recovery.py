"""What makes a mistake final: data that goes with its stack, without protection or backup, and logs for ever."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.core.analysis.document import Document, Resource
from orchestrator.core.analysis.kinds import CLUSTERS, TABLES, data_stores, retained
from orchestrator.core.analysis.rule import Hit, Rule
from orchestrator.core.analysis.values import at, is_true, listed
from orchestrator.core.plan import Severity

UNPROTECTED = Rule(
    id="store-unprotected",
    severity=Severity.WARNING,
    title="A table, database or user pool can be deleted by one call",
    why="With deletion protection a mistake, or a stack that goes, is refused instead of carried out.",
    fix="turn deletion protection on",
)
NO_PITR = Rule(
    id="table-without-pitr",
    severity=Severity.WARNING,
    title="A table cannot be put back to an earlier moment",
    why="A global table replicates a wrong write to all regions within a second: more regions are no backup.",
    fix="set PointInTimeRecoveryEnabled, for a global table on every replica",
)
NOT_RETAINED = Rule(
    id="data-not-retained",
    severity=Severity.WARNING,
    title="Data goes with its stack",
    why="A deleted instance or a replaced resource takes the data along. Keys count as data: nothing can be read "
    "without them.",
    fix="set DeletionPolicy (Retain, RetainExceptOnCreate or Snapshot) and UpdateReplacePolicy (Retain or Snapshot)",
)
LOGS_FOR_EVER = Rule(
    id="logs-without-retention",
    severity=Severity.WARNING,
    title="Logs are kept for ever",
    why="A log group without retention grows, and is paid for, without end. Lambda makes one for every function that "
    "has none, in each region, which no stack deletes.",
    fix="set RetentionInDays; give each function a log group (LoggingConfig.LogGroup)",
)

RULES = (UNPROTECTED, NO_PITR, NOT_RETAINED, LOGS_FOR_EVER)

# What CloudFormation does with a database that says nothing: a last snapshot.
_SNAPSHOT_BY_DEFAULT = ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance")
_PITR = ("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled")


def recovery(document: Document) -> Iterator[Hit]:
    """Hits of one template."""
    for one in document.of_type(*TABLES):
        yield from _table(one)
    for one in document.of_type(*CLUSTERS):
        if not is_true(one.at("DeletionProtection")):
            yield Hit(UNPROTECTED, one.layer, one.name, "Properties.DeletionProtection", "DeletionProtection is not on")
    for one in document.of_type("AWS::Cognito::UserPool"):
        if one.at("DeletionProtection") in (None, "INACTIVE"):
            yield Hit(UNPROTECTED, one.layer, one.name, "Properties.DeletionProtection", "DeletionProtection is not on")
    for one in data_stores(document.resources):
        lacking = _not_kept(one)
        if lacking:
            yield Hit(NOT_RETAINED, one.layer, one.name, "", f"not kept by {' and '.join(lacking)}")
    yield from _logs(document)


def _table(one: Resource) -> Iterator[Hit]:
    replicas = listed(one.at("Replicas"))
    parts = [(f"Properties.Replicas.{place}", replica) for place, replica in enumerate(replicas)]
    for path, part in parts or [("Properties", one.properties)]:
        if not is_true(at(part, "DeletionProtectionEnabled")):
            yield Hit(
                UNPROTECTED,
                one.layer,
                one.name,
                f"{path}.DeletionProtectionEnabled",
                "DeletionProtectionEnabled is not true",
            )
        if not is_true(at(part, *_PITR)):
            yield Hit(NO_PITR, one.layer, one.name, f"{path}.{'.'.join(_PITR)}", f"{_PITR[1]} is not true")


def _not_kept(one: Resource) -> list[str]:
    kept_by_default = one.type in _SNAPSHOT_BY_DEFAULT and "DeletionPolicy" not in one.whole
    lacking = [] if kept_by_default or retained(one, "DeletionPolicy") else ["DeletionPolicy"]
    return lacking if retained(one, "UpdateReplacePolicy") else [*lacking, "UpdateReplacePolicy"]


def _logs(document: Document) -> Iterator[Hit]:
    groups = list(document.of_type("AWS::Logs::LogGroup"))
    for one in groups:
        if one.at("RetentionInDays") is None:
            yield Hit(LOGS_FOR_EVER, one.layer, one.name, "Properties.RetentionInDays", "RetentionInDays is not set")
    named = {one.text("LogGroupName") for one in groups}
    for one in document.of_type("AWS::Lambda::Function"):
        own = {f"/aws/lambda/{name}" for name in (one.text("FunctionName"), f"${{{one.name}}}")}
        if one.at("LoggingConfig", "LogGroup") is None and not own & named:
            yield Hit(
                LOGS_FOR_EVER, one.layer, one.name, "Properties.LoggingConfig", "the function has no log group here"
            )
