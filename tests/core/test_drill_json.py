"""Records of drills as JSON, and what is no record."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from orchestrator.core.drill import DrillMode, DrillRecord, DrillVerdict
from orchestrator.core.drill_json import NewerFormatError, record_json, record_of

BEGUN = DrillRecord(
    run="20261101T120000Z-drill-ab12cd",
    region="us-east-1",
    mode=DrillMode.SWITCH,
    started_at=datetime(2026, 11, 1, 12, tzinfo=UTC),
    by="ana@host",
)
MEASURED = DrillRecord(
    run=BEGUN.run,
    region=BEGUN.region,
    mode=DrillMode.OUTAGE,
    started_at=BEGUN.started_at,
    by=BEGUN.by,
    ended_at=datetime(2026, 11, 1, 12, 20, 5, 250000, tzinfo=UTC),
    verdict=DrillVerdict.PASSED,
    rto_s=71.5,
    requests=4200,
    failed=17,
)


def altered(**changes: object) -> str:
    told = {key: value for key, value in {**json.loads(record_json(MEASURED)), **changes}.items() if value is not ...}
    return json.dumps(told)


@pytest.mark.parametrize("record", [BEGUN, MEASURED])
def test_a_record_comes_back_as_it_was(record: DrillRecord) -> None:
    assert record_of(record_json(record)) == record


def test_what_later_versions_add_is_passed_over() -> None:
    assert record_of(altered(weather="fine")) == MEASURED


def test_what_earlier_versions_did_not_write_has_a_default() -> None:
    told = json.loads(record_json(BEGUN))
    for key in ("ended_at", "verdict", "rto_s", "requests", "failed"):
        del told[key]

    assert record_of(json.dumps(told)) == BEGUN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "[" * 100_000,
        '{"format": 2}',
        altered(run=...),
        altered(region=""),
        altered(by=7),
        altered(mode="holiday"),
        altered(mode=...),
        altered(verdict="fine"),
        altered(started_at=...),
        altered(started_at="yesterday"),
        altered(started_at="2026-11-01T12:00:00"),
        altered(ended_at=12),
        altered(rto_s="long"),
        altered(rto_s=float("nan")),
        altered(requests=True),
        altered(failed=float("inf")),
        altered(failed=None),
    ],
)
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        record_of(text)


def test_a_record_of_a_later_version_is_told_apart_from_what_is_none() -> None:
    with pytest.raises(NewerFormatError, match="format 2, this version reads 1"):
        record_of(altered(format=2))


def test_an_ended_drill_is_the_same_drill_with_its_end() -> None:
    at = datetime(2026, 11, 1, 13, tzinfo=UTC)

    assert BEGUN.ended(at).ended_at == at
    assert BEGUN.ended(at).run == BEGUN.run
