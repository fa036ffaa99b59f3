"""A rehearsal for programs: the document of its drill, its own verdict, and every stage."""

from __future__ import annotations

import json

from orchestrator.core.rehearsal import Rehearsal, StageResult
from orchestrator.report.json_documents import FORMAT
from orchestrator.report.json_drill import drill_json

_NO_DRILL: dict[str, object] = {
    "run": "",
    "region": "",
    "mode": None,
    "objectives": [],
    "phases": [],
    "traffic": None,
    "timeline": [],
    "restored": None,
}


def rehearsal_json(rehearsal: Rehearsal) -> str:
    """`run`, `region`, `objectives`, `phases`, `traffic`, `timeline` and `restored` are those of the drill stage."""
    drill = json.loads(drill_json(rehearsal.drill)) if rehearsal.drill else {"format": FORMAT, **_NO_DRILL}
    document = drill | {
        "verb": "rehearse",
        "verdict": rehearsal.verdict.value,
        "why": rehearsal.why,
        "stages": [_stage(one) for one in rehearsal.stages],
    }
    return json.dumps(document, indent=2) + "\n"


def _stage(one: StageResult) -> dict[str, object]:
    traffic = one.report.traffic
    return {
        "stage": one.stage.name.lower(),
        "title": one.stage.value,
        "run": one.report.run.id,
        "seconds": round(one.seconds, 3),
        "verdict": (one.report.verdict or one.report.run.verdict).value,
        "fault": one.fault,
        "requests": traffic.requests if traffic else None,
        "failed": traffic.failed if traffic else None,
    }
