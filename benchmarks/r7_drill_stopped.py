"""R7: drills stopped at each of their steps by each signal and by a lost terminal: what is left of them, and how long.

Every step once, the signals in turn; `python -m benchmarks.r7_drill_stopped 5` tries every pair.
"""

from __future__ import annotations

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
from typing import Any

from benchmarks.results import save
from tests.cli.terminal import environment
from tests.e2e.conftest import Project, deploy, new_project
from tests.e2e.drilling import EAST, TARGET_ACCOUNT, Remains, answered, remains
from tests.embedded import embedded_aws

_FACTOR = 16.0
_PATIENCE_S = 120.0
"""Seconds on the wall in which everything must be as before: no outage of these drills lasts half as long."""
_LOST = "lost terminal"
_ENDS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGKILL", _LOST)
_STEPS = (
    "note:begin", "take-out", "keep", "agree", f"answer:{TARGET_ACCOUNT}", "users", "hold", "watch", "put-back",
    "agree-back", f"answer-back:{TARGET_ACCOUNT}", "users-back", "note:end",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stop:
    """One drill of `mode`, ended when `step` begins."""

    mode: str
    step: str
    end: str


def stops(rounds: int) -> Iterator[Stop]:
    """Every step of both plans, each in `rounds` ways."""
    for mode in ("switch", "outage"):
        steps = [one for one in _STEPS if mode == "switch" or one != "keep"]
        for turn, (number, step) in itertools.product(range(rounds), enumerate(steps)):
            yield Stop(mode, step, _ENDS[(number + turn) % len(_ENDS)])


class Terminal:
    """A drill on a terminal of its own, whose screen nobody looks at. A context manager."""

    def __init__(self, project: Project, mode: str) -> None:
        self._ours, theirs = os.openpty()
        os.set_blocking(self._ours, False)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "orchestrator", "--local", "drill", EAST, "--mode", mode, "--hold", "5", "--yes"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=project.folder,
            env=environment(),
            preexec_fn=lambda: os.login_tty(theirs),
        )
        os.close(theirs)
        self._open, self.screen = True, b""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._lose()

    def stop(self, end: str) -> None:
        """By a signal to the process alone, or by taking the terminal away."""
        if end == _LOST:
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


def stopped(project: Project, stop: Stop, before: Remains, tries: int = 3) -> dict[str, Any]:
    """How it ended, and after how many of AWS's seconds everything was as before.

    A drill that was refused is tried again: on a busy machine a region may seem sick for a moment.
    """
    _await(lambda: _healthy(project), "every region is healthy")
    runs = project.folder / ".orchestrator" / "runs"
    known = set(runs.glob("*.jsonl"))
    with Terminal(project, stop.mode) as drill:
        _await(lambda: drill.over() or _begun(runs, known, stop.step), f"{stop} begins")
        begun = _begun(runs, known, stop.step)
        if not begun and tries > 1:
            return stopped(project, stop, before, tries - 1)
        if not begun:
            raise SystemExit(f"{stop}: it ended before that step:\n{drill.screen.decode(errors='replace')}")
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
        if put_right.code or remains(project) != before:
            raise SystemExit(f"{stop}: {put_right.err}")
    return {
        "mode": stop.mode,
        "step": stop.step,
        "end": stop.end,
        "code": code,
        "ended_s": (ended - began) * _FACTOR,
        "as_before_s": (restored - began) * _FACTOR,
        "note_left": bool(left),
    }


def summaries(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One row for each mode and each way of ending."""
    for mode, end in itertools.product(("switch", "outage"), _ENDS):
        found = [row for row in rows if (row["mode"], row["end"]) == (mode, end)]
        if found:
            yield {
                "mode": mode,
                "end": end,
                "stopped": len(found),
                "as_before": len(found),
                "longest_as_before_s": max(row["as_before_s"] for row in found),
                "notes_left": sum(row["note_left"] for row in found),
                "codes": sorted({row["code"] for row in found}),
            }


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
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {_PATIENCE_S} s: {what}")
        time.sleep(0.02)


def _healthy(project: Project) -> bool:
    status = project.run("status", "--format", "json")
    return status.code == 0 and all(one["healthy"] for one in status.json["regions"].values())


def main() -> None:
    """Measure and save."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name) / "shop"
        with embedded_aws(folder / ".orchestrator" / "local", clock_factor=_FACTOR) as embedded:
            project = new_project(folder, embedded)
            project.configure("interval: 10, failure_threshold: 3", "interval: 30, failure_threshold: 2")
            project.configure("ttl: 60", "ttl: 20")
            project.configure("objectives: {rto: 180}", "objectives: {rto: 90}\ndrills: {hold: 5}")
            deploy(project)
            before, rows = remains(project), []
            for stop in stops(rounds):
                rows.append(stopped(project, stop, before))
                print(rows[-1], flush=True)
    save("r7", [*rows, *summaries(rows)])


if __name__ == "__main__":
    main()
