"""P4: AWS calls per instance of a plan that finds nothing to do."""

from __future__ import annotations

from typing import Any

from benchmarks.counting import counting
from benchmarks.p3_calls_deploy import SHAPES, counted, unfinished
from benchmarks.peer_projects import PROJECTS, project_in, run_phases
from benchmarks.results import save
from benchmarks.workload import create, prepared
from benchmarks.world import Shape, world


def measure(shape: Shape) -> dict[str, Any]:
    """One plan after a deploy."""
    with world(shape) as running:
        running.deploy()
        plan, calls = running.counted_plan()
    if unfinished(plan) or any(call.mutating for call in running.calls):
        raise SystemExit(f"the plan is not empty: {unfinished(plan)}")
    return {
        "what": "plan, nothing to do",
        "tool": "ours",
        "instances": shape.instances,
        "calls": calls.total(),
        "calls_per_instance": calls.total() / shape.instances,
        "by_operation": dict(sorted(calls.items())),
    }


def neighbours(shape: Shape) -> list[dict[str, Any]]:
    """Their verbs that say that nothing is to be done, on the same stacks."""
    rows = []
    with prepared(shape) as (running, stacks):
        create(running, stacks)
        for project_of in PROJECTS:
            with counting(running.aws.endpoint_url) as proxy:
                project = project_in(running, project_of, stacks, proxy.url)
                run_phases(project.plan())
                rows.append(counted("plan, nothing to do", project.name, proxy.seen, shape))
    return rows


def main() -> None:
    """Measure and save."""
    save("p4", [measure(shape) for shape in SHAPES] + neighbours(SHAPES[0]))


if __name__ == "__main__":
    main()
