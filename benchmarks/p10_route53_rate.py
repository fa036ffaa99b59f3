"""P10: how often Route 53 is asked in a first deployment and a release, and how often it is written to.

The real gateways and executor on the embedded AWS, at the pace that is kept towards AWS; the embedded Route 53 is asked
more often otherwise, as it throttles nobody.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from benchmarks.results import save
from benchmarks.world import Shape, World, world
from orchestrator import app
from orchestrator.app import settings as app_settings
from orchestrator.aws.sessions import Call

_SHAPE = Shape(accounts=3, regions=2)
_PER_S = 2.0
_AWS_ALLOWS = 5


def measured(running: World, what: str) -> dict[str, Any]:
    """One deployment, plan included: Route 53's calls and when each was sent."""
    sent: list[tuple[float, str]] = []

    def on_call(call: Call) -> None:
        if call.service == "route53":
            sent.append((time.monotonic(), call.operation))

    options = app.Settings(
        config=running.folder / "regions.yaml", local=True, state_dir=running.folder / "state", on_call=on_call
    )
    began = time.monotonic()
    undertaking = app.undertake(options, verb="deploy")
    plan = undertaking.plan()
    run = undertaking.carry_out(plan, on_event=lambda _: None)
    took_s = time.monotonic() - began
    if run.failed:
        raise SystemExit(f"{what}: {run.failed[0].id}: {run.failed[0].reason}")
    writes = sum(1 for step in plan.steps if step.id.startswith("records"))
    return _row(what, took_s, sent, writes)


def _row(what: str, took_s: float, sent: list[tuple[float, str]], record_steps: int) -> dict[str, Any]:
    operations = Counter(operation for _, operation in sent)
    times = sorted(at for at, _ in sent)
    return {
        "what": what,
        "seconds": took_s,
        "calls": len(sent),
        "per_s_over_the_run": len(sent) / took_s,
        "target_per_s": _PER_S,
        "met": len(sent) / took_s <= _PER_S and _worst(times, 1.0) <= _AWS_ALLOWS,
        "worst_second": _worst(times, 1.0),
        "worst_10_s_per_s": _worst(times, 10.0) / 10,
        "batches": operations["ChangeResourceRecordSets"],
        "steps_that_write_records": record_steps,
        "by_operation": dict(sorted(operations.items())),
    }


def _worst(times: list[float], seconds: float) -> int:
    """The most calls in any so many seconds."""
    return max((sum(start <= at < start + seconds for at in times) for start in times), default=0)


def main() -> None:
    """Measure and save."""
    app_settings._ROUTE53_PACE = 1.0
    with world(_SHAPE) as running:
        running.bootstrap()
        rows = [measured(running, "first deployment, 12 instances")]
        running.change_code("a new release")
        rows.append(measured(running, "release"))
    save("p10", rows)


if __name__ == "__main__":
    main()
