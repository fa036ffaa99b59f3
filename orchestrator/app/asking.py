"""Questions that are asked all at once, with one patience for all of them: nobody waits longer for who is silent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from math import ceil
from queue import Empty, SimpleQueue
from typing import TypeVar

_AT_ONCE = 64
_LOOK_S = 0.05

Answer = TypeVar("Answer")


def answers_in_time(
    questions: Sequence[Callable[[], Answer]],
    *,
    patience_s: float,
    longest_s: float = 0.0,
    lacking: Callable[[tuple[Answer, ...]], bool] = lambda _: False,
) -> tuple[Answer, ...]:
    """The answers that came within the patience, in the order of the questions; while those are `lacking` something,
    until the longest patience ends. Raises what a question raised by then.

    The threads of those that are still under way do not keep the process from ending.
    """
    waiting: SimpleQueue[tuple[Future[Answer], Callable[[], Answer]]] = SimpleQueue()
    futures: list[Future[Answer]] = []
    for question in questions:
        futures.append(Future())
        waiting.put((futures[-1], question))
    for _ in range(min(len(futures), _AT_ONCE)):
        threading.Thread(target=_work, args=(waiting,), name="look", daemon=True).start()
    wait(futures, timeout=patience_s, return_when=FIRST_EXCEPTION)
    for _ in range(ceil((longest_s - patience_s) / _LOOK_S)):
        if all(future.done() for future in futures) or not lacking(_answered(futures)):
            break
        wait(futures, timeout=_LOOK_S, return_when=FIRST_EXCEPTION)
    for future in futures:
        future.cancel()
    return _answered(futures)


def _answered(futures: Sequence[Future[Answer]]) -> tuple[Answer, ...]:
    return tuple(future.result() for future in futures if future.done() and not future.cancelled())


def _work(waiting: SimpleQueue[tuple[Future[Answer], Callable[[], Answer]]]) -> None:
    while True:
        try:
            future, question = waiting.get_nowait()
        except Empty:
            return
        if not future.set_running_or_notify_cancel():
            continue
        try:
            future.set_result(question())
        except Exception as error:  # noqa: BLE001 - a future carries whatever its question raised
            future.set_exception(error)
