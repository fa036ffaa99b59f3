"""Changes that interrupt callers: found by comparing the templates with those that are deployed."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.core.analysis.document import Document, Resource
from orchestrator.core.analysis.kinds import ENTRANCES, STORES, data_stores, retained
from orchestrator.core.analysis.listeners import priorities
from orchestrator.core.analysis.rule import Hit, Rule
from orchestrator.core.analysis.setting import Subject
from orchestrator.core.analysis.values import Value, at, mapping, text
from orchestrator.core.diff import replaced_resources
from orchestrator.core.plan import Severity

STORE_REPLACED = Rule(
    id="store-replaced",
    severity=Severity.ERROR,
    title="A table, queue, bucket, database, key or secret is replaced",
    why="CloudFormation makes a new, empty one and the application goes on with it: its data is elsewhere, or gone. "
    "Which property replaces its resource is read from the resource's schema.",
    fix="give the new one a logical id and a name of its own, move the data, and take the old one out later",
    compares=True,
)
STORE_DELETED = Rule(
    id="store-deleted",
    severity=Severity.ERROR,
    title="A data store goes, and no policy keeps it",
    why="The deployed template says how a resource goes: without DeletionPolicy Retain or Snapshot its data goes too.",
    fix="deploy it with DeletionPolicy Retain first, and take it out with the next release",
    compares=True,
)
ENTRANCE_REPLACED = Rule(
    id="entrance-replaced",
    severity=Severity.WARNING,
    title="An API, domain, alias, function or another address that callers hold is replaced",
    why="The new one has another address. Until records, mappings and callers follow, requests go to one that is being "
    "deleted; one with a fixed name cannot be made beside the old one, and the update fails.",
    fix="leave the property (or the logical id) as it is, or bring up the new one beside the old and move callers",
    compares=True,
)
TARGETS_REPLACED = Rule(
    id="targets-replaced",
    severity=Severity.WARNING,
    title="A target group behind a load balancer is replaced",
    why="The new group is empty. Whoever is led to it before its targets are healthy, or to the old one after they "
    "have left it, gets 503.",
    fix="leave its name, port and VPC as they are, or bring up a second service beside the first and move its paths",
    compares=True,
)
HANDLER_RENAMED = Rule(
    id="handler-renamed",
    severity=Severity.WARNING,
    title="A function's handler is renamed",
    why="Lambda changes code and configuration by two calls. Between them the function's unpublished version has the "
    "new code and the old handler, or the other way round: every call of it fails.",
    fix="keep the old handler's name in the code for one release, or let every caller use an alias of a version",
    compares=True,
)
CONCURRENCY_REBUILT = Rule(
    id="concurrency-rebuilt",
    severity=Severity.WARNING,
    title="Provisioned concurrency is built anew",
    why="When an alias is replaced, loses its configuration or moves to another version at once, its environments are "
    "given back before new ones are ready: calls meet cold starts, or throttles where concurrency is reserved.",
    fix="shift traffic with CodeDeploy (UpdatePolicy CodeDeployLambdaAliasUpdate), which readies the new version first",
    compares=True,
)
EXPORT_REMOVED = Rule(
    id="export-removed",
    severity=Severity.ERROR,
    title="An export goes that another template imports",
    why="CloudFormation refuses to update a stack while one of its exports is imported: the release stops in the first "
    "region, half done.",
    fix="take the Fn::ImportValue out first, deploy, then the export; better, let the layers meet by names",
    compares=True,
)

RULES = (
    STORE_REPLACED,
    STORE_DELETED,
    ENTRANCE_REPLACED,
    TARGETS_REPLACED,
    HANDLER_RENAMED,
    CONCURRENCY_REBUILT,
    EXPORT_REMOVED,
)

_ALIAS = "AWS::Lambda::Alias"
_TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"
_NAMES = ("Name", "FunctionName", "DomainName", "TopicName", "StateMachineName", "ServiceName", "StageName", "ApiId")


def downtime(subject: Subject) -> Iterator[Hit]:
    """Hits of all changes; none before the first deployment."""
    for after in subject.documents:
        before = subject.before.get(after.layer)
        if before is None:
            continue
        replaced = _replaced(subject, before, after)
        yield from _replacements(after, replaced)
        yield from _deleted(before, after)
        yield from _handlers(before, after)
        yield from _rebuilt(before, after, replaced)
        yield from _exports(before, after, subject.documents)
        yield from priorities(before, after)


def _replaced(subject: Subject, before: Document, after: Document) -> dict[str, str]:
    """Logical id -> why it is replaced: a property that replaces it, or the same thing under another logical id."""
    changes = [one for one in subject.changes.get(after.layer, ()) if one.replaces]
    found = {}
    for name in replaced_resources(changes):
        paths = sorted({".".join(one.path.split(".")[2:]) for one in changes if one.path.split(".")[1] == name})
        found[name] = f"{', '.join(paths)}: a change replaces it"
    gone = {_identity(one): one.name for one in reversed(before.resources) if one.name not in after.by_name}
    for one in after.resources:
        if one.name not in before.by_name and one.type in ENTRANCES and _identity(one) in gone:
            found[one.name] = f"takes the place of {gone[_identity(one)]}, and another logical id is another resource"
    return found


def _identity(one: Resource) -> tuple[str, ...]:
    """Type and names: what a reader takes for the same thing."""
    return (one.type, *(one.text(name) for name in _NAMES))


def _replacements(after: Document, replaced: dict[str, str]) -> Iterator[Hit]:
    for name, why in sorted(replaced.items()):
        one = after.by_name.get(name)
        if one is not None and one.type in STORES:
            yield Hit(STORE_REPLACED, after.layer, name, "", why)
        elif one is not None and one.type in ENTRANCES:
            yield Hit(ENTRANCE_REPLACED, after.layer, name, "", why)
        elif one is not None and one.type == _TARGETS:
            yield Hit(TARGETS_REPLACED, after.layer, name, "", why)


def _deleted(before: Document, after: Document) -> Iterator[Hit]:
    for one in data_stores(before.resources):
        if one.name not in after.by_name and not retained(one, "DeletionPolicy"):
            yield Hit(STORE_DELETED, after.layer, one.name, "", f"{one.type} is no longer in the template")


def _handlers(before: Document, after: Document) -> Iterator[Hit]:
    for one in after.of_type("AWS::Lambda::Function"):
        old = before.by_name.get(one.name)
        was, now = (old.text("Handler") if old else ""), one.text("Handler")
        if was and now and was != now:
            yield Hit(HANDLER_RENAMED, after.layer, one.name, "Properties.Handler", f"{was} becomes {now}")


def _rebuilt(before: Document, after: Document, replaced: dict[str, str]) -> Iterator[Hit]:
    for old in before.of_type(_ALIAS):
        now = after.by_name.get(old.name)
        if now is None or now.type != _ALIAS or not mapping(old.at("ProvisionedConcurrencyConfig")):
            continue
        why = _rebuilding(old, now, replaced)
        if why:
            yield Hit(CONCURRENCY_REBUILT, after.layer, old.name, "Properties.ProvisionedConcurrencyConfig", why)


def _rebuilding(old: Resource, now: Resource, replaced: dict[str, str]) -> str:
    if now.name in replaced:
        return "the alias is replaced"
    if not mapping(now.at("ProvisionedConcurrencyConfig")):
        return "its configuration goes"
    at_once = at(now.whole, "UpdatePolicy", "CodeDeployLambdaAliasUpdate") is None
    if at_once and old.text("FunctionVersion") != now.text("FunctionVersion"):
        return "the alias moves to another version at once"
    return ""


def _exports(before: Document, after: Document, documents: tuple[Document, ...]) -> Iterator[Hit]:
    kept = set(_exported(after).values())
    imported = {name for one in documents if one.layer != after.layer for name in _imported(one.body)}
    for output, name in sorted(_exported(before).items()):
        if name not in kept and name in imported:
            yield Hit(EXPORT_REMOVED, after.layer, output, "Export", f"{name} is imported, and goes", "Outputs")


def _exported(document: Document) -> dict[str, str]:
    """Output -> the name of its export as one text."""
    outputs = mapping(document.body.get("Outputs"))
    named = {output: text(at(one, "Export", "Name")) for output, one in outputs.items()}
    return {output: name for output, name in named.items() if name}


def _imported(value: Value) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield text(one.get("Fn::ImportValue"))
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
