"""Host names that an environment is about to leave: their records would go on pointing at API domains that are gone."""

from __future__ import annotations

from orchestrator.core.desired import DesiredState
from orchestrator.core.diff import resources
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.state import ObservedState

_DOMAINS = frozenset({"AWS::ApiGatewayV2::DomainName", "AWS::ApiGateway::DomainName"})


def left_name_findings(desired: DesiredState, observed: ObservedState) -> tuple[Finding, ...]:
    """One per name of the deployed infra template that the new one no longer has. () before the first deployment.

    A record that points at a deleted domain can be taken over by whoever makes that domain next.
    """
    present = observed.stack_set(desired.infra.name)
    if present is None:
        return ()
    left = sorted(_names(present.body) - _names(desired.infra.body))
    return tuple(
        Finding(
            "host-left",
            Severity.WARNING,
            name,
            f"the host changes: API domains of {name} go, its records in {desired.environment.hosted_zone.name} stay",
            f"after this deployment delete the A and CNAME records of {name} by hand, before anybody takes them over",
        )
        for name in left
    )


def _names(body: str) -> frozenset[str]:
    domains = [_properties(one) for one in resources(body).values() if one.get("Type") in _DOMAINS]
    found = [domain.get("DomainName") for domain in domains]
    plain = [name.get("Fn::Sub") if isinstance(name, dict) else name for name in found]
    return frozenset(_readable(name) for name in plain if isinstance(name, str))


def _properties(resource: dict[str, object]) -> dict[str, object]:
    found = resource.get("Properties")
    return found if isinstance(found, dict) else {}


def _readable(name: str) -> str:
    return name.replace("${AWS::AccountId}", "{account}").replace("${AWS::Region}", "{region}")
