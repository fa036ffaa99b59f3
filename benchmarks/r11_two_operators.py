"""R11: two operators at once: whether both ever run, and how long it takes until the loser is told."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.results import save
from benchmarks.world import HOME_REGION, REPOSITORY, Shape, World, world
from orchestrator.app.locking import RunLock
from orchestrator.aws.credentials import LocalAccounts
from orchestrator.aws.lock_store import AwsLockStore
from orchestrator.aws.sessions import Sessions
from orchestrator.clock import AwakeClock
from orchestrator.core.errors import Refused
from orchestrator.core.lock import Owner
from orchestrator.core.names import Names
from orchestrator.local import HOME_ACCOUNT
from orchestrator.lock import Seat

_SHAPE = Shape(accounts=1, regions=2)
_SEEDS = 200
_PROCESSES = 10
_APART_S = 0.02
_AT_WORK_S = 0.1


class Operator:
    """A machine of its own as far as S3 can tell: own connections, own threads."""

    def __init__(self, running: World, name: str) -> None:
        sessions = Sessions("aws", credentials=LocalAccounts(HOME_ACCOUNT), endpoint_url=running.aws.endpoint_url)
        sessions.home_account()
        bucket = Names("sample", "production", HOME_ACCOUNT).artifact_bucket(HOME_REGION)
        self._store, self._seat, self._name = AwsLockStore(sessions), Seat(HOME_REGION, bucket), name
        self.spans: list[tuple[float, float]] = []
        self.told_s: list[float] = []

    def run(self, seed: int, starting: threading.Barrier) -> None:
        """Look, take, work for a moment; or be told."""
        lock = RunLock(self._store, AwakeClock(), (self._seat, None), command="orchestrator deploy --break-lock")
        owner = Owner(by=self._name, host=self._name, run=f"{seed}-{self._name}", purpose="deploy")
        pause_s = random.Random(f"{seed} {self._name}").uniform(0, _APART_S)
        starting.wait()
        time.sleep(pause_s)
        began = time.perf_counter()
        try:
            lock.look()
            with lock.held(owner) as guard:
                guard.ensure()
                at_work = time.perf_counter()
                time.sleep(_AT_WORK_S)
                self.spans.append((at_work, time.perf_counter()))
        except Refused:
            self.told_s.append(time.perf_counter() - began)


def raced(running: World) -> dict[str, Any]:
    """Two operators, `_SEEDS` times, up to 20 ms apart."""
    both = (Operator(running, "ann"), Operator(running, "bob"))
    for seed in range(_SEEDS):
        starting = threading.Barrier(2)
        threads = [threading.Thread(target=one.run, args=(seed, starting)) for one in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    spans = sorted(span for one in both for span in one.spans)
    told = [seconds for one in both for seconds in one.told_s]
    overlaps = sum(after[0] < before[1] for before, after in pairwise(spans))
    return _row("two operators on one bucket", _SEEDS, len(spans), overlaps, told)


def deployed(running: World) -> dict[str, Any]:
    """Two whole deployments as processes, interpreter and planning included."""
    told: list[float] = []
    ran = both = 0
    for number in range(_PROCESSES):
        (running.folder / "app" / "release.txt").write_text(str(number))
        processes = [_Timed(_command(running), running.folder) for _ in range(2)]
        ended = [one.end() for one in processes]
        codes = [code for code, _ in ended]
        ran += codes.count(0)
        both += codes.count(0) == 2
        told += [seconds for code, seconds in ended if code == 3]
        if not set(codes) <= {0, 3}:
            raise SystemExit(f"a deployment ended with {codes}")
    return _row("two deployments, from the start of the process", _PROCESSES, ran, both, told)


class _Timed:
    """A process, and when it ended."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self._began = time.perf_counter()
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._took_s = 0.0
        self._waiting = threading.Thread(target=self._wait)
        self._waiting.start()

    def end(self) -> tuple[int, float]:
        """Exit code and seconds."""
        self._waiting.join()
        return self._process.returncode, self._took_s

    def _wait(self) -> None:
        self._process.wait()
        self._took_s = time.perf_counter() - self._began


def _command(running: World) -> list[str]:
    words = ["--local", "--state-dir", str(running.folder / "state"), "deploy", "--yes"]
    return [sys.executable, "-m", "orchestrator", *words]


def _row(case: str, times: int, ran: int, both: int, told: list[float]) -> dict[str, Any]:
    return {
        "case": case,
        "times": times,
        "ran": ran,
        "both_at_once": both,
        "told": len(told),
        "told_after_s": statistics.median(told),
        "worst_s": max(told),
    }


def main() -> None:
    """Measure and save."""
    with world(_SHAPE) as running:
        running.deploy()
        save("r11", [raced(running), deployed(running)])


if __name__ == "__main__":
    main()
