"""Where records point: the API domains of an account in a region, known now or only after an infra step."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.core.actions import CreateInstances, OverrideInstances, UpdateInstances
from orchestrator.core.desired import DesiredState
from orchestrator.core.diff import changed_types
from orchestrator.core.pending import Pending, Value
from orchestrator.core.plan import Step
from orchestrator.core.planning.part import Part
from orchestrator.core.routing import RegionTargets, Target
from orchestrator.core.state import ObservedState, StackInstance, Targets
from orchestrator.core.waves import Wave

CERTIFICATE_TYPES = frozenset({"AWS::CertificateManager::Certificate"})
_DOMAIN_TYPES = frozenset({"AWS::ApiGatewayV2::DomainName", "AWS::ApiGateway::DomainName"})


def last_step(part: Part, layer: str, region: str, account: str = "", unit: str = "") -> str:
    """The id of the last step that touches this layer's instances in this region (and account), "" when none does.

    `unit` is the organizational unit of the account, "" when none is used or it is not known.
    """
    found = (step.id for step in reversed(part.steps) if _touches(step, layer, region, _Owner(account, unit)))
    return next(found, "")


def last_step_of_wave(part: Part, layer: str, region: str, wave: Wave) -> str:
    """The same for whoever belongs to a wave."""
    owners = [_Owner("", unit) for unit in wave.units] or [_Owner(account) for account in wave.accounts] or [_Owner()]
    touching = (step.id for step in reversed(part.steps) if any(_touches(step, layer, region, one) for one in owners))
    return next(touching, "")


@dataclass(frozen=True, slots=True)
class _Owner:
    """Of instances; what is empty does not matter."""

    account: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ApiDomains:
    """The API domains behind the records. `infra` holds the steps that may replace them."""

    desired: DesiredState
    observed: ObservedState
    infra: Part

    def of(self, account: str, region: str) -> RegionTargets:
        """Both domains; "" stands for a value that nobody knows and that no step will tell."""
        return RegionTargets(
            account, region, self._target(account, region, "Shared"), self._target(account, region, "Regional")
        )

    def _target(self, account: str, region: str, kind: str) -> Target:
        name, zone_id = f"{kind}Target", f"{kind}TargetZoneId"
        return Target(self._value(account, region, name), self._value(account, region, zone_id))

    def _value(self, account: str, region: str, output: str) -> Value:
        instance = self.observed.instance(self.desired.infra.name, account, region)
        step = last_step(self.infra, "infra", region, account, self.desired.units.get(account, ""))
        if step and rebuilds(self.desired, self.observed, instance, _DOMAIN_TYPES):
            return Pending(step, f"{account}/{region}/{output}")
        known = dict(instance.stack.outputs).get(output, "") if instance and instance.stack else ""
        return known if output.endswith("ZoneId") else known.lower()


def rebuilds(
    desired: DesiredState, observed: ObservedState, instance: StackInstance | None, types: frozenset[str]
) -> bool:
    """True unless it is proven that bringing this infra instance to the desired template leaves these types alone.

    The stack set shows one template; an instance that runs a third one (a failed update, a change by hand) proves
    nothing about what its update will touch.
    """
    stack = instance.stack if instance else None
    if stack is None or not stack.outputs:
        return True
    if stack.digest == desired.infra.digest:
        return False
    present = observed.stack_set(desired.infra.name)
    if present is None or stack.digest != present.digest:
        return True
    return bool(changed_types(present.body, desired.infra.body) & types)


def _touches(step: Step, layer: str, region: str, owner: _Owner) -> bool:
    match step.action:
        case CreateInstances() | UpdateInstances() | OverrideInstances() as action:
            here = action.stack_set.layer == layer and region in action.regions
            return here and _reaches(action.targets, owner)
        case _:
            return False


def _reaches(targets: Targets, owner: _Owner) -> bool:
    if targets.service_managed:
        return owner.unit in ("", *targets.organizational_units)
    return owner.account in ("", *targets.accounts)
