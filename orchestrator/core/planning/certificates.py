"""Validation records of certificates: written beside the infra operation that waits for ACM, which waits for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from orchestrator.core.actions import AwaitOperation, CreateInstances, UpdateInstances, ValidateCertificates
from orchestrator.core.desired import DesiredState
from orchestrator.core.plan import Step
from orchestrator.core.planning.checks import control_plane_region
from orchestrator.core.planning.part import Part
from orchestrator.core.planning.targets import CERTIFICATE_TYPES, rebuilds
from orchestrator.core.state import ObservedState, Targets


def certificate_steps(desired: DesiredState, observed: ObservedState, infra: Part) -> tuple[Step, ...]:
    """One per place where CloudFormation may be waiting for a certificate while a step of `infra` runs."""
    zone = observed.zone
    if zone is None or dict(desired.infra.parameters).get("ValidationZoneId"):
        return ()
    beside: dict[tuple[str, str], Step] = {}
    for step in infra.steps:
        for place in _reached(desired, step):
            beside.setdefault(place, step)
    awaited = {step.action.operation_id: step for step in infra.steps if isinstance(step.action, AwaitOperation)}
    if awaited:
        beside = _held(desired, observed, awaited)
    return tuple(
        _certificate(desired, step, place, zone.id)
        for place, step in beside.items()
        if _certifies(desired, observed, place)
    )


def _reached(desired: DesiredState, step: Step) -> Iterator[tuple[str, str]]:
    match step.action:
        case CreateInstances() | UpdateInstances() as action:
            yield from product(_accounts(desired, action.targets), action.regions)
        case _:
            return


def _held(desired: DesiredState, observed: ObservedState, awaited: Mapping[str, Step]) -> dict[tuple[str, str], Step]:
    """Every place, for the operations were begun by a run that may have died before it wrote a record.

    Beside the operation that works there, or else the newest, which ends last.
    """
    at_work = {one.place: one.last_operation for one in observed.instances_of(desired.infra.name)}
    newest = next(iter(awaited.values()))
    places = product(desired.accounts, desired.infra.regions)
    return {place: awaited.get(at_work.get(place, ""), newest) for place in places}


def _accounts(desired: DesiredState, targets: Targets) -> tuple[str, ...]:
    if targets.accounts:
        return targets.accounts
    units = desired.units
    return tuple(one for one in desired.accounts if units.get(one) in (None, *targets.organizational_units))


def _certifies(desired: DesiredState, observed: ObservedState, place: tuple[str, str]) -> bool:
    instance = observed.instance(desired.infra.name, *place)
    return rebuilds(desired, observed, instance, CERTIFICATE_TYPES)


def _certificate(desired: DesiredState, instance_step: Step, place: tuple[str, str], zone_id: str) -> Step:
    (account, region), environment = place, desired.environment
    hosts = (environment.host_for(account), environment.regional_host_for(account, region))
    return Step(
        id=f"certificate:{account}:{region}",
        action=ValidateCertificates(account, region, zone_id, hosts, instance_step.id),
        needs=instance_step.needs,
        reason="ACM issues once its record is in the zone",
        region=region,
        account=account,
        home_region=control_plane_region(desired.topology.partition),
        deadline_s=instance_step.deadline_s,
    )
