"""P9: what waiting for one operation of 240 s costs: seconds until its end is noticed, and calls.

The real executor walks a plan of one step; only the operation is made up, and time is virtual.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

from benchmarks.results import save
from orchestrator.core.actions import AwaitOperation
from orchestrator.core.plan import Plan, Step
from orchestrator.core.state import Operation, OperationStatus
from orchestrator.executor import Polling, execute
from orchestrator.ports import StackSets
from orchestrator.simulation import InlineWorkers, SimulatedAws, World

_LENGTH_S = 240.0
_TRIES = 500
_ESTIMATES = (
    ("an estimate as good as 10 %", 1.0, 0.03, 35),
    ("an estimate twice as long", 2.0, 0.05, None),
    ("an estimate half as long", 0.5, 0.05, None),
    ("no estimate", 0.0, None, None),
)


@dataclass(slots=True)
class _OneOperation:
    """StackSets of which one operation is asked: it has ended after `lasts_s`."""

    now: Callable[[], float]
    lasts_s: float
    asked: int = field(default=0)

    def operation(self, _stack_set: str, operation_id: str) -> Operation:
        """As it stands."""
        self.asked += 1
        over = self.now() >= self.lasts_s
        return Operation(operation_id, "UPDATE", OperationStatus.SUCCEEDED if over else OperationStatus.RUNNING)


def waited(lasts_s: float, expected_s: float, number: int) -> tuple[float, int]:
    """(seconds from the operation's end until the step's, calls)."""
    aws = SimulatedAws(World(home_account="111111111111", home_region="us-west-2"))
    operation = _OneOperation(aws.clock.monotonic, lasts_s)
    ports = replace(aws.ports, stack_sets=cast(StackSets, operation))
    action = AwaitOperation("compute", "us-west-2", "one")
    step = Step(id="await", action=action, needs=(), reason="", deadline_s=3600, expected_s=expected_s)
    plan = Plan(
        application="bench",
        environment="bench",
        verb="deploy",
        release="",
        changes=(),
        steps=(step,),
        findings=(),
        basis=(),
        fingerprint="",
    )
    run = execute(
        plan, ports, run=f"bench-{number}", emit=lambda _: None, polling=Polling(), workers=InlineWorkers()
    ).run
    return (run.ended_at - run.started_at).total_seconds() - lasts_s, operation.asked


def measure(what: str, factor: float, most: float | None, calls: int | None) -> dict[str, Any]:
    """Operations of 240 s, a tenth more or less, each with an estimate of `factor` times 240 s."""
    draw = random.Random(what)
    lengths = [_LENGTH_S * draw.uniform(0.9, 1.1) for _ in range(_TRIES)]
    found = [waited(one, factor * _LENGTH_S, number) for number, one in enumerate(lengths)]
    late = [delay / length for (delay, _), length in zip(found, lengths, strict=True)]
    asked = statistics.fmean(one for _, one in found)
    row: dict[str, Any] = {"what": what, "added": statistics.fmean(late), "worst": max(late), "calls": asked}
    if most is not None:
        met = row["added"] <= most and (calls is None or asked <= calls)
        row |= {"target_added": most, "target_calls": calls, "met": met}
    return row


def fixed(every_s: float) -> dict[str, Any]:
    """What asking every so many seconds costs, by arithmetic: half an interval, and the length over it."""
    return {"what": f"every {every_s:.0f} s", "added": every_s / 2 / _LENGTH_S, "calls": _LENGTH_S / every_s + 1}


def main() -> None:
    """Measure and save."""
    save("p9", [*(measure(*one) for one in _ESTIMATES), fixed(5), fixed(30)])


if __name__ == "__main__":
    main()
