"""The data plane: on each region's own address, its APIs and load balancers, chosen by the Host header as AWS does.

A region's outage closes its listener, so that a caller meets a refused connection.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.local import load_balancers
from orchestrator.local.emulator import acting_in
from orchestrator.local.faults import FaultBook, FaultKind, failure
from orchestrator.local.places import Places
from orchestrator.local.regions import ADDRESSES
from orchestrator.local.request import Receive, Request, Send, answer, read
from orchestrator.local.wire import Reply

_LOG = logging.getLogger(__name__)
_API_HOST = re.compile(r"^([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.amazonaws\.com$")
_POLL_S = 0.005
_WATCH_S = 0.05
_SETTLE_S = 2.0


@dataclass(frozen=True, slots=True)
class _Listener:
    stop: asyncio.Event
    task: asyncio.Task[None]


_AT_ONCE = 1 + (os.cpu_count() or 2)
"""Requests that one region runs at a time; more wait. The emulator would start a process for each, without bound, until
every answer is late: after a release all of them are new."""


class DataPlane:
    """Keeps a listener per region open, or closed where an outage of the data plane is set."""

    def __init__(self, port: int, faults: FaultBook) -> None:
        self._port, self._faults = port, faults
        self._open: dict[str, _Listener] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def reconcile(self) -> None:
        """Opens and closes listeners until they fit the faults. Called at the start and after each change of faults."""
        for region in ADDRESSES:
            down = any(
                fault.kind is FaultKind.OUTAGE and fault.plane == "data" and fault.region in ("", region)
                for fault in self._faults.current()
            )
            if down and region in self._open:
                self._close(self._open.pop(region))
            elif not down and region not in self._open:
                stop = asyncio.Event()
                self._open[region] = _Listener(stop, asyncio.create_task(self._serve(region, stop)))

    async def settled(self) -> None:
        """Returns once every listener is in fact open or closed as it should be."""
        if self._closing:
            await asyncio.wait(self._closing, timeout=_SETTLE_S)
        deadline = asyncio.get_running_loop().time() + _SETTLE_S
        for region in tuple(self._open):
            while not await _accepts(ADDRESSES[region], self._port):
                if asyncio.get_running_loop().time() > deadline:
                    return
                await asyncio.sleep(_POLL_S)

    async def watch(self) -> None:
        """Reopens listeners whose outage has ended by its own time."""
        while True:
            await asyncio.sleep(_WATCH_S)
            self.reconcile()

    def _close(self, listener: _Listener) -> None:
        listener.stop.set()
        self._closing.add(listener.task)
        listener.task.add_done_callback(self._closing.discard)

    async def _serve(self, region: str, stop: asyncio.Event) -> None:
        from hypercorn.asyncio import serve
        from hypercorn.config import Config

        config = Config()
        config.bind = [f"{ADDRESSES[region]}:{self._port}"]
        config.graceful_timeout = 0.05
        config.keep_alive_max_requests = 1  # an outage must not be outlived by an old connection
        config.loglevel = "WARNING"
        try:
            await serve(RegionApp(region, self._faults), config, shutdown_trigger=stop.wait)  # type: ignore[arg-type]
        except OSError as error:
            _LOG.warning("no data plane for %s: %s", region, error)


async def _accepts(address: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(address, port)
    except OSError:
        return False
    writer.close()
    return True


class RegionApp:
    """The ASGI application behind one region's address."""

    def __init__(self, region: str, faults: FaultBook) -> None:
        self._region, self._faults = region, faults
        self._places = Places(_AT_ONCE)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Serves one request; there is no lifespan to speak of."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            request = await read(scope, receive)
            await answer(send, await self._meet_faults() or await self._route(request, scope, receive))

    async def _meet_faults(self) -> Reply | None:
        where = {"plane": "data", "region": self._region}
        late = self._faults.strike(FaultKind.LATENCY, **where)
        if late:
            await asyncio.sleep(late.seconds)
        hole = self._faults.strike(FaultKind.BLACKHOLE, **where)
        if hole:
            await self._faults.over(hole)
        struck = self._faults.strike(FaultKind.THROTTLE, FaultKind.ERROR, **where)
        return failure("execute-api", struck) if struck else None

    async def _route(self, request: Request, scope: Mapping[str, Any], receive: Receive) -> Reply:
        host = request.headers.get("host", "").partition(":")[0].lower()
        found = _api_behind(host, self._region, request.path)
        balancer = None if found else load_balancers.balancer_behind(host, self._region)
        if balancer is not None:
            return await load_balancers.ask(balancer, self._region, request, scope)
        if found is None:
            return _refusal(403, "Forbidden")
        account, path = found

        async def execute() -> Reply:
            return await _execute(account, self._region, path, request, scope)

        return await self._places.run(receive, execute) or _refusal(503, "the caller has left")


def _api_behind(host: str, region: str, path: str) -> tuple[str, str] | None:
    """Whose API a host name means in a region, and the emulator's path to it."""
    direct = _API_HOST.match(host)
    account = _account_of_api(direct[1], region) if direct and direct[2] == region else ""
    if direct and account:
        return account, f"/_aws/execute-api/{direct[1]}{path}"
    return _api_of_domain(host, region, path)


def _account_of_api(api: str, region: str) -> str:
    from ministack.services import apigateway, apigateway_v1

    stores = (apigateway._apis, apigateway_v1._rest_apis)
    keys = [key for store in stores for key, _ in store.all_items()]
    return next((account for account, where, name in keys if (where, name) == (region, api)), "")


def _api_of_domain(host: str, region: str, path: str) -> tuple[str, str] | None:
    """The API that a custom domain name (or its d-... target) is mapped to, in any account; the longest base wins."""
    from ministack.services import apigateway_v1

    for (account, where, name), record in apigateway_v1._domain_names.all_items():
        if where != region or host not in (name.lower(), record.get("regionalDomainName", "").lower()):
            continue
        mappings = apigateway_v1._base_path_mappings.get_scoped(account, region, name, {})
        for base in sorted(mappings, key=len, reverse=True):
            prefix = "" if base in ("", "(none)") else f"/{base}"
            if prefix in ("", path) or path.startswith(f"{prefix}/"):
                api, stage = mappings[base]["restApiId"], mappings[base]["stage"] or "$default"
                return account, f"/_aws/execute-api/{api}/{stage}{path[len(prefix) :] or '/'}"
    return None


async def _execute(account: str, region: str, path: str, request: Request, scope: Mapping[str, Any]) -> Reply:
    """Runs the API in the account and region it belongs to: unsigned calls would go to the default account."""
    from ministack import app
    from ministack.core.responses import set_request_client_ip

    query = {key: [value] for key, value in request.query.items()}
    raw_query = scope.get("query_string", b"").decode()
    with acting_in(account, region):
        set_request_client_ip((scope.get("client") or ("127.0.0.1",))[0])
        handled = await app._handle_execute_api_request(
            "", path, request.method, dict(request.headers), request.body, query, raw_query_string=raw_query
        )
    if handled is None:
        return _refusal(403, "Forbidden")
    status, headers, body = handled
    return Reply(status, body if isinstance(body, bytes) else str(body).encode(), _flat(headers))


def _flat(headers: Mapping[str, Any]) -> dict[str, str]:
    return {name.lower(): value if isinstance(value, str) else ", ".join(value) for name, value in headers.items()}


def _refusal(status: int, message: str) -> Reply:
    return Reply(status, json.dumps({"message": message}).encode(), {"content-type": "application/json"})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
