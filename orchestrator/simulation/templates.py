"""What a simulated stack makes of its template: outputs, buckets, certificates. A small part of CloudFormation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from orchestrator.core.canonical import canonical_json, digest

_DOMAIN_TYPES = ("AWS::ApiGatewayV2::DomainName", "AWS::ApiGateway::DomainName")
_CERTIFICATE_TYPE = "AWS::CertificateManager::Certificate"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stack stands."""

    account: str
    region: str


def declared_parameters(body: str) -> dict[str, str | None]:
    """Each parameter of the template with its default, None when it has none."""
    found = _section(body, "Parameters")
    return {name: _default(one) for name, one in found.items()}


def outputs(body: str, place: Place) -> tuple[tuple[str, str], ...]:
    """Made-up values that depend on what CloudFormation's would: an API domain's target on the domain's definition."""
    return tuple(sorted((name, _output(name, body, place)) for name in _section(body, "Outputs")))


def buckets(body: str, place: Place) -> dict[str, bool]:
    """The buckets that the stack makes, by name; True for those that survive it (DeletionPolicy Retain)."""
    found = [one for one in _section(body, "Resources").values() if one.get("Type") == "AWS::S3::Bucket"]
    return {_bucket_name(one, place): one.get("DeletionPolicy") == "Retain" for one in found}


def has_certificate(body: str) -> bool:
    """True when the stack asks ACM for a certificate."""
    return any(one.get("Type") == _CERTIFICATE_TYPE for one in _section(body, "Resources").values())


def code_objects(parameters: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """(key, version) of every artifact that the parameters name."""
    keys = [name for name in parameters if name.startswith("Code") and name.endswith("Key")]
    return tuple((parameters[name], parameters.get(f"{name[:-3]}Version", "")) for name in sorted(keys))


def _output(name: str, body: str, place: Place) -> str:
    if name.endswith("ZoneId"):
        return f"ZONE{place.region.replace('-', '').upper()}"
    if name.endswith("Target"):
        domains = {key: one for key, one in _section(body, "Resources").items() if one.get("Type") in _DOMAIN_TYPES}
        identity = digest(canonical_json([name, place.account, domains]))[:10]
        return f"d-{identity}.execute-api.{place.region}.amazonaws.com"
    return f"{name}-{place.account}-{place.region}"


def _bucket_name(resource: Mapping[str, object], place: Place) -> str:
    properties = resource.get("Properties")
    return _text(properties.get("BucketName", ""), place) if isinstance(properties, dict) else ""


def _text(value: object, place: Place) -> str:
    text = str(value.get("Fn::Sub", "")) if isinstance(value, dict) else str(value)
    return text.replace("${AWS::AccountId}", place.account).replace("${AWS::Region}", place.region)


def _default(parameter: Mapping[str, object]) -> str | None:
    return str(parameter["Default"]) if "Default" in parameter else None


@lru_cache(maxsize=64)
def _section(body: str, section: str) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(body).get(section, {})
    return found
