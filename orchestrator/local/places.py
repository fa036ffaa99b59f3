"""How many requests run at a time; the others wait for a place, and only as long as somebody waits for their answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from orchestrator.local.request import Receive
from orchestrator.local.wire import Reply


class Places:
    """`at_once` requests run, first come, first served.

    Those whose caller has left are not run: on a busy machine they would keep all others waiting until those leave too.
    """

    def __init__(self, at_once: int) -> None:
        self._free = asyncio.Semaphore(at_once)

    async def run(self, receive: Receive, work: Callable[[], Awaitable[Reply]]) -> Reply | None:
        """What `work` answers; None when the caller has left before it began. `receive` is that of his request."""
        left = asyncio.create_task(_left(receive))
        try:
            async with self._free:
                return None if left.done() else await work()
        finally:
            left.cancel()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
