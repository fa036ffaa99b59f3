"""Wall time and peak memory of processes, in pairs A B A B, so that a drifting machine drifts for both."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sample:
    """One process: seconds, and MiB of the largest resident set among it and what it waited for."""

    wall_s: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Summary:
    """Medians of the samples, and the spread of the wall times (first and third quartile)."""

    wall_s: float
    low_s: float
    high_s: float
    peak_mib: float
    samples: int


@dataclass(frozen=True, slots=True)
class Command:
    """A process to measure. `check` raises when its output is not what it should be (an error is fast, too)."""

    name: str
    arguments: Sequence[str]
    cwd: Path
    environment: Mapping[str, str]


def run_once(command: Command) -> Sample:
    """Run it to its end. Raises SystemExit with its output when it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(
        list(command.arguments),
        cwd=command.cwd,
        env=dict(command.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        text = output.decode(errors="replace")[-3000:]
        raise SystemExit(f"{command.name} ended with {process.returncode}:\n{text}")
    return Sample(wall, usage.ru_maxrss / 1024)


def side_by_side(runs: Mapping[str, Callable[[], Sample]], *, rounds: int) -> dict[str, Summary]:
    """Each round runs everything once, every second round in reverse; the first round only warms up."""
    taken: dict[str, list[Sample]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        order = list(runs) if number % 2 else list(reversed(runs))
        for name in order:
            sample = runs[name]()
            if number:
                taken[name].append(sample)
    return {name: _summary(samples) for name, samples in taken.items()}


def median_ratio(one: Summary, other: Summary) -> float:
    """How many times as long `one` takes."""
    return one.wall_s / other.wall_s


def _summary(samples: Sequence[Sample]) -> Summary:
    walls = sorted(sample.wall_s for sample in samples)
    low, _, high = statistics.quantiles(walls, n=4) if len(walls) > 1 else (walls[0],) * 3
    peak = statistics.median(sample.peak_mib for sample in samples)
    return Summary(statistics.median(walls), low, high, peak, len(walls))
