"""Processes of this machine by their number: whether they run, and their ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

_POLL_S = 0.02
_GROUP_S = 2.0


def tell(pid: int, number: signal.Signals) -> None:
    """Send a signal; nothing when the process has gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def gone_within(pid: int, seconds: float) -> bool:
    """Wait until it has gone, for so long at most."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if _reaped(pid):
            return True
        time.sleep(_POLL_S)
    return False


def _reaped(pid: int) -> bool:
    """Gone for good. Whoever started the process must also reap it; a zombie of somebody else's is gone."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return not runs(pid)


def runs(pid: int) -> bool:
    """Whether the process is there and not a zombie, which only the process that started it can reap."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    if Path("/proc/self/stat").exists():
        with contextlib.suppress(FileNotFoundError):
            return not Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].lstrip().startswith("Z")
        return False
    asked = ["ps", "-o", "stat=", "-p", str(pid)]
    return not subprocess.run(asked, capture_output=True, text=True, check=False).stdout.startswith("Z")


def end_group(leader: int) -> None:
    """End what a leader that is gone has left of its process group: asked, two seconds later killed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, number)
        deadline = time.monotonic() + _GROUP_S
        while time.monotonic() < deadline:
            if not _members(leader):
                return
            time.sleep(_POLL_S)


def _members(leader: int) -> bool:
    """Whether anybody of the group runs. Zombies do not; they may stay for ever where nobody reaps them."""
    try:
        os.killpg(leader, 0)
    except (ProcessLookupError, PermissionError):
        # Nobody, or (macOS) only zombies.
        return False
    if not Path("/proc/self/stat").exists():
        return True
    return any(_is_of(path, leader) for path in Path("/proc").glob("[0-9]*/stat"))


def _is_of(stat: Path, leader: int) -> bool:
    try:
        state, _, group, *_ = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return group == str(leader) and state not in "ZX"
