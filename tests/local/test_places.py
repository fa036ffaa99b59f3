"""Places for requests: who waits, who is served, and who has left meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from orchestrator.local.places import Places
from orchestrator.local.wire import Reply

REPLY = Reply(200, b"served", {})


async def stays() -> Mapping[str, Any]:
    await asyncio.Event().wait()
    return {"type": "http.disconnect"}


async def leaves() -> Mapping[str, Any]:
    return {"type": "http.disconnect"}


async def _queued() -> tuple[list[str], list[Reply | None]]:
    """One request runs while two more wait, the first of whom leaves: who was served in the end, and the answers."""
    served: list[str] = []
    running, end = asyncio.Event(), asyncio.Event()

    async def first() -> Reply:
        served.append("first")
        running.set()
        await end.wait()
        return REPLY

    async def work(name: str) -> Reply:
        served.append(name)
        return REPLY

    places = Places(1)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(places.run(stays, first))]
        await running.wait()
        tasks.append(group.create_task(places.run(leaves, lambda: work("who left"))))
        tasks.append(group.create_task(places.run(stays, lambda: work("who stayed"))))
        for _ in range(5):
            await asyncio.sleep(0)
        waiting = list(served)
        end.set()
    assert waiting == ["first"]
    return served, [task.result() for task in tasks]


def test_requests_wait_for_a_place_and_those_whose_caller_has_left_are_not_run() -> None:
    served, answers = asyncio.run(_queued())

    assert served == ["first", "who stayed"]
    assert answers == [REPLY, None, REPLY]
