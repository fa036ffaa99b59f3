"""Processes of the embedded AWS: none outlives it, and none serves a version that nobody asks for."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from orchestrator.local import processes
from orchestrator.local.emulator import acting_in
from orchestrator.local.workers import retire

ACCOUNT, EAST, WEST = "999999999999", "us-east-1", "us-west-2"


@pytest.mark.parametrize("left", ["sleep 300", "(trap '' TERM; sleep 300; sleep 300)"])
def test_what_a_server_leaves_of_its_group_is_ended(left: str) -> None:
    command = ["sh", "-c", f"{left} & echo begun"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as leader:
        assert leader.stdout is not None
        begun = leader.stdout.readline()
        leader.wait()

        processes.end_group(leader.pid)

        # The pipe ends when the last of them has.
        assert begun == b"begun\n"
        assert leader.stdout.read() == b""


def test_a_group_that_has_gone_is_no_trouble() -> None:
    with subprocess.Popen(["true"], start_new_session=True) as leader:
        leader.wait()

    processes.end_group(leader.pid)

    assert not processes.runs(leader.pid)


# -- versions of functions ----------------------------------------------------------------------------------------


class Worker:
    """As the emulator keeps one, around a process of ours."""

    def __init__(self, *, in_use: bool = False) -> None:
        self.in_use = in_use
        self._proc: Any = subprocess.Popen(["sleep", "300"])
        self.pid = self._proc.pid

    def _discard_tmpdir(self) -> None:
        """It has none."""

    def end(self) -> None:
        """What the test leaves."""
        if self._proc is not None:
            self._proc.kill()
            self._proc.wait()


KEYS = {
    "latest": f"{ACCOUNT}:{WEST}:shop:$LATEST",
    "old": f"{ACCOUNT}:{WEST}:shop:1",
    "old and busy": f"{ACCOUNT}:{WEST}:shop:2",
    "served": f"{ACCOUNT}:{WEST}:shop:9",
    "new": f"{ACCOUNT}:{WEST}:shop:10",
    "another function": f"{ACCOUNT}:{WEST}:shop-2:1",
    "another region": f"{ACCOUNT}:{EAST}:shop:1",
}


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[Any]]]:
    """One idle process for each key, and beside the busy one an idle one."""
    from ministack.core import lambda_runtime

    made = {key: [Worker(in_use=key == KEYS["old and busy"])] for key in KEYS.values()}
    made[KEYS["old and busy"]].append(Worker())
    everybody = [one for workers in made.values() for one in workers]
    monkeypatch.setattr(lambda_runtime, "_workers", made)
    yield made
    for one in everybody:
        one.end()


def test_of_a_functions_versions_only_the_last_and_those_of_aliases_keep_idle_processes(
    pool: dict[str, list[Any]],
) -> None:
    old = pool[KEYS["old"]][0].pid
    function = {
        "config": {"FunctionName": "shop"},
        "versions": dict.fromkeys(("1", "2", "9", "10")),
        "aliases": {"live": {"FunctionVersion": "9"}},
    }

    with acting_in(ACCOUNT, WEST):
        ended = retire(function)
    ended.join()

    assert set(pool) == set(KEYS.values()) - {KEYS["old"]}
    assert [len(workers) for workers in pool.values()] == [1] * (len(KEYS) - 1)
    assert pool[KEYS["old and busy"]][0].in_use
    with pytest.raises(ProcessLookupError):
        os.kill(old, 0)
