"""Wall time and peak memory of processes, in pairs A B A B, so that a drifting machine drifts for both."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Linux counts what the parent held before exec towards the child's peak: a small parent in between keeps that small.
_WRAPPER = """
import os, sys, time
began = time.perf_counter()
child = os.fork()
if child == 0:
    os.dup2(2, 1)
    os.execvpe(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - began, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
"""


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
    """A process to measure. An error is fast, too: whatever ends with another code than 0 stops the benchmark."""

    name: str
    arguments: Sequence[str]
    cwd: Path
    environment: Mapping[str, str]


def run_once(command: Command) -> Sample:
    """Run it to its end. Raises SystemExit with its output when it fails."""
    with tempfile.TemporaryFile() as output:
        wrapped = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _WRAPPER, *command.arguments],
            cwd=command.cwd,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            check=True,
        )
        wall, peak_kib, code = wrapped.stdout.split()
        if int(code) != 0:
            output.seek(0)
            raise SystemExit(
                f"{command.name} ended with {int(code)}:\n{output.read().decode(errors='replace')[-3000:]}"
            )
    return Sample(float(wall), int(peak_kib) / 1024)


def side_by_side(runs: Mapping[str, Callable[[], Sample]], *, rounds: int) -> dict[str, Summary]:
    """Each round runs everything once, every second round in reverse; the first round only warms up."""
    taken: dict[str, list[Sample]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        order = list(runs.items()) if number % 2 else list(runs.items())[::-1]
        for name, run in order:
            sample = run()
            if number:
                taken[name].append(sample)
    return {name: _summary(samples) for name, samples in taken.items()}


def _summary(samples: Sequence[Sample]) -> Summary:
    walls = sorted(sample.wall_s for sample in samples)
    low, _, high = statistics.quantiles(walls, n=4) if len(walls) > 1 else (walls[0],) * 3
    peak = statistics.median(sample.peak_mib for sample in samples)
    return Summary(statistics.median(walls), low, high, peak, len(walls))
