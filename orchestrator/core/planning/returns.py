"""To what each region would return if a deployment failed, or why it would not: the judgement, without the steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orchestrator.core.desired import DIFFERS_BY_REGION, DesiredState
from orchestrator.core.diff import CreateOnly
from orchestrator.core.former import Before, Definition, Former, before_of
from orchestrator.core.names import LAYERS
from orchestrator.core.plan import Change, ChangeAction, ChangeKind
from orchestrator.core.planning.data_at_risk import data_at_risk
from orchestrator.core.returns import Return
from orchestrator.core.state import ObservedState
from orchestrator.core.topology import OnFailure, Region

FIRST = "it is its first deployment: there is nothing to go back to"
STOPS = "rollout.on_failure is stop: it stays as the failure leaves it"
_TEMPLATE_LOST = "the template that it ran before is kept nowhere"


@dataclass(frozen=True, slots=True)
class Judge:
    """Whether an instance can run again what it ran before.

    `infra_now` is the body of what infra instances run after the change, "" when it is not known.
    """

    before: Before
    infra_now: str
    create_only: CreateOnly
    kept: frozenset[str] = frozenset()

    def cause(self, former: Former | None, values_now: Iterable[tuple[str, str]] = ()) -> str:
        """Why it does not go back, "" when it does. `values_now` are the instance's parameters, if known."""
        if former is None:
            return FIRST
        definition = self.before.definition(former)
        if definition is None:
            return "" if former.release in self.kept else _TEMPLATE_LOST
        return self._risk(former, definition, dict(values_now)) if former.layer == "infra" else ""

    def _risk(self, former: Former, definition: Definition, now: dict[str, str]) -> str:
        then = dict(former.parameters)
        moved = any(now.get(name, then.get(name)) != then.get(name) for name in DIFFERS_BY_REGION)
        if definition.body == self.infra_now and not moved:
            return ""
        return data_at_risk(self.infra_now, definition.body, self.create_only, other_values=moved)


def announced(
    desired: DesiredState,
    observed: ObservedState,
    changes: Sequence[Change],
    create_only: CreateOnly,
    before: Before | None = None,
) -> tuple[Return, ...]:
    """Of every region that the plan of a deployment changes, in the order in which they would return.

    `before` is what stood when a run that goes on began: what it has changed already would return too.
    """
    now = before_of(observed, desired.stack_sets)
    before = now if before is None else before
    kept = frozenset(one.release for one in observed.releases)
    judge = Judge(before, desired.infra.body, create_only, kept)
    stops = desired.topology.rollout.on_failure is OnFailure.STOP
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for layer, account, region in _changed(desired, changes, _moved(now, before)):
        former = before.at(layer, account, region)
        cause = STOPS if stops else judge.cause(former)
        release = former.release if former else ""
        found.setdefault((layer, region, release, cause), []).append(account)
    return merged(found)


def merged(found: dict[tuple[str, str, str, str], list[str]], *, several: bool = False) -> tuple[Return, ...]:
    """One Return for the accounts of a region that fare alike; they are named where others fare otherwise.

    `several`: also where they are more than one, for each may fare otherwise yet.
    """
    places = [(layer, region) for layer, region, _, _ in found]
    return tuple(
        Return(
            layer=layer,
            region=region,
            release=release,
            cause=cause,
            accounts=tuple(sorted(accounts)) if places.count((layer, region)) > 1 or (several and accounts[1:]) else (),
        )
        for (layer, region, release, cause), accounts in found.items()
    )


def _moved(now: Before, before: Before) -> frozenset[tuple[str, str, str]]:
    """The places (layer, account, region) that ran something else before."""
    then = {one.place: (one.digest, one.parameters) for one in before.formers}
    runs = {one.place: (one.digest, one.parameters) for one in now.formers}
    return frozenset(place for place, ran in then.items() if runs.get(place, ran) != ran)


def _changed(
    desired: DesiredState, changes: Sequence[Change], moved: frozenset[tuple[str, str, str]]
) -> list[tuple[str, str, str]]:
    """(layer, account, region) of the instances that change: compute first, and the region first that serves."""
    order = {region.name: place for place, region in enumerate(return_order(desired))}
    layers = {layer: place for place, layer in enumerate(reversed(LAYERS))}
    found = {
        (layer, one.account, one.region)
        for one in changes
        for layer in layers
        if one.kind is ChangeKind.INSTANCE and one.id.startswith(f"instance:{layer}:")
        if one.action not in (ChangeAction.NO_OP, ChangeAction.DELETE)
    }
    places = [one for one in found | moved if one[2] in order]
    return sorted(places, key=lambda one: (layers[one[0]], order[one[2]], one[1]))


def return_order(desired: DesiredState) -> tuple[Region, ...]:
    """The primary, which serves users, then the standbys in the order in which they would take over."""
    topology = desired.topology
    return (topology.primary, *topology.standbys)
