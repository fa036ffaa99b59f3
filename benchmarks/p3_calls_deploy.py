"""P3: AWS calls per instance of a first deploy and of a release of new code, plan included."""

from __future__ import annotations

from collections import Counter
from typing import Any

from benchmarks.results import save
from benchmarks.world import Shape, World, world

SHAPES = (Shape(accounts=3, regions=2), Shape(accounts=10, regions=5))
# What is asked again and again until AWS is done; how often depends on AWS's pace, not on the number of instances.
_POLLS = ("cloudformation:DescribeStackSetOperation", "route53:GetChange")


def measure(shape: Shape) -> list[dict[str, Any]]:
    """Both deploys of one shape. Raises SystemExit when a run fails or changes what it should not."""
    with world(shape) as running:
        running.bootstrap()
        first = _deploy(running, "first deploy", shape.instances)
        running.change_code("a new release")
        return [first, _deploy(running, "release", shape.instances)]


def _deploy(running: World, what: str, instances: int) -> dict[str, Any]:
    plan, asked = running.counted_plan()
    _, sent = running.carry_out(plan)
    again, _ = running.counted_plan()
    if again.steps:
        raise SystemExit(f"{what}: the plan after it is not empty: {[step.id for step in again.steps]}")
    total = asked + sent
    return {
        "what": what,
        "instances": instances,
        "plan_calls": asked.total(),
        "calls": total.total(),
        "polls": _polls(sent, running.shape),
        "calls_per_instance": total.total() / instances,
        "by_operation": dict(sorted(total.items())),
    }


def _polls(sent: Counter[str], shape: Shape) -> int:
    """One HEAD proves a replica; the others were too early."""
    return sum(sent[one] for one in _POLLS) + max(0, sent["s3:HeadObject"] - shape.regions)


def main() -> None:
    """Measure and save."""
    save("p3", [row for shape in SHAPES for row in measure(shape)])


if __name__ == "__main__":
    main()
