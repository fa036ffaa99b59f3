"""What one of Route 53's checkers does once: connects to the check's endpoint, asks, and words what it saw.

Limits as in the Route 53 developer guide, "How Route 53 determines the status of health checks that monitor an
endpoint": 4 s to connect (TCP checks 10 s), 2 s for the status, 2 s more for the text to find in 5,120 bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from orchestrator.core.dns import CheckKind, HealthCheck
from orchestrator.core.http_message import HttpAnswer, NotHttp
from orchestrator.exchange import Limits, fetch
from orchestrator.local.regions import ADDRESSES

SEARCHED_BYTES = 5120
_CONNECT_S, _ANSWER_S, _TCP_CONNECT_S = 4.0, 2.0, 10.0
_LEAST_S = 1.0
"""However fast the clock, the functions behind the endpoint run at their own pace."""
_AGENT = "Amazon-Route53-Health-Check-Service (embedded AWS)"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One probe's result; `text` begins with Success or Failure, as in GetHealthCheckStatus."""

    ok: bool
    text: str


class CheckerProbe:
    """`address` finds the address behind a host name ("" for none); a region's address is asked on `data_port`."""

    def __init__(self, address: Callable[[str], str], *, data_port: int, clock_factor: float) -> None:
        self._address, self._data_port, self._factor = address, data_port, clock_factor

    async def ask(self, check: HealthCheck, ip_address: str = "") -> Verdict:
        """Probes once. Nothing outside of this machine is ever contacted."""
        address = ip_address or self._address(check.host)
        if not address:
            return Verdict(False, f"Failure: DNS resolution failed: {check.host} has no address in the embedded AWS.")
        if not address.startswith("127."):
            return Verdict(False, f"Failure: {address} is not part of the embedded AWS, and nothing else is asked.")
        port = self._data_port if address in ADDRESSES.values() else check.port
        try:
            if check.kind is CheckKind.TCP:
                return await self._connect(address, port)
            return await self._get(check, address, port)
        except TimeoutError:
            return Verdict(
                False, "Failure: The health checker could not establish a connection or got no answer in time."
            )
        except OSError as error:
            return Verdict(False, f"Failure: The connection was refused or broke: {error.strerror or error}.")
        except NotHttp as error:
            return Verdict(False, f"Failure: The endpoint did not speak HTTP: {error}.")

    async def _connect(self, address: str, port: int) -> Verdict:
        async with asyncio.timeout(self._limit(_TCP_CONNECT_S)):
            _, writer = await asyncio.open_connection(address, port)
        writer.transport.abort()
        return Verdict(True, "Success: The TCP connection was established.")

    async def _get(self, check: HealthCheck, address: str, port: int) -> Verdict:
        limits = Limits(
            connect_s=self._limit(_CONNECT_S),
            answer_s=self._limit(_ANSWER_S),
            body_bytes=SEARCHED_BYTES if check.search else 0,
        )
        answer = await fetch(address, port, host=check.host or address, path=check.path, agent=_AGENT, limits=limits)
        return judged(answer, check.search)

    def _limit(self, seconds: float) -> float:
        return max(seconds / self._factor, _LEAST_S)


def judged(answer: HttpAnswer, search: str) -> Verdict:
    """A status of 2xx or 3xx, and the text within the first 5,120 bytes when one is looked for."""
    said = f"HTTP Status Code {answer.status}, {_phrase(answer)}"
    if not 200 <= answer.status < 400:
        return Verdict(False, f"Failure: {said}.")
    if search and search.encode() not in answer.body[:SEARCHED_BYTES]:
        return Verdict(False, f"Failure: {said}, but the string was not found in its first {SEARCHED_BYTES} bytes.")
    return Verdict(True, f"Success: {said}{', and the string was found' if search else ''}.")


def _phrase(answer: HttpAnswer) -> str:
    if answer.status in HTTPStatus._value2member_map_:
        return HTTPStatus(answer.status).phrase
    return "".join(char for char in answer.reason if char.isprintable())[:80] or "an unknown status"
