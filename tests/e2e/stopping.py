"""Drills as real processes on terminals of their own, stopped by a signal or by losing it when a step begins.

`python -m tests.e2e.stopping` stops every step, the ways in turn; `--rounds 5` every step in every way.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.cli.terminal import environment
from tests.e2e.conftest import Project, deploy, new_project
from tests.e2e.drilling import EAST, TARGET_ACCOUNT, Remains, answered, remains
from tests.embedded import embedded_aws

FACTOR = 16.0
LOST = "lost terminal"
ENDS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGKILL", LOST)
_PATIENCE_S = 120.0
"""Seconds on the wall in which everything must be as before: no outage of these drills lasts half as long."""
_STEPS = (
    "note:begin", "take-out", "keep", "agree", f"answer:{TARGET_ACCOUNT}", "users", "hold", "watch", "put-back",
    "agree-back", f"answer-back:{TARGET_ACCOUNT}", "users-back", "note:end",
)  # fmt: skip
_AT_TERMINAL = "import os, sys; os.login_tty(0); os.execv(sys.argv[1], sys.argv[1:])"


@dataclass(frozen=True, slots=True)
class Stop:
    """One drill of `mode`, ended when `step` begins."""

    mode: str
    step: str
    end: str

    def __str__(self) -> str:
        return f"{self.mode} {self.step} {self.end}"


@dataclass(frozen=True, slots=True)
class Stopped:
    """How it ended: seconds on the wall from the stop to its end, and until all was as before. `note`: one was left."""

    code: int
    ended_s: float
    as_before_s: float
    note: bool


def stops(rounds: int) -> Iterator[Stop]:
    """Every step of both plans, each in `rounds` ways."""
    for mode in ("switch", "outage"):
        steps = [one for one in _STEPS if mode == "switch" or one != "keep"]
        for turn, (number, step) in itertools.product(range(rounds), enumerate(steps)):
            yield Stop(mode, step, ENDS[(number + turn) % len(ENDS)])


class DrillAtTerminal:
    """A drill on a terminal of its own, whose screen nobody looks at. A context manager."""

    def __init__(self, project: Project, mode: str, *words: str) -> None:
        self._ours, theirs = os.openpty()
        os.set_blocking(self._ours, False)
        drill = ("-m", "orchestrator", "--local", "drill", EAST, "--mode", mode, "--hold", "5", *words, "--yes")
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", _AT_TERMINAL, sys.executable, *drill],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=project.folder,
            env=environment(**project.environment),
        )
        os.close(theirs)
        self._open, self.screen = True, b""

    def __enter__(self) -> DrillAtTerminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._lose()

    def stop(self, end: str) -> None:
        """By a signal to the process alone, or by taking the terminal away."""
        if end == LOST:
            self._lose()
        else:
            self.process.send_signal(signal.Signals[end])

    def over(self) -> bool:
        """Whether the process has ended. What it has written meanwhile is read: a full terminal would hold it up."""
        with contextlib.suppress(OSError):
            while self._open and (more := os.read(self._ours, 65536)):
                self.screen += more
        return self.process.poll() is not None

    def _lose(self) -> None:
        if self._open:
            os.close(self._ours)
        self._open = False


def stopped(project: Project, stop: Stop, before: Remains, tries: int = 3) -> Stopped:
    """Afterwards everything is as before, or AssertionError says what is not.

    A drill that was refused is tried again: on a busy machine a region may seem sick for a moment. A lock that a killed
    one has left is broken.
    """
    _await(lambda: _healthy(project), "every region is healthy")
    runs = project.folder / ".orchestrator" / "runs"
    known = set(runs.glob("*.jsonl"))
    with DrillAtTerminal(project, stop.mode, "--break-lock") as drill:
        _await(lambda: drill.over() or _begun(runs, known, stop.step), f"{stop} begins")
        begun = _begun(runs, known, stop.step)
        if not begun and tries > 1:
            return stopped(project, stop, before, tries - 1)
        assert begun, f"{stop}: it ended before that step:\n{drill.screen.decode(errors='replace')}"
        drill.stop(stop.end)
        began = time.monotonic()
        _await(drill.over, f"{stop} ends")
        ended, code = time.monotonic(), drill.process.returncode
    _await(lambda: replace(remains(project), unfinished=[]) == before, f"{stop}: all is as before")
    restored = time.monotonic()
    _await(lambda: answered(project) == EAST, f"{stop}: users are back")
    left = remains(project).unfinished
    if left:
        put_right = project.run("drill", EAST, "--put-back", "--yes")
        assert (put_right.code, remains(project)) == (0, before), f"{stop}: {put_right.err}"
    return Stopped(code, ended - began, restored - began, bool(left))


@contextlib.contextmanager
def stage() -> Iterator[Project]:
    """A deployed project on an embedded AWS of its own, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="stopped-") as name:
        folder = Path(name) / "shop"
        with embedded_aws(folder / ".orchestrator" / "local", clock_factor=FACTOR) as embedded:
            project = new_project(folder, embedded)
            project.configure("interval: 10, failure_threshold: 3", "interval: 30, failure_threshold: 2")
            project.configure("ttl: 60", "ttl: 20")
            project.configure("objectives: {rto: 180}", "objectives: {rto: 90}\ndrills: {hold: 5}")
            yield deploy(project)


def _begun(runs: Path, known: set[Path], step: str) -> bool:
    """Whether the journal of the newest run tells that the step began. Its last line may not be whole yet."""
    for journal in set(runs.glob("*.jsonl")) - known:
        for line in journal.read_text().splitlines():
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if (event.get("kind"), event.get("step")) == ("step_started", step):
                    return True
    return False


def _await(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not holds():
        assert time.monotonic() <= deadline, f"not within {_PATIENCE_S} s: {what}"
        time.sleep(0.02)


def _healthy(project: Project) -> bool:
    status = project.run("status", "--format", "json")
    return status.code == 0 and all(one["healthy"] for one in status.json["regions"].values())


def main() -> None:
    """Raises AssertionError at the first drill that leaves anything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1, choices=range(1, len(ENDS) + 1))
    rounds = parser.parse_args().rounds
    with stage() as project:
        before = remains(project)
        for stop in stops(rounds):
            sys.stdout.write(f"{stop}: {stopped(project, stop, before)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
