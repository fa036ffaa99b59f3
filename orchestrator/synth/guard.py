"""Runs a user's blueprint: it may fail, print, exit, loop or call the network, and costs no more than a clear message.

Three clocks: processor time and wall time end it with an exception (main thread only: signals reach no other); a
second amount of processor time ends the process, for code that swallows exceptions or sits in one long C call: a
process of its own (apart.py).
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from blueprints import BlueprintError
from orchestrator.core.errors import ConfigurationError, OrchestratorError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType, TracebackType

    from orchestrator.synth.place import Place


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for one blueprint: to import it and to make its template, each."""

    cpu_s: float = 2.0
    wall_s: float = 5.0


class UserCode:
    """`with UserCode(place, base_dir):` turns whatever the code inside does into ConfigurationError.

    `base_dir` can be imported from; stdout goes to stderr. BlueprintError and KeyboardInterrupt pass through.
    """

    def __init__(self, place: Place, base_dir: Path, limits: Limits) -> None:
        self._place = place
        self._base_dir = base_dir.resolve()
        self._limits = limits
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> None:
        with contextlib.ExitStack() as stack:
            stack.enter_context(contextlib.redirect_stdout(sys.stderr))
            stack.enter_context(_importable(str(self._base_dir)))
            stack.enter_context(_pure())
            stack.enter_context(_clocks(self._limits))
            self._stack = stack.pop_all()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        if error is None or isinstance(error, (BlueprintError, OrchestratorError, KeyboardInterrupt)):
            return
        raise ConfigurationError((self._problem(error, trace),)) from error

    def _problem(self, error: BaseException, trace: TracebackType | None) -> Problem:
        if isinstance(error, SyntaxError) and error.filename:
            return Problem(
                self._shown(error.filename), error.lineno or 0, error.offset or 0, "", f"syntax error: {error.msg}"
            )
        message, fix = _explain(error, self._limits)
        where = self._last_own_line(trace)
        if where is None:
            return self._place.problem(message, fix)
        return Problem(self._shown(where[0]), where[1], 0, "", message, fix)

    def _last_own_line(self, trace: TracebackType | None) -> tuple[str, int] | None:
        """The deepest line of the traceback that lies in the user's folder."""
        found = None
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename
            if Path(file).is_relative_to(self._base_dir):
                found = (file, trace.tb_lineno)
            trace = trace.tb_next
        return found

    def _shown(self, file: str) -> str:
        path = Path(file)
        return str(path.relative_to(self._base_dir)) if path.is_relative_to(self._base_dir) else file


class _TimeUp(BaseException):
    """Not an Exception, so that `except Exception` in a blueprint does not swallow it."""


class _Impure(Exception):
    """A blueprint tried to reach outside."""


def _explain(error: BaseException, limits: Limits) -> tuple[str, str]:
    if isinstance(error, _TimeUp):
        limit = f"{limits.cpu_s:g} s of processor time or {limits.wall_s:g} s in all"
        return f"the blueprint did not end within {limit}", "look for a loop that has no end"
    if isinstance(error, _Impure):
        return str(error), "a blueprint is a pure function of options and context; pass values in as options"
    if isinstance(error, MemoryError):
        return "the blueprint ran out of memory", "look for a loop or a text that grows without end"
    if isinstance(error, SystemExit):
        return f"the blueprint called exit ({error.code})", "raise an exception with a message instead"
    if isinstance(error, ModuleNotFoundError):
        return f"the blueprint needs the module {error.name!r}, which is not installed", "install it next to this tool"
    text = str(error).strip()
    return f"the blueprint raised {type(error).__name__}" + (f": {text[:500]}" if text else ""), ""


@contextlib.contextmanager
def _importable(folder: str) -> Iterator[None]:
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(folder)


_IMPURE_EVENTS = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.system",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.sendto",
        "subprocess.Popen",
    }
)


class _Watch:
    """The thread whose calls are being watched; the hook stays installed because Python cannot remove one."""

    def __init__(self) -> None:
        self.thread = 0
        self.every_thread = False
        self.installed = False

    def hook(self, event: str, _: tuple[object, ...]) -> None:
        if self.thread and event in _IMPURE_EVENTS and (self.every_thread or threading.get_ident() == self.thread):
            raise _Impure(f"the blueprint tried to reach outside ({event})")


_WATCH = _Watch()


def watch_every_thread() -> None:
    """For a process that runs nothing but user code: a thread that it starts may not reach outside either."""
    _WATCH.every_thread = True


@contextlib.contextmanager
def _pure() -> Iterator[None]:
    if not _WATCH.installed:
        sys.addaudithook(_WATCH.hook)
        _WATCH.installed = True
    _WATCH.thread = threading.get_ident()
    try:
        yield
    finally:
        _WATCH.thread = 0


def _time_up(_: int, __: FrameType | None) -> None:
    raise _TimeUp


@contextlib.contextmanager
def _clocks(limits: Limits) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    previous = {number: signal.signal(number, _time_up) for number in (signal.SIGALRM, signal.SIGVTALRM)}
    timers = {
        signal.ITIMER_REAL: limits.wall_s,
        signal.ITIMER_VIRTUAL: limits.cpu_s,
        # SIGPROF keeps its default action: the end of the process.
        signal.ITIMER_PROF: limits.cpu_s * 3,
    }
    for timer, seconds in timers.items():
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for timer in timers:
            signal.setitimer(timer, 0)
        for number, handler in previous.items():
            signal.signal(number, handler)
