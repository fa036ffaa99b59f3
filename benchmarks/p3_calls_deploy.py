"""P3: AWS calls per instance of a first deploy and of a release of new code, plan included."""

from __future__ import annotations

from collections import Counter
from typing import Any

from benchmarks.counting import counting
from benchmarks.peer_projects import PROJECTS, project_in, run_phases
from benchmarks.results import save
from benchmarks.workload import delete, prepared
from benchmarks.world import Shape, World, world
from orchestrator.core.plan import Plan

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
    if undone := unfinished(again):
        raise SystemExit(f"{what}: the plan after it is not empty: {undone}")
    total = asked + sent
    return {
        "what": what,
        "tool": "ours",
        "instances": instances,
        "plan_calls": asked.total(),
        "calls": total.total(),
        "polls": _polls(sent, running.shape),
        "calls_per_instance": total.total() / instances,
        "by_operation": dict(sorted(total.items())),
    }


def unfinished(plan: Plan) -> list[str]:
    """Steps but gates: those ask once more where a function did not answer in time, which fifty at once may do here."""
    return [step.id for step in plan.steps if not step.id.startswith("gate:")]


def _polls(sent: Counter[str], shape: Shape) -> int:
    """One HEAD proves a replica; the others were too early."""
    return sum(sent[one] for one in _POLLS) + max(0, sent["s3:HeadObject"] - shape.regions)


def neighbours(shape: Shape) -> list[dict[str, Any]]:
    """The first deploy of the same stacks: stacks only, without replication proofs, certificates or DNS."""
    rows = []
    with prepared(shape) as (running, stacks):
        for project_of in PROJECTS:
            with counting(running.aws.endpoint_url) as proxy:
                project = project_in(running, project_of, stacks, proxy.url)
                run_phases(project.deploy())
                rows.append(counted("first deploy", project.name, proxy.seen, shape))
            delete(running, stacks)
    return rows


def counted(what: str, tool: str, seen: Counter[str], shape: Shape) -> dict[str, Any]:
    """A neighbour's row."""
    return {
        "what": what,
        "tool": tool,
        "instances": shape.instances,
        "calls": seen.total(),
        "calls_per_instance": seen.total() / shape.instances,
        "by_operation": dict(sorted(seen.items())),
    }


def main() -> None:
    """Measure and save."""
    save("p3", [row for shape in SHAPES for row in measure(shape)] + neighbours(SHAPES[0]))


if __name__ == "__main__":
    main()
