"""One HTTP GET over asyncio, bounded in time: what the embedded AWS's health checkers and the traffic prober share."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass

from orchestrator.core.http_message import HttpAnswer, NotHttp, get_request, parse_answer

_CHUNK = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds to connect (TLS included), for the head, and as many again for the body; how much of that is read."""

    connect_s: float = 4.0
    answer_s: float = 2.0
    body_bytes: int = 5120


async def fetch(
    address: str, port: int, *, host: str, path: str, agent: str, limits: Limits, tls: ssl.SSLContext | None = None
) -> HttpAnswer:
    """The answer to `GET path` of `host`, asked at this address. Raises OSError (TimeoutError included) and NotHttp."""
    question = get_request(host, path, agent=agent)
    name = host if tls is not None else None
    async with asyncio.timeout(limits.connect_s):
        reader, writer = await asyncio.open_connection(address, port, ssl=tls, server_hostname=name)
    try:
        writer.write(question)
        return await _answer(reader, limits)
    finally:
        writer.transport.abort()


async def _answer(reader: asyncio.StreamReader, limits: Limits) -> HttpAnswer:
    raw = b""
    async with asyncio.timeout(limits.answer_s):
        while (found := parse_answer(raw)) is None:
            raw += await _more(reader)
    async with asyncio.timeout(limits.answer_s):
        while not found.complete and len(found.body) < limits.body_bytes:
            more = await reader.read(_CHUNK)
            if not more:
                break
            raw += more
            found = parse_answer(raw) or found
    return found


async def _more(reader: asyncio.StreamReader) -> bytes:
    more = await reader.read(_CHUNK)
    if not more:
        raise NotHttp("the connection ended before an answer")
    return more
