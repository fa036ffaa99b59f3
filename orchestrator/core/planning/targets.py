"""Where records point: the API domains, or the load balancer, of an account in a region: known now, or after a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from orchestrator.core.actions import CreateInstances, OverrideInstances, UpdateInstances
from orchestrator.core.desired import DesiredState
from orchestrator.core.diff import changed_types
from orchestrator.core.pending import Pending
from orchestrator.core.planning.part import Part
from orchestrator.core.routing import RegionTargets, Target
from orchestrator.core.state import ObservedState, StackInstance
from orchestrator.core.waves import Wave

CERTIFICATE_TYPES = frozenset({"AWS::CertificateManager::Certificate"})
_DOMAIN_TYPES = frozenset(
    {
        "AWS::ApiGatewayV2::DomainName",
        "AWS::ApiGateway::DomainName",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
    }
)
_KINDS = ("Shared", "Regional")
_NEVER = (-1, "")


@dataclass(frozen=True, slots=True)
class ApiDomains:
    """The API domains behind the records. `infra` holds the steps that may replace them."""

    desired: DesiredState
    observed: ObservedState
    infra: Part
    _steps: LastSteps = field(init=False, repr=False, compare=False)
    _units: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_steps", last_steps(self.infra, "infra"))
        object.__setattr__(self, "_units", self.desired.units)

    def of(self, account: str, region: str) -> RegionTargets:
        """Both domains; "" stands for a value that nobody knows and that no step will tell."""
        instance = self.observed.instance(self.desired.infra.name, account, region)
        step = self._steps.of_account(account, region, self._units.get(account, ""))
        if step and rebuilds(self.desired, self.observed, instance, _DOMAIN_TYPES):
            shared, regional = (_pending_target(step, f"{account}/{region}/{kind}") for kind in _KINDS)
        else:
            outputs = dict(instance.stack.outputs) if instance and instance.stack else {}
            shared, regional = (_known_target(outputs, kind) for kind in _KINDS)
        return RegionTargets(account, region, shared, regional)


def _pending_target(step: str, output: str) -> Target:
    return Target(Pending(step, f"{output}Target"), Pending(step, f"{output}TargetZoneId"))


def _known_target(outputs: Mapping[str, str], kind: str) -> Target:
    return Target(outputs.get(f"{kind}Target", "").lower(), outputs.get(f"{kind}TargetZoneId", ""))


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


@dataclass(frozen=True, slots=True)
class LastSteps:
    """Which step touches the instances of a layer last: (its place in the plan, its id) by (owner, region).

    An owner is an account, or an organizational unit where whole units are the targets.
    """

    _by_owner: Mapping[tuple[str, str], tuple[int, str]]
    _by_region: Mapping[str, tuple[int, str]]
    _by_units: bool = False

    def of_region(self, region: str) -> str:
        """Whoever owns them; "" when no step does."""
        return self._by_region.get(region, _NEVER)[1]

    def of_account(self, account: str, region: str, unit: str = "") -> str:
        """`unit` is the organizational unit of the account, "" when none is used or it is not known."""
        if self._by_units and not unit:
            return self.of_region(region)
        return max(self._of(account, region), self._of(unit, region))[1]

    def of_wave(self, wave: Wave, region: str) -> str:
        """Of whoever belongs to a wave, or of everybody when nobody is known to."""
        owners = (*wave.units, *wave.accounts)
        return max((self._of(one, region) for one in owners), default=self._by_region.get(region, _NEVER))[1]

    def _of(self, owner: str, region: str) -> tuple[int, str]:
        return self._by_owner.get((owner, region), _NEVER)


def last_steps(part: Part, layer: str) -> LastSteps:
    """Of one layer's steps in this part."""
    by_owner: dict[tuple[str, str], tuple[int, str]] = {}
    by_region: dict[str, tuple[int, str]] = {}
    by_units = False
    for place, step in enumerate(part.steps):
        match step.action:
            case CreateInstances() | UpdateInstances() | OverrideInstances() as action if (
                action.stack_set.layer == layer
            ):
                units = action.targets.organizational_units
                by_region |= dict.fromkeys(action.regions, (place, step.id))
                owners = action.targets.accounts or units
                by_owner |= dict.fromkeys(product(owners, action.regions), (place, step.id))
                by_units = by_units or bool(units)
            case _:
                pass
    return LastSteps(by_owner, by_region, by_units)
