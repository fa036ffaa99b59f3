"""Where records point: the API domains of an account in a region, known now or only after an infra step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.core.actions import CreateInstances, OverrideInstances, UpdateInstances
from orchestrator.core.desired import DesiredState
from orchestrator.core.diff import changed_types
from orchestrator.core.pending import Pending, Value
from orchestrator.core.plan import Step
from orchestrator.core.planning.part import Part
from orchestrator.core.routing import RegionTargets, Target
from orchestrator.core.state import ObservedState, StackInstance

CERTIFICATE_TYPES = frozenset({"AWS::CertificateManager::Certificate"})
_DOMAIN_TYPES = frozenset({"AWS::ApiGatewayV2::DomainName", "AWS::ApiGateway::DomainName"})
_EVERYONE = ""


def last_step(part: Part, layer: str, region: str) -> str:
    """The id of the last step that touches this layer's instances in this region, "" when none does."""
    return next((step.id for step in reversed(part.steps) if _touches(step, layer, region)), "")


@dataclass(frozen=True, slots=True)
class ApiDomains:
    """The API domains behind the records. `infra` holds the steps that may replace them."""

    desired: DesiredState
    observed: ObservedState
    infra: Part
    _steps: Mapping[tuple[str, str], str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_steps", last_steps(self.infra, "infra"))

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
        step = self._steps.get((account, region)) or self._steps.get((_EVERYONE, region), "")
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


def last_steps(part: Part, layer: str) -> dict[tuple[str, str], str]:
    """By (account, region); under _EVERYONE what touches a region through its organizational units."""
    found: dict[tuple[str, str], str] = {}
    for step in part.steps:
        match step.action:
            case CreateInstances() | UpdateInstances() | OverrideInstances() as action:
                if action.stack_set.layer == layer:
                    managed = action.targets.service_managed
                    accounts = (_EVERYONE,) if managed else action.targets.accounts
                    found |= {(account, region): step.id for account in accounts for region in action.regions}
            case _:
                pass
    return found


def _touches(step: Step, layer: str, region: str) -> bool:
    match step.action:
        case CreateInstances() | UpdateInstances() | OverrideInstances() as action:
            return action.stack_set.layer == layer and region in action.regions
        case _:
            return False
