"""Runs every figure in a process of its own, or those that are named: `python -m benchmarks p6 p7`."""

from __future__ import annotations

import subprocess
import sys

_FIGURES = {
    "p1": "p1_makespan",
    "p2": "p2_makespan_long",
    "p3": "p3_calls_deploy",
    "p4": "p4_calls_plan",
    "p5": "p5_plan_wall",
    "p6": "p6_start",
    "p7": "p7_synth",
    "p8": "p8_memory",
    "p9": "p9_polling",
    "p10": "p10_route53_rate",
    "p11": "p11_plan_at_size",
    "p12": "p12_synth_gallery",
    "r1": "r1_lost_answers",
    "r2": "r2_killed",
    "r3": "r3_requests_lost",
    "r4": "r4_black_hole",
    "r5": "r5_failover",
    "r6": "r6_drill",
    "r7": "r7_drill_stopped",
    "r8": "r8_schedules",
    "r9": "r9_planted_bugs",
    "r10": "r10_stale_plans",
    "r11": "r11_two_operators",
}


def main(wanted: list[str]) -> int:
    """1 when a figure could not be measured."""
    unknown = sorted(set(wanted) - set(_FIGURES))
    if unknown:
        print(f"unknown: {', '.join(unknown)}; known: {', '.join(_FIGURES)}", file=sys.stderr)
        return 64
    codes = [
        subprocess.run([sys.executable, "-m", f"benchmarks.{module}"], check=False).returncode
        for figure, module in _FIGURES.items()
        if not wanted or figure in wanted
    ]
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
