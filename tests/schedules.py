"""Random schedules: a seed decides scenario, faults and rivals. `python -m tests.schedules --seed N` plays one again.

Without a seed it plays for `--seconds` (300) on `--jobs` (2) cores and tells how many there were. Exit 1: a violation.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from tests.invariants import violations
from tests.mischief import Fault, Kind
from tests.sample_world import EAST, OTHER, SOUTH, WEST
from tests.scenarios import SCENARIOS, Rival, Scenario, play, smooth

_DEADLY = (Kind.DIE_BEFORE, Kind.DIE_AFTER, Kind.DIE_AT_EVENT, Kind.TEAR_EVENT)
_LOSSY = (Kind.LOSE_REQUEST, Kind.LOSE_ANSWER, Kind.THROTTLE, Kind.SERVER_ERROR)
_OURS = (Kind.CTRL_C, Kind.JUMP)
_THEIRS = (Kind.OUTAGE, Kind.SLOW, Kind.SICK, Kind.BROKEN, Kind.REPLICA_FAILS, Kind.REPLICA_LATE, Kind.PAUSE)
_RIVALS = {
    "first": (),
    "release": ("deploy", "drill switch"),
    "removal": ("deploy",),
    "growth": ("deploy",),
    "destroy": ("deploy",),
    "drill-switch": ("deploy", "drill switch"),
    "drill-outage": ("deploy", "drill outage"),
    "failover": ("deploy", "failback"),
    "waves": ("deploy",),
    "rollback-gate": ("deploy", "drill switch"),
    "rollback-instance": ("deploy",),
}
_CHUNK = 20
"""Seeds that a process plays between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """One scenario and what goes wrong in it."""

    seed: int
    scenario: Scenario
    faults: tuple[Fault, ...]
    rivals: tuple[Rival, ...]
    resume: bool

    def __str__(self) -> str:
        rivals = "".join(f", {one.verb} by another after {one.after_s:.1f} s" for one in self.rivals)
        resumed = ", resumed" if self.resume else ""
        return f"{self.scenario.name}: {'; '.join(map(str, self.faults)) or 'no fault'}{rivals}{resumed}"


def drawn(seed: int) -> Schedule:
    """The schedule of a seed: the same for ever, as long as the scenarios are."""
    draw = random.Random(seed)
    scenario = draw.choice(SCENARIOS)
    kinds = [draw.choice(draw.choice((_DEADLY, _LOSSY, _OURS))) for _ in range(draw.choice((1, 1, 2, 3)))]
    if draw.random() < 0.4:
        kinds += [draw.choice(_THEIRS) for _ in range(draw.choice((1, 1, 2)))]
    faults = tuple(_fault(draw, scenario, kind) for kind in kinds)
    verbs = _RIVALS[scenario.name]
    rivals = (Rival(draw.choice(verbs), _moment(draw, scenario)),) if verbs and draw.random() < 0.25 else ()
    return Schedule(seed, scenario, faults, rivals, draw.random() < 0.5)


def _moment(draw: random.Random, scenario: Scenario) -> float:
    # At the same instant as the first one, or at any time while he works.
    return draw.choice((0.0, draw.uniform(0.0, 1.2 * smooth(scenario).lasts_s)))


