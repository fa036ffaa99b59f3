"""A drill's record written and read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orchestrator.core.drill import DrillMode, DrillRecord, DrillVerdict
from orchestrator.core.drill_json import record_json, record_of

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
BEGUN = DrillRecord(run="r", region="us-east-1", mode=DrillMode.OUTAGE, started_at=AT, by="ops@box")
MEASURED = replace(BEGUN.ended(AT), verdict=DrillVerdict.FAILED, rto_s=67.5, requests=400, failed=12)


@pytest.mark.parametrize("record", [BEGUN, MEASURED])
def test_what_is_read_is_what_was_written(record: DrillRecord) -> None:
    assert record_of(record_json(record)) == record


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": 2}',
        '{"format": 1}',
        json.dumps({**json.loads(record_json(BEGUN)), "mode": "prank"}),
        json.dumps({**json.loads(record_json(BEGUN)), "started_at": "2026-11-20T12:00:00"}),
        json.dumps({**json.loads(record_json(BEGUN)), "requests": []}),
    ],
)
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        record_of(text)
