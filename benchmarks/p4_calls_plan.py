"""P4: AWS calls per instance of a plan that finds nothing to do."""

from __future__ import annotations

from typing import Any

from benchmarks.p3_calls_deploy import SHAPES
from benchmarks.results import save
from benchmarks.world import Shape, world


def measure(shape: Shape) -> dict[str, Any]:
    """One plan after a deploy."""
    with world(shape) as running:
        running.deploy()
        plan, calls = running.counted_plan()
    if plan.steps or any(call.mutating for call in running.calls):
        raise SystemExit(f"the plan is not empty: {[step.id for step in plan.steps]}")
    return {
        "instances": shape.instances,
        "calls": calls.total(),
        "calls_per_instance": calls.total() / shape.instances,
        "by_operation": dict(sorted(calls.items())),
    }


def main() -> None:
    """Measure and save."""
    save("p4", [measure(shape) for shape in SHAPES])


if __name__ == "__main__":
    main()
