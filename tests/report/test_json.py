"""JSON for programs: the keys that the command reference fixes."""

from __future__ import annotations

import json
from dataclasses import replace

from orchestrator.core.run import StepStatus
from orchestrator.core.topology import RegionRole
from orchestrator.report import findings_json, plan_json, run_json, status_json
from tests.report.samples import (
    ERROR,
    FAILED_RUN,
    UPDATE,
    WARNING,
    plan,
    record,
    region_status,
    run,
    status,
)

FINDING = {"rule", "severity", "where", "message", "fix"}


def test_a_plan_has_the_fixed_keys() -> None:
    document = json.loads(plan_json(replace(UPDATE, findings=(WARNING,))))

    assert document.keys() == {
        "format",
        "application",
        "environment",
        "verb",
        "release",
        "fingerprint",
        "complete",
        "summary",
        "changes",
        "steps",
        "findings",
        "basis",
        "returns",
        "proof",
        "detection",
    }
    assert document["format"] == 1
    assert document["summary"] == {"create": 0, "update": 6, "replace": 0, "delete": 0, "no_op": 1}
    assert document["changes"][1].keys() == {
        "id",
        "kind",
        "action",
        "region",
        "account",
        "reason",
        "risk",
        "fields",
    }
    assert document["changes"][1]["fields"] == [
        {"path": "Resources.Function.Properties.MemorySize", "before": "256", "after": "512", "replaces": False}
    ]
    assert document["steps"][2] == {
        "id": "gate:111111111111:us-west-2",
        "action": "AwaitOperation",
        "needs": ["update:compute:us-west-2"],
        "region": "us-west-2",
        "account": "111111111111",
        "plane": "data",
        "home_region": "us-west-2",
        "reason": "us-west-2 comes next",
        "deadline_s": 300,
        "always": False,
        "after": [],
    }
    assert document["findings"][0].keys() == FINDING
    assert document["basis"] == {"code app": "c0de"}


def test_a_status_has_the_fixed_keys_and_names_its_regions() -> None:
    document = json.loads(status_json(status(findings=(WARNING,))))

    assert document.keys() == {
        "format",
        "application",
        "environment",
        "serving_region",
        "regions",
        "findings",
        "operations",
        "serving_regions",
        "accounts_differ",
        "answering",
        "last_drill",
        "lock",
        "releases",
        "proof",
        "detection",
    }
    assert list(document["regions"]) == ["us-east-1", "us-west-2"]
    assert document["regions"]["us-east-1"] == {
        "role": "primary",
        "reachable": True,
        "release": "d527736e1713",
        "instances": {"current": 4, "outdated": 0, "inoperable": 0},
        "replica": "proven",
        "healthy": True,
        "evacuated": False,
        "drilled": False,
        "levers": {},
        "hosts": ["us-east-1.sample.fed.dev"],
        "why": "",
    }


def test_health_that_nobody_knows_is_null() -> None:
    document = json.loads(status_json(status(region_status("us-east-1", RegionRole.PRIMARY, healthy=None))))

    assert document["regions"]["us-east-1"]["healthy"] is None


def test_a_run_has_the_fixed_keys_and_times_in_utc() -> None:
    document = json.loads(run_json(FAILED_RUN))

    assert {"format", "run", "verdict", "release", "steps", "traffic"} <= document.keys()
    assert (document["format"], document["verdict"], document["traffic"]) == (1, "failed", None)
    assert document["steps"][1] == {
        "id": "update:compute:us-west-2",
        "status": "failed",
        "started_at": "2026-11-21T12:00:00.000Z",
        "ended_at": "2026-11-21T12:01:01.000Z",
        "reason": "Function: Resource handler returned: quota",
        "region": "us-west-2",
        "account": "111111111111",
    }


def test_a_step_that_never_began_has_no_times() -> None:
    document = json.loads(run_json(run(record("records", StepStatus.SKIPPED))))

    assert document["steps"][0]["started_at"] is None
    assert document["steps"][0]["ended_at"] is None


def test_findings_say_whether_the_configuration_is_valid() -> None:
    assert json.loads(findings_json((WARNING,)))["valid"] is True
    document = json.loads(findings_json((WARNING, ERROR)))

    assert document.keys() == {"format", "valid", "findings", "proof", "detection"}
    assert document["valid"] is False
    assert document["findings"][1].keys() == FINDING


def test_json_is_indented_ascii_with_a_final_newline_whatever_it_carries() -> None:
    drawn = plan_json(plan(findings=(replace(ERROR, message="\x1b[2J\u202e\ud800é\x7f"),)))

    assert drawn.isascii()
    assert drawn.startswith('{\n  "format": 1,\n')
    assert drawn.endswith("}\n")
    assert json.loads(drawn)["findings"][0]["message"] == "\x1b[2J\u202e\ud800é\x7f"
