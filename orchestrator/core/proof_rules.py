"""What the proof of failover has to say: rows that mislead users, checks that watch themselves, the objective."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.core.detection import Detection
from orchestrator.core.dns import FailoverRole
from orchestrator.core.names import Names
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.proof import Proof, ProofRow, Subject
from orchestrator.core.proof_subject import desired_subject, proof_of
from orchestrator.core.topology import Environment, Topology

_SHOWN = 3
"""Rows told of one rule: one cause misleads in many combinations."""
_PLAN = "orchestrator plan"


def proof_findings(proof: Proof, subject: Subject, where: str) -> tuple[Finding, ...]:
    """ERROR findings: with one of them a failover would not work as the topology promises. `where` names the host."""
    return (
        *_of_rows(proof, where),
        *_self_watching(subject, where),
        *objective_findings(proof.detection, proof.objective_s, where),
    )


def proven(topology: Topology, environment: Environment, names: Names) -> tuple[Proof, tuple[Finding, ...]]:
    """The proof of what regions.yaml wants, and what it has to say. Needs no AWS."""
    subject = desired_subject(topology, environment, names)
    proof = proof_of(topology, subject)
    return proof, proof_findings(proof, subject, environment.host)


def objective_findings(arithmetic: Detection, objective_s: int, where: str) -> tuple[Finding, ...]:
    """The last users must have moved within the objective, by arithmetic alone."""
    if arithmetic.moved_worst_s <= objective_s:
        return ()
    room = int(objective_s - arithmetic.detected_worst_s)
    message = (
        f"{arithmetic.interval_s} s x {arithmetic.threshold} to detect and a TTL of {arithmetic.ttl_s} s let the last "
        f"users wait {arithmetic.moved_worst_s:.0f} s; the objective is {objective_s} s"
    )
    if room < 0:
        fix = (
            "lower health.interval or health.failure_threshold (detection alone takes longer), or raise objectives.rto"
        )
    else:
        fix = f"write failover.ttl: {room} or less, detect faster (health), or raise objectives.rto"
    return (Finding("objective-out-of-reach", Severity.ERROR, where, message, fix),)


def _of_rows(proof: Proof, where: str) -> Iterator[Finding]:
    found = [one for row in proof.rows for one in _of_row(proof, row, where)]
    for rule in dict.fromkeys(one.rule for one in found):
        yield from [one for one in found if one.rule == rule][:_SHOWN]


def _of_row(proof: Proof, row: ProofRow, where: str) -> Iterator[Finding]:
    misled = proof.misled(row)
    state = _state(row)
    if not row.answers:
        message = f"with {state}, users reach none of the regions: {row.reason}"
        fix = f"{_PLAN} shows what the records should be"
        yield Finding("nobody-answers", Severity.ERROR, where, message, fix, (_PLAN,))
    for region in misled:
        message = f"with {state}, users are sent to {region} although {proof.living(row)[0]} lives: {row.reason}"
        if region in row.evacuated:
            fix = "join the check of its record with its levers"
            yield Finding("evacuated-answers", Severity.ERROR, where, message, fix)
        elif _as_secondary(row, region):
            fix = "give the SECONDARY a health check of its own region"
            yield Finding("dead-secondary-answers", Severity.ERROR, where, message, fix)
        else:
            fix = "give its record a health check that watches its regional name"
            yield Finding("dead-region-answers", Severity.ERROR, where, message, fix)


def _state(row: ProofRow) -> str:
    parts = [f"{', '.join(row.dead)} dead"] if row.dead else []
    parts += [f"{', '.join(row.evacuated)} evacuated"] if row.evacuated else []
    return " and ".join(parts) or "every region alive"


def _as_secondary(row: ProofRow, region: str) -> bool:
    last = row.records[-1] if row.records else None
    return last is not None and last.failover is FailoverRole.SECONDARY and region in row.answers


def _self_watching(subject: Subject, where: str) -> Iterator[Finding]:
    """A check that asks the name which it guards sees whoever answers there: it flaps between the regions."""
    checks = {check.id: check for check in subject.checks}
    for record in subject.records:
        guard = checks.get(str(record.health_check))
        asked = [guard, *(checks.get(str(child)) for child in guard.children)] if guard else []
        for check in asked:
            if check is not None and check.host == record.name:
                message = f"health check {check.name or check.id} watches {record.name}, the very name that it guards"
                yield Finding(
                    "check-watches-itself", Severity.ERROR, where, message, "let it watch the name of its region"
                )