def _fault(draw: random.Random, scenario: Scenario, kind: Kind) -> Fault:
    undisturbed = smooth(scenario)
    call, event, at = (
        draw.randint(1, undisturbed.calls + 5),
        draw.randint(1, undisturbed.events),
        _moment(draw, scenario),
    )
    region = draw.choice([one.name for one in scenario.wanted.topology.regions])
    match kind:
        case Kind.DIE_BEFORE | Kind.DIE_AFTER | Kind.LOSE_REQUEST | Kind.LOSE_ANSWER:
            return Fault(kind, call)
        case Kind.THROTTLE | Kind.SERVER_ERROR:
            return Fault(kind, call, times=draw.choice((1, 2, 5)))
        case Kind.DIE_AT_EVENT | Kind.TEAR_EVENT:
            return Fault(kind, event)
        case Kind.CTRL_C:
            return Fault(kind, at, times=draw.choice((1, 1, 2)))
        case Kind.JUMP:
            return Fault(kind, at, lasts_s=draw.choice((-600.0, 600.0, -3600.0, 86400.0)))
        case Kind.PAUSE:
            return Fault(kind, at, lasts_s=draw.choice((5.0, 61.0, 90.0, 400.0)))
        case Kind.OUTAGE:
            place = draw.choice((EAST, WEST, SOUTH, "route53"))
            return Fault(kind, at, lasts_s=draw.uniform(5.0, 600.0), where=place)
        case Kind.SLOW:
            return Fault(kind, at, lasts_s=draw.uniform(5.0, 300.0), where=region)
        case Kind.SICK:
            return Fault(kind, at, times=draw.choice((1, 3)), lasts_s=draw.uniform(1.0, 200.0), where=region)
        case Kind.BROKEN:
            layer = draw.choice(("infra", "compute"))
            return Fault(kind, 0.0, where=f"{layer}/{OTHER}/{region}")
        case Kind.REPLICA_FAILS:
            return Fault(kind, 0.0, times=draw.choice((1, 2)), where=region)
        case Kind.REPLICA_LATE:
            return Fault(kind, 0.0, lasts_s=draw.uniform(10.0, 900.0), where=region)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a schedule came to."""

    schedule: Schedule
    found: tuple[str, ...]
    commands: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"seed {self.schedule.seed}: {self.schedule}", *(f"  {one}" for one in self.commands)]
        again = f"  again: python -m tests.schedules --seed {self.schedule.seed}"
        return "\n".join([*lines, *(f"  VIOLATED {one}" for one in self.found), again])


def judged(seed: int) -> Verdict:
    """Play one and ask every invariant. Whatever the program itself raises is a violation too."""
    schedule = drawn(seed)
    try:
        end = play(schedule.scenario, schedule.faults, schedule.rivals, resume=schedule.resume)
    except Exception:  # noqa: BLE001 - a traceback is what a user must never see
        return Verdict(schedule, (traceback.format_exc(),), ())
    return Verdict(schedule, tuple(violations(end)), tuple(map(str, end.commands)))


def violated(seeds: Sequence[int]) -> list[Verdict]:
    """The schedules of these seeds that violate something."""
    return [verdict for verdict in map(judged, seeds) if verdict.found]


def soak(seconds: float, jobs: int, first: int) -> tuple[int, list[Verdict]]:
    """Play seeds from `first` on for so long, on so many cores: how many, and what was violated."""
    ends_at, played, found = time.monotonic() + seconds, 0, []
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        chunks = _chunks(first)
        running = {pool.submit(violated, next(chunks)) for _ in range(2 * jobs)}
        while running:
            done = next(as_completed(running))
            running.remove(done)
            played += _CHUNK
            found += done.result()
            if time.monotonic() < ends_at and len(found) < _CHUNK:
                running.add(pool.submit(violated, next(chunks)))
    return played, found


def _chunks(first: int) -> Iterator[range]:
    while True:
        yield range(first, first + _CHUNK)
        first += _CHUNK


def main(arguments: Sequence[str]) -> int:
    """One seed again, or as many as there is time for."""
    parser = argparse.ArgumentParser(prog="python -m tests.schedules", description=__doc__)
    parser.add_argument("--seed", type=int, help="play this one, and tell all")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--first", type=int, default=0, help="the first seed of a long run")
    options = parser.parse_args(arguments)
    if options.seed is not None:
        verdict = judged(options.seed)
        sys.stdout.write(f"{verdict}\n")
        return 1 if verdict.found else 0
    began = time.monotonic()
    played, found = soak(options.seconds, options.jobs, options.first)
    took = time.monotonic() - began
    for verdict in found:
        sys.stdout.write(f"{verdict}\n")
    sys.stdout.write(f"{played} schedules in {took:.0f} s ({played / took:.0f}/s), {len(found)} violated\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
