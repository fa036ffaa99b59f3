"""JSON for programs, as the command reference fixes it: `"format": 1`, keys are only ever added.

Texts are carried as they are: JSON's own escapes already keep control characters out of a terminal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from orchestrator.core.lock import Owner, Stored
from orchestrator.core.plan import Change, ChangeAction, Finding, Plan, Severity, Step
from orchestrator.core.proof import Proof
from orchestrator.core.returns import Return, Returned
from orchestrator.core.run import Run, StepRecord
from orchestrator.core.state import KeptRelease
from orchestrator.core.status import LastDrill, RegionStatus, Status
from orchestrator.core.status_changes import StatusChange
from orchestrator.core.watch import Look
from orchestrator.report.json_parts import TEXT, document_parts
from orchestrator.report.json_traffic import traffic_value
from orchestrator.report.json_values import time_value

FORMAT = 1
_MOST_JOURNALLED = 5_000
_JOURNALLED = frozenset({"id", "action", "region", "account", "plane", "home_region", "reason"})


def plan_json(plan: Plan) -> str:
    """The plan; `basis` is what `deploy --plan` compares with the world."""
    return "".join(plan_json_parts(plan))


def plan_json_parts(plan: Plan) -> Iterator[str]:
    """The same text piece by piece: that of 20,000 instances has more than a hundred MiB."""
    return document_parts(_plan(plan))


def journalled_plan_json(plan: Plan) -> str:
    """What a journal keeps of a plan: all, or of a large one what reports and resumed runs read.

    An event is one line and stays in memory, and no reader takes a line of a hundred MiB.
    """
    if len(plan.changes) <= _MOST_JOURNALLED:
        return plan_json(plan)
    from orchestrator.core.planning.finish import inputs_of

    steps = ({key: value for key, value in _step(one).items() if key in _JOURNALLED} for one in plan.steps)
    lean = {"changes": [], "steps": steps, "basis": dict(inputs_of(plan.basis))}
    return "".join(document_parts({**_plan(plan), **lean}))


def _plan(plan: Plan) -> dict[str, object]:
    return {
        "format": FORMAT,
        "application": plan.application,
        "environment": plan.environment,
        "verb": plan.verb,
        "release": plan.release,
        "fingerprint": plan.fingerprint,
        "complete": plan.complete,
        "summary": {
            "create": plan.count(ChangeAction.CREATE),
            "update": plan.count(ChangeAction.UPDATE),
            "replace": plan.count(ChangeAction.REPLACE),
            "delete": plan.count(ChangeAction.DELETE),
            "no_op": plan.count(ChangeAction.NO_OP),
        },
        "changes": (_change(change) for change in plan.changes),
        "steps": (_step(step) for step in plan.steps),
        "findings": [_finding(finding) for finding in plan.findings],
        "basis": dict(plan.basis),
        "returns": [_return(one) for one in plan.returns],
        **_proven(plan.proof),
    }


def status_json(status: Status) -> str:
    """Every region by its name. `healthy` null: nobody knows; `serving_region` "": it cannot be known."""
    return _text(_status(status))


def look_json(look: Look, changes: Sequence[StatusChange]) -> str:
    """One look of a watch on one line: a status with its time, and what turned since the look before it."""
    told = [
        {"subject": one.subject.value, "where": one.where, "before": one.before, "after": one.after} for one in changes
    ]
    document = {
        "looked_at": time_value(look.at),
        "took_s": round(look.took_s, 3),
        "changes": told,
        **_status(look.status),
    }
    return json.dumps({"format": FORMAT, **document}, separators=(",", ":")) + "\n"


def _status(status: Status) -> dict[str, object]:
    return {
        "application": status.application,
        "environment": status.environment,
        "serving_region": status.serving_region,
        "regions": {region.name: _region(region) for region in status.regions},
        "findings": [_finding(finding) for finding in status.findings],
        "operations": list(status.operations),
        "serving_regions": list(status.serving_regions),
        "accounts_differ": status.accounts_differ,
        "answering": [{"regions": one.regions, "hosts": one.hosts} for one in status.answering],
        "last_drill": _last_drill(status.last_drill),
        "lock": _lock(status.lock),
        "releases": [_kept(one) for one in status.releases],
        **_proven(status.proof),
    }


def _kept(one: KeptRelease) -> dict[str, object]:
    return {
        "release": one.release,
        "kept_since": time_value(one.stored_at),
        "passed_gates_at": time_value(one.landed_at),
    }


def _last_drill(drill: LastDrill | None) -> dict[str, object] | None:
    return {**asdict(drill), "started_at": time_value(drill.started_at)} if drill else None


def _lock(stored: Stored | None) -> dict[str, object] | None:
    """Texts are empty where the record cannot be read."""
    if stored is None:
        return None
    owner = stored.record.owner if stored.record else Owner(by="", host="", run="", purpose="")
    return {
        **asdict(owner),
        "since": time_value(stored.since),
        "renewed_at": time_value(stored.written_at),
        "state": stored.state.value,
    }


def run_json(run: Run) -> str:
    """A run; its seconds passed `clock_factor` times faster. `traffic` is null when no requests were made beside it.

    `rollback` is null when nothing had to be returned.
    """
    return _text(
        {
            "run": run.id,
            "verb": run.verb,
            "application": run.application,
            "environment": run.environment,
            "verdict": run.verdict.value,
            "release": run.release,
            "started_at": time_value(run.started_at),
            "ended_at": time_value(run.ended_at),
            "clock_factor": run.clock_factor,
            "steps": [_record(step) for step in run.steps],
            "rollback": _rollback(run.rollback),
            "traffic": traffic_value(run.traffic, run.failed_requests, run.traffic_from),
        }
    )


def findings_json(findings: Sequence[Finding], proof: Proof | None = None) -> str:
    """The result of `validate`."""
    valid = not any(finding.severity is Severity.ERROR for finding in findings)
    return _text({"valid": valid, "findings": [_finding(finding) for finding in findings], **_proven(proof)})


def _proven(proof: Proof | None) -> dict[str, object]:
    """`proof` and `detection`, both null where nothing was proven. `complete` false: some combinations were left out.

    `answers` []: some users get no answer. Seconds count from the outage.
    """
    if proof is None:
        return {"proof": None, "detection": None}
    rows = [
        {"dead": row.dead, "evacuated": row.evacuated, "answers": row.answers, "reason": row.reason}
        for row in proof.rows
    ]
    arithmetic = {name: round(value, 1) for name, value in asdict(proof.detection).items()}
    return {
        "proof": {"regions": proof.regions, "complete": proof.every, "rows": rows},
        "detection": {**arithmetic, "objective_s": proof.objective_s},
    }


def _change(change: Change) -> dict[str, object]:
    return {
        "id": change.id,
        "kind": change.kind.value,
        "action": change.action.value,
        "region": change.region,
        "account": change.account,
        "reason": change.reason,
        "risk": change.risk.value,
        "fields": [
            {"path": field.path, "before": field.before, "after": field.after, "replaces": field.replaces}
            for field in change.fields
        ],
    }


def _step(step: Step) -> dict[str, object]:
    return {
        "id": step.id,
        "action": type(step.action).__name__,
        "needs": list(step.needs),
        "region": step.region,
        "account": step.account,
        "plane": step.plane.value,
        "home_region": step.home_region,
        "reason": step.reason,
        "deadline_s": step.deadline_s,
        "always": step.always,
        "after": list(step.after),
    }


def _return(one: Return) -> dict[str, object]:
    """`cause` "": it goes back to `release`. `accounts` []: all of the region."""
    return {
        "layer": one.layer,
        "region": one.region,
        "release": one.release,
        "cause": one.cause,
        "accounts": list(one.accounts),
    }


def _rollback(found: Returned | None) -> dict[str, object] | None:
    if found is None:
        return None
    states = {"returned": found.back, "not_returned": found.left, "returned_unproven": found.unproven}
    return {state: [_return(one) for one in returns] for state, returns in states.items()}


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "where": finding.where,
        "message": finding.message,
        "fix": finding.fix,
    }


def _region(region: RegionStatus) -> dict[str, object]:
    return {
        "role": region.role.value,
        "reachable": region.reachable,
        "release": region.release,
        "instances": {
            "current": region.instances.current,
            "outdated": region.instances.outdated,
            "inoperable": region.instances.inoperable,
        },
        "replica": region.replica,
        "healthy": region.healthy,
        "evacuated": region.evacuated,
        "drilled": region.drilled,
        "levers": {kind.value: position.value for kind, position in region.levers},
        "hosts": list(region.hosts),
        "why": region.why,
    }


def _record(step: StepRecord) -> dict[str, object]:
    return {
        "id": step.id,
        "status": step.status.value,
        "started_at": time_value(step.started_at),
        "ended_at": time_value(step.ended_at),
        "reason": step.reason,
        "region": step.region,
        "account": step.account,
    }


def _text(document: Mapping[str, object]) -> str:
    return TEXT.text({"format": FORMAT, **document}) + "\n"
