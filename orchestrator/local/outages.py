"""ports.Outages on the embedded AWS: a region's address refuses connections or never answers, for a bounded time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orchestrator.core.drill import Outage
from orchestrator.core.errors import AwsError, Unreachable
from orchestrator.local.lifecycle import LocalAws, ensure_running

_PATIENCE_S = 10.0
_REASON = "drill"


class LocalOutages:
    """Faults of the embedded AWS. One lasts no longer than it was asked to, in the clock of its Route 53."""

    def __init__(self, running: LocalAws) -> None:
        self._running = running

    def begin(self, outage: Outage, *, lasts_s: float) -> None:
        """Refuse connections, or accept them in silence; a second call changes nothing. `lasts_s` in AWS's seconds."""
        if self._ours(outage.region):
            return
        fault = {
            "kind": "blackhole" if outage.silent else "outage",
            "plane": "data",
            "region": outage.region,
            "reason": _REASON,
            "lasts_s": lasts_s / self._running.clock_factor,
        }
        self._ask("POST", "faults", fault)

    def end(self, outage: Outage) -> None:
        """Answer again."""
        for fault in self._ours(outage.region):
            self._ask("DELETE", f"faults/{fault}")

    def _ours(self, region: str) -> list[str]:
        wanted = (region, _REASON, "data")
        faults = self._ask("GET", "faults")
        return [one["id"] for one in faults if (one["region"], one["reason"], one["plane"]) == wanted]

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """The answer of the administration endpoint. Never through a proxy: it is on this machine."""
        from http.client import HTTPConnection, HTTPException

        where = f"{method} /_orchestrator/{path}"
        connection = HTTPConnection("127.0.0.1", self._running.port, timeout=_PATIENCE_S)
        try:
            connection.request(method, f"/_orchestrator/{path}", json.dumps(body) if body else None)
            answer = connection.getresponse()
            status, told = answer.status, json.loads(answer.read())
        except (OSError, HTTPException, ValueError) as error:
            ensure_running(self._running)
            raise Unreachable(f"the embedded AWS does not answer: {error}", where=where) from error
        finally:
            connection.close()
        if status >= 400:
            raise AwsError(f"the embedded AWS did not take it: {told['error']}", where=where)
        return told
