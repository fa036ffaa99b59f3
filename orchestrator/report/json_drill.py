"""A measured run for programs, as the command reference fixes it: the run's own document, and what was measured."""

from __future__ import annotations

import json
from dataclasses import asdict

from orchestrator.core.detection import Detection
from orchestrator.core.drill import DrillRecord
from orchestrator.core.owed import owed
from orchestrator.core.run_report import KeptRun, Moment, ObjectiveResult, Phase, RunReport
from orchestrator.report.json_documents import FORMAT, findings_json, run_json
from orchestrator.report.json_values import time_value


def drill_json(report: RunReport) -> str:
    """`verdict` is the drill's; of any other run its own. `restored` is null where nothing was to be put back.

    `phases` [] where the run has none; null times: that phase was cut off or not reached.
    """
    run, facts = report.run, report.facts
    document = json.loads(run_json(run)) | {
        "verdict": (report.verdict or run.verdict).value,
        "why": report.why,
        "region": facts.region,
        "mode": facts.mode.value if facts.mode else None,
        "objectives": [_objective(one) for one in report.objectives],
        "phases": [_phase(one) for one in report.phases],
        "timeline": [_moment(one) for one in report.timeline],
        "restored": report.restored if report.verdict else None,
        "users_mean_s": None if report.users_mean_s is None else round(report.users_mean_s, 3),
        "owed": _owed(report),
        "arithmetic": _arithmetic(facts.detection),
        "past": [_record(one) for one in report.past],
        "findings": json.loads(findings_json(report.findings))["findings"],
        "hosts": list(facts.hosts),
        "simulated": facts.simulated,
        "configuration_digest": facts.configuration_digest,
    }
    return json.dumps(document, indent=2) + "\n"


def runs_json(runs: tuple[KeptRun, ...], older: int) -> str:
    """The kept runs, newest first; `older`: how many more there are."""
    told = [asdict(one) | {"started_at": time_value(one.started_at)} for one in runs]
    return json.dumps({"format": FORMAT, "runs": told, "older": older}, indent=2) + "\n"


def _objective(one: ObjectiveResult) -> dict[str, object]:
    measured = None if one.measured is None else round(one.measured, 3)
    return {"name": one.name, "unit": one.unit, "objective": one.objective, "measured": measured, "met": one.met}


def _owed(report: RunReport) -> dict[str, object] | None:
    found = owed(report)
    if found is None:
        return None
    commands = [f"orchestrator {found.verb}", *([found.by_hand] if found.by_hand else [])]
    return {"told": list(found.told), "commands": commands}


def _phase(one: Phase) -> dict[str, object]:
    lasted = one.duration_s
    return {
        "name": one.name,
        "started_at": time_value(one.started_at),
        "ended_at": time_value(one.ended_at),
        "duration_s": None if lasted is None else round(lasted, 3),
    }


def _moment(one: Moment) -> dict[str, object]:
    return {"at": time_value(one.at), "event": one.event, "detail": one.detail, "region": one.region}


def _arithmetic(found: Detection | None) -> dict[str, float] | None:
    return {name: round(value, 1) for name, value in asdict(found).items()} if found else None


def _record(one: DrillRecord) -> dict[str, object]:
    return asdict(one) | {
        "mode": one.mode.value,
        "verdict": one.verdict.value if one.verdict else None,
        "started_at": time_value(one.started_at),
        "ended_at": time_value(one.ended_at),
    }
