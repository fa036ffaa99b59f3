"""Whether the layers fit together: what compute takes by name, infra (or compute itself) has to make."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from orchestrator.core.analysis.document import Document, Resource
from orchestrator.core.analysis.joint_names import Named, made, parameter_names, taken
from orchestrator.core.analysis.rule import Hit, Rule
from orchestrator.core.analysis.setting import Setting
from orchestrator.core.analysis.values import at, is_intrinsic, listed, mapping, text
from orchestrator.core.plan import Severity

MISSING = Rule(
    id="missing-in-infra",
    severity=Severity.ERROR,
    title="Compute names what no template of the application makes",
    why="Layers meet by name. The stack of compute would fail in the first region, with infra deployed, or its code "
    "would look for what is not there.",
    fix="turn it on in infra, or take what names it out of compute; suppress it for what comes from elsewhere",
)
VISIBILITY = Rule(
    id="visibility-under-timeout",
    severity=Severity.ERROR,
    title="A queue shows a message again before the function that has it must be done",
    why="Lambda refuses an event-source mapping whose queue has a visibility timeout below the function's timeout.",
    fix="raise the queue's VisibilityTimeout (`consumer_timeout` in infra), or lower the function's timeout",
)
NO_DATA = Rule(
    id="alarm-without-data",
    severity=Severity.WARNING,
    title="An alarm watches tasks of a cluster that counts none",
    why="Metrics of ECS/ContainerInsights exist only where the cluster has Container Insights: the alarm never fires.",
    fix="turn Container Insights on (`containers.insights` in infra), or the alarm off",
)
RULES = (MISSING, VISIBILITY, NO_DATA)

_OPTIONS = {
    "bucket": "buckets",
    "bus": "buses",
    "cluster": "containers",
    "domain name": "entry: api",
    "key": "keys",
    "queue": "queues",
    "repository": "images",
    "secret": "secrets",
    "table": "table` or `tables",
    "topic": "topics",
}
# Of parameters: what comes after the application's name.
_PARAMETERS = {
    "database": "database",
    "key-arn": "",
    "load-balancer": "entry: service",
    "network": "network",
    "user-pools": "user_pools",
}
_INSIGHTS = "ECS/ContainerInsights"


def joints(infra: Document, compute: Document, setting: Setting) -> Iterator[Hit]:
    """What does not fit. Nothing when a template is none, or makes things that cannot be read in it."""
    if infra.is_opaque or compute.is_opaque:
        return
    yield from _orphans(infra, compute, setting)
    for one in compute.of_type("AWS::Lambda::EventSourceMapping"):
        yield from _visibility(one, infra, compute)
    for one in compute.of_type("AWS::CloudWatch::Alarm"):
        yield from _no_data(one, infra)


def _orphans(infra: Document, compute: Document, setting: Setting) -> Iterator[Hit]:
    present = frozenset((*made(infra), *made(compute)))
    for name, named in parameter_names(compute):
        if _lacks(named, present, setting):
            yield Hit(MISSING, compute.layer, name, "Default", _missing(named, present), section="Parameters")
    told = set()
    # Policies last: what uses a thing says more than the right to use it.
    for one in sorted(compute.resources, key=lambda one: one.type.startswith("AWS::IAM::")):
        lacking = [(path, named) for path, named in taken(one) if _lacks(named, present, setting)]
        for path, named in lacking:
            if named not in told or not one.type.startswith("AWS::IAM::"):
                told.add(named)
                yield Hit(MISSING, compute.layer, one.name, path, _missing(named, present))


def _lacks(named: Named, present: frozenset[Named], setting: Setting) -> bool:
    return _is_own(named, setting) and not (named in present or any(named.may_be(one) for one in present))


def _is_own(named: Named, setting: Setting) -> bool:
    """Whether the name is the application's: only those can be held against its templates."""
    prefix = setting.prefix.removesuffix("-")
    match named.kind:
        case "domain name":
            return named.name in setting.hosts
        case "parameter":
            # Those of the layers alone: others hold what somebody put there, as secrets, which no template can make.
            return named.name.startswith(f"/orchestrator/{prefix}/")
        case "key":
            return named.name.startswith(f"alias/{prefix}-")
        case "repository":
            return named.name.startswith(f"{prefix}/")
        case "cluster":
            return named.name == prefix or named.name.startswith(setting.prefix)
        case _:
            return named.name.startswith(setting.prefix)


def _missing(named: Named, present: frozenset[Named]) -> str:
    """`no queue shop-production-jbos; did you mean shop-production-jobs? Made by `queues` in infra`."""
    names = sorted(one.name for one in present if one.kind == named.kind)
    near = get_close_matches(named.name, names, n=1, cutoff=0.85)
    option = _parameter_option(named.name) if named.kind == "parameter" else _OPTIONS.get(named.kind, "")
    meant = f"; the nearest is {near[0]}" if near else ""
    return f"no {named.kind} {named.name}{meant}" + (f"; `{option}` of infra makes it" if option else "")


def _parameter_option(name: str) -> str:
    parts = name.split("/")
    option = _PARAMETERS.get(parts[3], "") if len(parts) > 3 else ""
    return f"network: {{zones: {parts[-1]}}}" if "/network/subnets/" in name else option


def _visibility(one: Resource, infra: Document, compute: Document) -> Iterator[Hit]:
    """Only where both times are written down."""
    names = [named.name for path, named in taken(one) if named.kind == "queue" and path == "Properties.EventSourceArn"]
    queues = [queue for queue in infra.of_type("AWS::SQS::Queue") if queue.text("QueueName") in names]
    function = _function(one.at("FunctionName"), compute)
    timeout = _seconds(function.at("Timeout"), 3) if function else None
    for queue in queues:
        visible = _seconds(queue.at("VisibilityTimeout"), 30)
        if timeout is not None and visible is not None and visible < timeout:
            said = f"{queue.text('QueueName')} {visible} s, the function {timeout} s"
            yield Hit(VISIBILITY, compute.layer, one.name, "Properties.FunctionName", said)


def _function(value: object, compute: Document) -> Resource | None:
    """The function behind a reference to it, to its alias or to its version."""
    for _ in range(3):
        referred = text(value).removeprefix("${").removesuffix("}").split(".")[0]
        found = compute.by_name.get(referred)
        if found is None or found.type == "AWS::Lambda::Function":
            return found
        value = found.at("FunctionName")
    return None


def _seconds(value: object, default: int) -> int | None:
    """The number, AWS's own when none is given, None when CloudFormation works it out."""
    if value is None:
        return default
    written = str(value)
    return int(written) if not is_intrinsic(value) and written.isascii() and written.isdecimal() else None


def _no_data(one: Resource, infra: Document) -> Iterator[Hit]:
    watched = [mapping(one.properties), *(at(item, "MetricStat", "Metric") for item in listed(one.at("Metrics")))]
    clusters = {
        text(at(dimension, "Value"))
        for metric in watched
        if text(at(metric, "Namespace")) == _INSIGHTS
        for dimension in listed(at(metric, "Dimensions"))
        if text(at(dimension, "Name")) == "ClusterName"
    }
    for cluster in infra.of_type("AWS::ECS::Cluster"):
        settings = {text(at(item, "Name")): text(at(item, "Value")) for item in listed(cluster.at("ClusterSettings"))}
        if cluster.text("ClusterName") in clusters and settings.get("containerInsights") == "disabled":
            said = f"{cluster.text('ClusterName')}: containerInsights is disabled"
            yield Hit(NO_DATA, one.layer, one.name, "Properties", said)
