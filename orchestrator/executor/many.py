"""One question to many places: some at a time, as a thousand instances one after the other would take minutes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

_AT_ONCE = 8

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Many(Protocol):
    """Asks each; the answers in the order of the questions. Raises what the first that failed raised."""

    def __call__(self, ask: Callable[[Asked], Answer], whom: Sequence[Asked]) -> list[Answer]:
        """All answers."""
        ...


def one_by_one(ask: Callable[[Asked], Answer], whom: Sequence[Asked]) -> list[Answer]:
    """In the caller's thread: a simulation repeats exactly."""
    return [ask(one) for one in whom]


def by_threads(ask: Callable[[Asked], Answer], whom: Sequence[Asked]) -> list[Answer]:
    """Some at a time. After a failure no further ones are begun."""
    if len(whom) < 2:
        return one_by_one(ask, whom)
    workers = ThreadPoolExecutor(max_workers=min(_AT_ONCE, len(whom)), thread_name_prefix="ask")
    try:
        return list(workers.map(ask, whom))
    finally:
        workers.shutdown(wait=False, cancel_futures=True)
