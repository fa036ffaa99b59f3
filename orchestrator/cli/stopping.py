"""Ctrl-C, `kill` and a lost terminal while steps run: each asks the executor to stop, and says so at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# A container is stopped by SIGTERM; SIGHUP is a closed terminal.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stoppable(notify: Callable[[], None]) -> Iterator[None]:
    """Within, these signals call `notify` and raise KeyboardInterrupt. A signal that is ignored (nohup) stays so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        notify()
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in _SIGNALS}
    caught = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    try:
        for number in caught:
            signal.signal(number, stop)
        yield
    finally:
        for number in caught:
            signal.signal(number, before[number] or signal.SIG_DFL)


@contextmanager
def ended_once() -> Iterator[None]:
    """Within, the first of these signals raises KeyboardInterrupt; more of them do not disturb what it puts away."""

    def deaf() -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    with stoppable(deaf):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """Within, these signals do nothing: for what is short and must be done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def leave(code: int) -> None:
    """End the process although threads still wait for AWS: the interpreter would wait for them, for many seconds.

    Returns when there is no such thread. What they asked for goes on in AWS, and the next run attaches to it.
    """
    if threading.active_count() == 1:
        return
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            continue
    os._exit(code)
