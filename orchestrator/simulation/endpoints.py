"""What answers from outside: the application behind each API domain, and ACM's questions about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from orchestrator.core.canonical import canonical_json, digest
from orchestrator.core.detection import PROBE_S
from orchestrator.core.drill import Outage
from orchestrator.core.state import Stack
from orchestrator.ports import ProbeResult, ValidationRecord
from orchestrator.simulation import templates
from orchestrator.simulation.clock import VirtualClock
from orchestrator.simulation.dns import SimulatedDns
from orchestrator.simulation.durations import Durations
from orchestrator.simulation.faults import Faults, Gate
from orchestrator.simulation.stacks import SimulatedStacks, StackInput
from orchestrator.simulation.templates import Place

_LATENCY_S = 0.02
_SILENCE = ProbeResult(False, 0, "", PROBE_S, "no answer in time")


class SimulatedProbe:
    """The application answers where its compute stack stands behind the API domain, and says its release."""

    def __init__(
        self, gate: Gate, faults: Faults, stacks: SimulatedStacks, outage: Callable[[str], Outage | None]
    ) -> None:
        self._gate, self._faults, self._stacks, self._outage = gate, faults, stacks, outage
        self.resolve: Callable[[str], str] = lambda name: name
        """What DNS answers for a name of the zone: the API domain behind it, "" for nothing."""
        self.heard: list[tuple[str, ProbeResult]] = []
        """Every answer that was given to us, with its region."""

    def get(self, *, host: str, target: str, region: str, path: str) -> ProbeResult:
        """One answer; a region that is silent does not connect. A target that is the host is resolved first."""
        if target == host:
            target = self.resolve(host)
            region = target.split(".")[2] if target else region
        if self._hangs(region):
            return _SILENCE
        with self._gate.call("Probe.get", region=region):
            result = self._answer(target, region)
            self.heard.append((region, result))
            return result

    def ask(self, target: str) -> ProbeResult:
        """What a user or a health checker finds behind this API domain. No call of ours."""
        region = target.split(".")[2]
        return _SILENCE if self._hangs(region) else self._answer(target, region)

    def _hangs(self, region: str) -> bool:
        outage = self._outage(region)
        return region in self._faults.silent or (outage is not None and outage.silent)

    def _answer(self, target: str, region: str) -> ProbeResult:
        stacks = [stack for stack, _ in self._stacks.all() if stack.region == region]
        account = next((one.account for one in stacks if target in dict(one.outputs).values()), "")
        if not account:
            return ProbeResult(False, 0, "", _LATENCY_S, f"{target} does not resolve")
        release = next((found for one in stacks if one.account == account and (found := _release(one))), "")
        if not release:
            return ProbeResult(False, 404, '{"message": "Not Found"}', _LATENCY_S)
        if self._outage(region):
            return ProbeResult(False, 429, '{"message": "Too Many Requests"}', _LATENCY_S)
        if region in self._faults.sick or (region, release) in self._faults.sick_releases:
            return ProbeResult(False, 500, '{"message": "Internal Server Error"}', _LATENCY_S)
        return ProbeResult(True, 200, canonical_json({"region": region, "release": release}), _LATENCY_S)


class SimulatedCertificates:
    """ACM: a certificate of two names per region, issued some time after the records of both are in the zone.

    The record of the shared name is the same for every region of an account.
    """

    def __init__(
        self, clock: VirtualClock, gate: Gate, dns: SimulatedDns, stacks: SimulatedStacks, durations: Durations
    ) -> None:
        self._clock, self._gate, self._dns, self._stacks, self._durations = clock, gate, dns, stacks, durations

    def certified(self, place: Place, wanted: StackInput, began: float) -> float | None:
        """When a stack's certificates are issued (0.0: it asks for none), None while their record is not there."""
        if not templates.has_certificate(wanted.body) or wanted.parameters.get("ValidationZoneId"):
            return 0.0
        shared, regional = (self._written(place.account, scope) for scope in (_SHARED, place.region))
        if shared is None or regional is None:
            return None
        return max(shared, regional, began) + self._durations.validate_certificate_s

    def validations(self, account: str, region: str, *, hosts: frozenset[str]) -> Sequence[ValidationRecord]:
        """Once a stack of the account has asked for certificates there."""
        with self._gate.call("Certificates.validations", region=region, account=account):
            if not any((one.account, one.region) == (account, region) for one, _ in self._stacks.all()):
                return []
            scopes = {host: _SHARED if f"{region}.{host}" in hosts else region for host in sorted(hosts)}
            return [self._validation(account, region, host, scope) for host, scope in scopes.items()]

    def _validation(self, account: str, region: str, host: str, scope: str) -> ValidationRecord:
        label = digest(f"{account}/{host}")[:16]
        certificate = f"arn:aws:acm:{region}:{account}:certificate/{label}"
        validated = self._written(account, scope) is not None
        return ValidationRecord(certificate, f"_{label}.{host}", f"_{label}.{_value_end(account, scope)}", validated)

    def _written(self, account: str, scope: str) -> float | None:
        return self._dns.since(_value_end(account, scope))


_SHARED = "shared"


def _value_end(account: str, scope: str) -> str:
    return f"{scope}.{account}.acm-validations.aws"


def _release(stack: Stack) -> str:
    working = stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE")
    return dict(stack.parameters).get("Release", "") if working else ""
