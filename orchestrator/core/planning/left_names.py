"""Host names that an environment is about to leave: their records would go on pointing at what is gone."""

from __future__ import annotations

from orchestrator.core.desired import DesiredState
from orchestrator.core.diff import resources
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.state import ObservedState

_DOMAINS = frozenset({"AWS::ApiGatewayV2::DomainName", "AWS::ApiGateway::DomainName"})
_LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
_CERTIFICATE = "AWS::CertificateManager::Certificate"


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
            f"the host changes: nothing answers to {name}, its records in {desired.environment.hosted_zone.name} stay",
            f"after this deployment delete the A and CNAME records of {name} by hand, before anybody takes them over",
        )
        for name in left
    )


def _names(body: str) -> frozenset[str]:
    """The names of API domains; a load balancer answers to those of its certificate."""
    every = resources(body).values()
    balanced = any(one.get("Type") == _LOAD_BALANCER for one in every)
    telling = _DOMAINS | ({_CERTIFICATE} if balanced else frozenset())
    properties = [_properties(one) for one in every if one.get("Type") in telling]
    found = [one.get("DomainName") for one in properties]
    for one in properties:
        more = one.get("SubjectAlternativeNames")
        found += more if isinstance(more, list) else []
    plain = [name.get("Fn::Sub") if isinstance(name, dict) else name for name in found]
    return frozenset(_readable(name) for name in plain if isinstance(name, str))


def _properties(resource: dict[str, object]) -> dict[str, object]:
    found = resource.get("Properties")
    return found if isinstance(found, dict) else {}


def _readable(name: str) -> str:
    return name.replace("${AWS::AccountId}", "{account}").replace("${AWS::Region}", "{region}")
