"""What every instance ran before a run, and the definitions from which it can be made to run that again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from orchestrator.core.desired import DIFFERS_BY_REGION
from orchestrator.core.names import LAYERS, TAG_RELEASE, TAG_TEMPLATE
from orchestrator.core.release import ReleaseRecord, declared_parameters
from orchestrator.core.state import ObservedState, StackInstance, StackSet

# CloudFormation never returns the value of a NoEcho parameter: to send this back would set it.
_MASKED = "****"


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """One instance before a run: template digest, parameters, and the operation that touched it last."""

    layer: str
    account: str
    region: str
    digest: str
    parameters: tuple[tuple[str, str], ...]
    operation: str = ""

    @property
    def release(self) -> str:
        """What its parameters call it, "" for infra."""
        return dict(self.parameters).get("Release", "") if self.layer == "compute" else ""

    @property
    def place(self) -> tuple[str, str, str]:
        """(layer, account, region)."""
        return self.layer, self.account, self.region


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A template that a layer ran, and the parameter values that the stack set itself had."""

    layer: str
    body: str
    digest: str
    parameters: tuple[tuple[str, str], ...]
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Before:
    """A snapshot before a run changed anything."""

    formers: tuple[Former, ...] = ()
    definitions: tuple[Definition, ...] = ()
    _by_place: Mapping[tuple[str, str, str], Former] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Looked up once for each instance, and there may be thousands."""
        object.__setattr__(self, "_by_place", {one.place: one for one in reversed(self.formers)})

    def at(self, layer: str, account: str, region: str) -> Former | None:
        """What the instance of this place ran; None when it was not there."""
        return self._by_place.get((layer, account, region))

    def of(self, layer: str, instance: StackInstance) -> Former | None:
        """What this instance ran; None when it was not there."""
        return self.at(layer, instance.account, instance.region)

    def definition(self, former: Former) -> Definition | None:
        """The definition that it ran; None when it is kept nowhere."""
        wanted = (former.layer, former.digest)
        return next((one for one in self.definitions if (one.layer, one.digest) == wanted), None)

    def with_records(self, records: Iterable[ReleaseRecord]) -> Before:
        """The pinned records of releases count before what the stack set said."""
        pinned = tuple(
            Definition(
                layer="compute",
                body=one.template.body,
                digest=one.template.digest,
                parameters=one.parameters,
                capabilities=one.template.capabilities,
            )
            for one in records
        )
        return replace(self, definitions=(*pinned, *self.definitions))


def before_of(observed: ObservedState, stack_sets: Iterable[StackSet]) -> Before:
    """What stands now. Instances whose stack was not seen are left out: nobody knows what they run."""
    formers: list[Former] = []
    definitions: list[Definition] = []
    for stack_set in stack_sets:
        if stack_set.layer not in LAYERS:
            continue
        present = observed.stack_set(stack_set.name)
        if present is not None:
            definitions.append(
                Definition(
                    layer=stack_set.layer,
                    body=present.body,
                    digest=present.digest,
                    parameters=present.parameters,
                    capabilities=stack_set.capabilities,
                )
            )
        formers += [_former(stack_set.layer, one) for one in observed.instances_of(stack_set.name) if one.stack]
    return Before(tuple(formers), tuple(definitions))


def _former(layer: str, instance: StackInstance) -> Former:
    stack = instance.stack
    assert stack is not None
    return Former(
        layer=layer,
        account=instance.account,
        region=instance.region,
        digest=stack.digest,
        parameters=tuple(sorted(stack.parameters)),
        operation=instance.last_operation,
    )


def kept_since(before: Before, earlier: Iterable[Former], *, release: str, infra: str) -> Before:
    """`before` as seen now, but of what the same run changed earlier, as it was then.

    An instance that runs the `release`, or the template digest of `infra`, that the run deploys was changed by it.
    """
    first = {one.place: one for one in earlier}

    def ours(one: Former) -> bool:
        return one.release == release if one.layer == "compute" else one.digest == infra

    formers = (first.get(one.place, one) if ours(one) else one for one in before.formers)
    return replace(before, formers=tuple(formers))


def is_touched(former: Former, instance: StackInstance) -> bool:
    """Whether anything was done to it since: by the operation that was there last, or by what it runs, if it tells."""
    stack = instance.stack
    if stack is None:
        return instance.last_operation != former.operation
    runs = (stack.digest, tuple(sorted(stack.parameters)))
    return runs != (former.digest, former.parameters) or instance.last_operation != former.operation


def former_stack_set(desired: StackSet, former: Former, definition: Definition) -> StackSet:
    """The stack set by which the instances of one region run again what `former` ran."""
    base = dict(definition.parameters)
    declared = frozenset(declared_parameters(definition.body))
    runs = {name: value for name, value in former.parameters if name in base and name in declared and value != _MASKED}
    tags = {**dict(desired.tags), TAG_TEMPLATE: definition.digest}
    if former.release:
        tags[TAG_RELEASE] = former.release
    return replace(
        desired,
        body=definition.body,
        digest=definition.digest,
        parameters=tuple(sorted({**runs, **{name: base[name] for name in runs if name in DIFFERS_BY_REGION}}.items())),
        overrides=((former.region, tuple(one for one in sorted(runs.items()) if one[0] in DIFFERS_BY_REGION)),),
        regions=(former.region,),
        capabilities=definition.capabilities or desired.capabilities,
        tags=tuple(sorted(tags.items())),
    )
