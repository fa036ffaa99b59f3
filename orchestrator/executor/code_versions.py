"""The code that an operation sends. A package is put again, as another version, when S3 gives up on a region's copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from orchestrator.core.actions import CreateInstances, OverrideInstances, UpdateInstances
from orchestrator.core.desired import upload_step
from orchestrator.core.planning.code import replica_step
from orchestrator.core.state import Parameters, StackSet
from orchestrator.executor.context import Context


@dataclass(frozen=True, slots=True)
class _Package:
    """One package as the parameters of a stack set name it."""

    name: str
    parameter: str
    key: str
    version: str


def sent(action: CreateInstances | UpdateInstances | OverrideInstances, context: Context) -> StackSet:
    """The stack set with every value as it is now: what its instances must run once the operation has ended.

    An update brings the newest version of each package. Everything else takes what the stack set was told last.
    """
    wanted = action.stack_set
    parameters = known(wanted.parameters, context)
    match action:
        case UpdateInstances():
            newest = {
                one.parameter: context.results.latest(upload_step(one.name), "version") for one in _of(parameters)
            }
            parameters |= {name: version for name, version in newest.items() if version}
            context.results.put(_told(wanted), parameters)
        case CreateInstances() | OverrideInstances():
            told = {name: context.results.latest(_told(wanted), name) for name in parameters}
            parameters |= {name: value for name, value in told.items() if value}
    return replace(
        wanted,
        parameters=tuple(parameters.items()),
        overrides=tuple((one, tuple(known(wanted.overrides_for(one), context).items())) for one in action.regions),
    )


def missing_code(
    action: CreateInstances | UpdateInstances | OverrideInstances, stack_set: StackSet, context: Context
) -> str:
    """What the regions of the action do not hold yet of the code that `stack_set` names, "" when all is there."""
    parameters, planned = known(stack_set.parameters, context), dict(action.stack_set.parameters)
    for region in action.regions:
        for one in _of(parameters):
            proven = context.results.latest(replica_step(one.name, region), "version") or planned[one.parameter]
            if proven == one.version:
                continue
            bucket = f"{parameters['ArtifactBucketPrefix']}-{region}"
            if context.ports.buckets.head(region, bucket, one.key, version=one.version) is None:
                return f"{one.name} was put again for another region: version {one.version} is not in {bucket} yet"
    return ""


def known(parameters: Parameters, context: Context) -> dict[str, str]:
    """Every value as a text."""
    return {name: context.results.resolve(value) for name, value in parameters}


def _told(stack_set: StackSet) -> str:
    return f"told:{stack_set.name}"


def _of(parameters: Mapping[str, str]) -> Iterator[_Package]:
    for name, version in parameters.items():
        key = parameters.get(f"{name.removesuffix('Version')}Key", "")
        if name.startswith("Code") and name.endswith("Version") and key.count("/") > 1:
            yield _Package(key.split("/")[1], name, key, version)
