"""R6: how long users need to leave a region that fails, measured by drills, beside what arithmetic says beforehand."""

from __future__ import annotations

import statistics
import time
from typing import Any

from benchmarks.results import save
from benchmarks.world import PRIMARY, Shape, World, world
from orchestrator import app
from orchestrator.core.detection import Detection
from orchestrator.core.drill import DrillMode, DrillVerdict, DrillWish
from orchestrator.core.run_report import RunReport

_SHAPE = Shape(accounts=1, regions=2)
_CLOCK_FACTOR = 10.0
_DRILLS = 8
_PATIENCE_S = 60
_RESOLVERS = 8
_SETTINGS = f"""\
health: {{interval: 30}}
objectives: {{rto: 300}}
traffic: {{rate: 5, resolvers: {_RESOLVERS}}}
drills: {{hold: 5}}
"""
"""Checkers share these processors: at ten times the pace, the slower kind is quick enough."""


def drilled(running: World) -> RunReport:
    """One outage drill of the primary, once all is well; one that does not pass is a failed benchmark."""
    deadline = time.monotonic() + _PATIENCE_S
    while not all(region.healthy for region in app.status(running.settings).regions):
        if time.monotonic() > deadline:
            raise SystemExit(f"not every region is healthy within {_PATIENCE_S} s")
        time.sleep(1)
    drill = app.drill(running.settings, DrillWish(region=PRIMARY, mode=DrillMode.OUTAGE))
    drill.carry_out(drill.plan(), on_event=lambda _event: None)
    report = drill.report()
    assert report is not None
    if report.verdict is not DrillVerdict.PASSED:
        raise SystemExit(f"the drill did not pass: {report.why}")
    return report


def left_after(report: RunReport) -> list[float]:
    """Seconds from the outage until each resolver's users met the region for the last time, in AWS's seconds."""
    steps = {step.id: step for step in report.run.steps}
    began, over = steps["take-out"].ended_at, steps["put-back"].started_at
    zero = report.traffic_from
    assert began
    assert over
    assert zero
    last: dict[int, float] = {}
    for one in report.requests:
        since = one.ended - (began - zero).total_seconds()
        if 0 <= since <= (over - began).total_seconds() and not (one.ok and one.region != PRIMARY):
            last[one.resolver] = max(last.get(one.resolver, 0.0), since)
    return sorted(last.values())


def row(number: int, report: RunReport) -> dict[str, Any]:
    """One drill."""
    seen = next(one for one in report.phases if one.name == "checkers see it")
    return {
        "drill": number,
        "rto_s": next(one.measured for one in report.objectives if one.name == "rto"),
        "resolvers_s": left_after(report),
        "checkers_s": seen.duration_s,
        "requests": len(report.requests),
    }


def _last_s(found: Detection) -> float:
    """In the mean, when the last of the resolvers has moved: their answers run out evenly spread over the TTL."""
    return found.detected_mean_s + (1 - 0.5 / _RESOLVERS) * found.ttl_s


def main() -> None:
    """Measure and save."""
    with world(_SHAPE, clock_factor=_CLOCK_FACTOR) as running:
        with (running.folder / "regions.yaml").open("a") as file:
            file.write(_SETTINGS)
        running.deploy()
        reports = [drilled(running) for _ in range(_DRILLS)]
    rows = [row(number, report) for number, report in enumerate(reports, 1)]
    found = reports[0].facts.detection
    assert found
    users = [one for each in rows for one in each["resolvers_s"]]
    last = [each["rto_s"] for each in rows]
    save(
        "r6",
        [
            *rows,
            {
                "drill": "all",
                "users_mean_s": statistics.fmean(users),
                "formula_mean_s": found.moved_mean_s,
                "ratio": statistics.fmean(users) / found.moved_mean_s,
                "rto_mean_s": statistics.fmean(last),
                "formula_last_s": _last_s(found),
                "ratio_last": statistics.fmean(last) / _last_s(found),
                "rto_worst_s": max(last),
                "formula_worst_s": found.moved_worst_s,
            },
        ],
    )


if __name__ == "__main__":
    main()
