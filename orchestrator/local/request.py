"""One HTTP request to the embedded AWS, read whole, with what its signature says: account, region, service."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

from orchestrator.local.wire import Reply

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d*/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class Request:
    """A request. `account`, `region` and `service` are empty when it is not signed."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    access_key: str
    region: str
    service: str

    @cached_property
    def form(self) -> dict[str, str]:
        """The fields of a form-encoded body; the last value of each."""
        if "x-www-form-urlencoded" not in self.headers.get("content-type", ""):
            return {}
        parsed = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {key: values[-1] for key, values in parsed.items()}

    @property
    def action(self) -> str:
        """The operation, where the protocol names it (query and JSON protocols), else empty."""
        return self.form.get("Action", "") or self.headers.get("x-amz-target", "").rpartition(".")[2]


async def read(scope: Mapping[str, Any], receive: Receive) -> Request:
    """The request of an ASGI scope, with its whole body."""
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qs(scope.get("query_string", b"").decode(), keep_blank_values=True)
    credential = _CREDENTIAL.search(headers.get("authorization", ""))
    access_key, region, service = credential.groups() if credential else ("", "", "")
    return Request(
        method=scope["method"],
        path=scope["path"],
        query={key: values[-1] for key, values in query.items()},
        headers=headers,
        body=b"".join(parts),
        access_key=access_key,
        region=region,
        service=service,
    )


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands out `body` once more, and afterwards whatever the connection says."""
    pending = True

    async def again() -> Mapping[str, Any]:
        nonlocal pending
        if pending:
            pending = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


async def answer(send: Send, reply: Reply) -> None:
    """Sends a whole answer."""
    headers = {**reply.headers, "content-length": str(len(reply.body))}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})
    await send({"type": "http.response.body", "body": reply.body})
