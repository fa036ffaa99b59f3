"""Load balancers of the data plane: which one a host name means in a region, and what it answers.

On AWS an address decides; here all load balancers of a region share one, and the names in their certificates tell them
apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.local.emulator import acting_in
from orchestrator.local.request import Request
from orchestrator.local.wire import Reply

_HTTPS_PORT = 443
Balancer = tuple[str, Mapping[str, Any]]
"""The account and the emulator's own record."""


def balancer_behind(host: str, region: str) -> Balancer | None:
    """The load balancer with this DNS name, or with a certificate for this host; in any account of the region."""
    from ministack.services import alb

    for (account, where, _), found in list(alb._lbs.all_items()):
        if where == region and host in (found["DNSName"].lower(), *_certified(account, region, found)):
            return account, found
    return None


def _certified(account: str, region: str, balancer: Mapping[str, Any]) -> Iterator[str]:
    from ministack.services import acm, alb

    with acting_in(account, region):
        for listener in list(alb._listeners.values()):
            if listener["LoadBalancerArn"] != balancer["LoadBalancerArn"]:
                continue
            for one in listener.get("Certificates") or ():
                certificate = acm._certificates.get(one) or {}
                names = (certificate.get("DomainName", ""), *(certificate.get("SubjectAlternativeNames") or ()))
                yield from (str(name).lower() for name in names)


async def ask(balancer: Balancer, region: str, request: Request, scope: Mapping[str, Any]) -> Reply:
    """The answer of its HTTPS listener: rules, target groups and targets are the emulator's."""
    from ministack.core.responses import StreamingResponse
    from ministack.services import alb

    account, found = balancer
    query = {key: [value] for key, value in request.query.items()}
    caller = (scope.get("client") or ("127.0.0.1",))[0]
    with acting_in(account, region):
        status, headers, body = await alb.dispatch_request(
            found,
            request.method,
            request.path,
            dict(request.headers),
            request.body,
            query,
            _HTTPS_PORT,
            client_ip=caller,
            raw_query_string=scope.get("query_string", b"").decode(),
        )
        whole = await _collected(body) if isinstance(body, StreamingResponse) else body
    return Reply(status, whole if isinstance(whole, bytes) else str(whole).encode(), _flat(headers))


async def _collected(streamed: Any) -> bytes:
    """A target's answer as one text: ours go out whole."""
    import asyncio

    parts: list[bytes] = []

    async def send(message: Mapping[str, Any]) -> None:
        parts.append(message.get("body", b""))

    async def receive() -> Mapping[str, Any]:
        # The caller stays: whoever leaves cancels the whole question.
        await asyncio.Event().wait()
        return {}

    await streamed.runner(send, receive)
    return b"".join(parts)


def _flat(headers: Mapping[str, Any]) -> dict[str, str]:
    """Without what describes the way from the target to here."""
    kept = {name.lower(): value for name, value in headers.items()}
    dropped = ("content-length", "transfer-encoding", "connection")
    return {
        name: value if isinstance(value, str) else ", ".join(value)
        for name, value in kept.items()
        if name not in dropped
    }
