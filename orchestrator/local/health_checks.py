"""The health checks of the embedded AWS, as Route 53 keeps them. Nothing is probed here: see checkers.py.

A configuration is kept in the API's own fields. Source: Route 53 API reference, CreateHealthCheck, UpdateHealthCheck.
"""

from __future__ import annotations

import ipaddress
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from orchestrator.core.errors import AlreadyExists, AwsError, NotFound

Config = Mapping[str, Any]
_ENDPOINT = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP")
_KINDS = (*_ENDPOINT, "CALCULATED", "CLOUDWATCH_METRIC", "RECOVERY_CONTROL")
_MAX_CHILDREN = 255
_MAX_SEARCH = 255
_RESETTABLE = {
    "ChildHealthChecks": "ChildHealthChecks",
    "FullyQualifiedDomainName": "FullyQualifiedDomainName",
    "Regions": "Regions",
    "ResourcePath": "ResourcePath",
}


@dataclass(frozen=True, slots=True)
class Observation:
    """What one checker saw: its region and address, the text of its status, and when (seconds since 1970)."""

    region: str
    address: str
    status: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCheck:
    """One health check. `version` grows with each update."""

    id: str
    caller_reference: str
    config: Config
    version: int = 1
    tags: Mapping[str, str] = field(default_factory=dict)
    created_at: float = 0.0


class HealthCheckStore:
    """Every health check, by account and id. `changed` is called after a change. AwsError has Route 53's codes."""

    def __init__(self) -> None:
        self.changed: Callable[[], None] = lambda: None
        self._checks: dict[str, dict[str, StoredCheck]] = {}
        self._deleted_references: set[tuple[str, str]] = set()

    def create(self, account: str, reference: str, config: Config) -> StoredCheck:
        """A new check, or the one that this reference made with the same settings."""
        config = _with_defaults(config)
        for one in self.all(account):
            if one.caller_reference == reference and one.config == config:
                return one
            if one.caller_reference == reference:
                raise _exists(reference)
        if (account, reference) in self._deleted_references:
            raise _exists(reference)
        self._validate(account, config)
        made = StoredCheck(id=str(uuid.uuid4()), caller_reference=reference, config=config, created_at=time.time())
        return self._keep(account, made)

    def get(self, account: str, check_id: str) -> StoredCheck:
        """Raises NotFound (NoSuchHealthCheck)."""
        found = self._checks.get(account, {}).get(check_id)
        if found is None:
            raise NotFound(f"No health check exists with the specified ID {check_id}.", code="NoSuchHealthCheck")
        return found

    def all(self, account: str) -> tuple[StoredCheck, ...]:
        """The account's checks, oldest first."""
        return tuple(self._checks.get(account, {}).values())

    def everything(self) -> tuple[tuple[str, StoredCheck], ...]:
        """(account, check) of every check of every account."""
        return tuple((account, one) for account, checks in self._checks.items() for one in checks.values())

    def ids(self) -> frozenset[str]:
        """The ids of all accounts: a record may carry a check of another account."""
        return frozenset(check_id for checks in self._checks.values() for check_id in checks)

    def update(self, account: str, check_id: str, changes: Config) -> StoredCheck:
        """The check with some settings changed. `HealthCheckVersion`, when given, must be the present one."""
        known = self.get(account, check_id)
        wanted = changes.get("HealthCheckVersion")
        if wanted is not None and wanted != known.version:
            raise AwsError(
                f"The value of HealthCheckVersion {wanted} is not the current version {known.version}.",
                code="HealthCheckVersionMismatch",
            )
        reset = {_RESETTABLE[name] for name in changes.get("ResetElements", ()) if name in _RESETTABLE}
        plain = {name: value for name, value in changes.items() if name not in _NOT_SETTINGS}
        config = {name: value for name, value in {**known.config, **plain}.items() if name not in reset}
        self._validate(account, config)
        return self._keep(account, replace(known, config=config, version=known.version + 1))

    def delete(self, account: str, check_id: str) -> None:
        """Forgets the check; its caller reference stays used."""
        gone = self.get(account, check_id)
        del self._checks[account][check_id]
        self._deleted_references.add((account, gone.caller_reference))
        self.changed()

    def tag(self, account: str, check_id: str, added: Mapping[str, str], removed: frozenset[str]) -> None:
        """Adds and removes tags."""
        known = self.get(account, check_id)
        kept = {name: value for name, value in known.tags.items() if name not in removed}
        self._keep(account, replace(known, tags={**kept, **added}))

    def _keep(self, account: str, one: StoredCheck) -> StoredCheck:
        self._checks.setdefault(account, {})[one.id] = one
        self.changed()
        return one

    def _validate(self, account: str, config: Config) -> None:
        for problem in (_problem(config), self._problem_of_children(account, config)):
            if problem:
                raise AwsError(f"Invalid parameter : {problem}", code="InvalidInput")

    def _problem_of_children(self, account: str, config: Config) -> str:
        children = config.get("ChildHealthChecks", ())
        known = {one.id: one for one in self.all(account)}
        unknown = [one for one in children if one not in known]
        if unknown:
            return f"child health check {unknown[0]} does not exist"
        calculated = [one for one in children if known[one].config["Type"] == "CALCULATED"]
        return f"child health check {calculated[0]} is itself CALCULATED" if calculated else ""


