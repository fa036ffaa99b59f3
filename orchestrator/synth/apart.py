"""Runs a user's blueprint in a process of its own, which may exit, crash, hang or eat memory at no more than a message.

What the guard cannot stop from inside (os._exit, swallowed exceptions, long C calls, threads left behind, a changed
working folder) ends here with the child. Its answer comes back as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import selectors
import signal
import sys
import time
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from orchestrator.core.errors import ConfigurationError, Problem
from orchestrator.synth.guard import watch_every_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from orchestrator.synth.guard import Limits
    from orchestrator.synth.place import Place

Answer = dict[str, Any]

_MEMORY_BYTES = 1 << 30  # above what the process holds already; a blueprint of 500 resources takes a few megabytes
_GRACE_S = 1.0
_CHUNK_BYTES = 1 << 16
_ASK = "a blueprint returns a Template or raises an exception with a message"


def apart(function: Callable[[], Mapping[str, Any]], place: Place, limits: Limits) -> Answer:
    """What `function` returns, as JSON has it. Raises ConfigurationError: the function's own, or how its process ended.

    It gets twice the wall time of `limits` (import and template) and a gibibyte of memory. KeyboardInterrupt ends it.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _be_the_child(function, writing)
    os.close(writing)
    status = -1
    try:
        text = _read(reading, 2 * limits.wall_s + _GRACE_S)
        if text is not None:
            status = os.waitpid(child, 0)[1]
    finally:
        os.close(reading)
        if status == -1:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return _understood(text, status, place, limits)


def _be_the_child(function: Callable[[], Mapping[str, Any]], writing: int) -> NoReturn:
    """Never returns into the caller's program, whatever happens."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it too, and ends us
        os.dup2(2, 1)  # what bypasses sys.stdout must not get between the user and the result
        watch_every_thread()
        _limit_memory()
        answer = json.dumps(_outcome(function)).encode()
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()
        with open(writing, "wb") as pipe:
            pipe.write(answer)
    finally:
        _EXIT(0)


# Taken now: the user's code may replace it.
_EXIT = os._exit


def _outcome(function: Callable[[], Mapping[str, Any]]) -> Answer:
    try:
        return {"made": function()}
    except ConfigurationError as error:
        return {"problems": [astuple(problem) for problem in error.problems]}


def _limit_memory() -> None:
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        held = _held_bytes()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = held + _MEMORY_BYTES
        if held and (hard == resource.RLIM_INFINITY or wanted < hard):
            resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def _held_bytes() -> int:
    """Address space of this process; 0 where there is no /proc, and so no limit."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    return 0


def _read(pipe: int, seconds: float) -> bytes | None:
    """Everything until the other end closes; None when time is up."""
    deadline = time.monotonic() + seconds
    parts: list[bytes] = []
    # Not select(): it takes no descriptor beyond 1023.
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if selector.select(left):
                part = os.read(pipe, _CHUNK_BYTES)
                if not part:
                    return b"".join(parts)
                parts.append(part)
    return None


def _understood(text: bytes | None, status: int, place: Place, limits: Limits) -> Answer:
    if text:
        answer: Answer = json.loads(text)
        if "made" in answer:
            made: Answer = answer["made"]
            return made
        raise ConfigurationError(tuple(Problem(*fields) for fields in answer["problems"]))
    if text is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF):
        limit = f"{limits.cpu_s:g} s of processor time or {limits.wall_s:g} s in all"
        raise place.error(f"the blueprint did not end within {limit}", "look for a loop that has no end")
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        raise place.error(f"the blueprint's process was ended by {signal.Signals(number).name}", _ASK)
    raise place.error(f"the blueprint ended its process (exit {os.WEXITSTATUS(status)})", _ASK)