_NOT_SETTINGS = ("HealthCheckId", "HealthCheckVersion", "ResetElements")


def watches_endpoint(one: StoredCheck) -> bool:
    """Whether checkers probe for this check."""
    return one.config["Type"] in _ENDPOINT


def _exists(reference: str) -> AlreadyExists:
    return AlreadyExists(
        f"A health check with caller reference {reference} already exists with other settings, or was deleted.",
        code="HealthCheckAlreadyExists",
    )


def _with_defaults(config: Config) -> dict[str, Any]:
    """Route 53 fills in what a request leaves out."""
    kind = config.get("Type")
    common: dict[str, Any] = {"Inverted": False, "Disabled": False}
    if kind not in _ENDPOINT:
        return {**common, **config}
    ports = {"HTTP": 80, "HTTP_STR_MATCH": 80, "HTTPS": 443, "HTTPS_STR_MATCH": 443}
    endpoint = {"RequestInterval": 30, "FailureThreshold": 3, "MeasureLatency": False}
    if str(kind) in ports:
        endpoint["Port"] = ports[str(kind)]
    if str(kind).startswith("HTTPS"):
        endpoint["EnableSNI"] = True
    return {**common, **endpoint, **config}


def _problem(config: Config) -> str:
    kind = config.get("Type")
    if kind not in _KINDS:
        return f"Type must be one of {', '.join(_KINDS)}"
    if kind in _ENDPOINT:
        return _problem_of_endpoint(config)
    if "RequestInterval" in config or "FailureThreshold" in config:
        return f"RequestInterval and FailureThreshold cannot be set for {kind}"
    if kind == "CALCULATED":
        threshold, children = config.get("HealthThreshold", 0), config.get("ChildHealthChecks", ())
        if not 0 <= threshold <= _MAX_CHILDREN + 1 or len(children) > _MAX_CHILDREN:
            return "HealthThreshold must be between 0 and 256, and there may be 255 children"
    if kind == "CLOUDWATCH_METRIC" and not config.get("AlarmIdentifier"):
        return "AlarmIdentifier is required for CLOUDWATCH_METRIC"
    if (kind == "RECOVERY_CONTROL") is not bool(config.get("RoutingControlArn")):
        return "RoutingControlArn is required for, and only for, RECOVERY_CONTROL"
    return ""


def _problem_of_endpoint(config: Config) -> str:
    search = config.get("SearchString", "")
    matches = str(config["Type"]).endswith("_STR_MATCH")
    checks = (
        (config["RequestInterval"] in (10, 30), "RequestInterval must be 10 or 30"),
        (1 <= config["FailureThreshold"] <= 10, "FailureThreshold must be between 1 and 10"),
        (1 <= config.get("Port", 0) <= 65535, "Port must be between 1 and 65535"),
        (
            bool(config.get("FullyQualifiedDomainName") or config.get("IPAddress")),
            "a domain name or an address is required",
        ),
        (matches == bool(search), "SearchString is required for, and only for, the STR_MATCH types"),
        (len(search) <= _MAX_SEARCH, f"SearchString must not be longer than {_MAX_SEARCH} characters"),
        (
            str(config.get("ResourcePath", "/")).startswith("/") or config["Type"] == "TCP",
            "ResourcePath must begin with /",
        ),
        (_is_public(config.get("IPAddress")), "IPAddress must be a public address"),
    )
    return next((message for fine, message in checks if not fine), "")


def _is_public(address: Any) -> bool:
    if not address:
        return True
    try:
        return ipaddress.ip_address(str(address)).is_global
    except ValueError:
        return False
