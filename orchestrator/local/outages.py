"""ports.Outages on the embedded AWS: the region's address refuses every connection, for a bounded time."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from orchestrator.core.drill import Outage
from orchestrator.core.errors import AwsError
from orchestrator.local.lifecycle import LocalAws

_PATIENCE_S = 10.0


class LocalOutages:
    """Faults of the embedded AWS. One lasts no longer than it was asked to, in the clock of its Route 53."""

    def __init__(self, running: LocalAws) -> None:
        self._running = running

    def begin(self, outage: Outage, *, lasts_s: float) -> None:
        """Refuse connections; a second call changes nothing."""
        if self._ours(outage.region):
            return
        fault = {
            "kind": "outage",
            "plane": "data",
            "region": outage.region,
            "reason": "drill",
            "lasts_s": lasts_s / self._running.clock_factor,
        }
        self._ask("POST", "faults", fault)

    def end(self, outage: Outage) -> None:
        """Answer again."""
        for fault in self._ours(outage.region):
            self._ask("DELETE", f"faults/{fault}", None)

    def _ours(self, region: str) -> list[str]:
        faults = self._ask("GET", "faults", None)
        return [
            one["id"] for one in faults if (one["region"], one["reason"], one["plane"]) == (region, "drill", "data")
        ]

    def _ask(self, method: str, path: str, body: dict[str, object] | None) -> Any:
        request = urllib.request.Request(
            f"{self._running.endpoint_url}/_orchestrator/{path}",
            data=json.dumps(body).encode() if body else None,
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:
                return json.loads(answer.read())
        except (OSError, ValueError) as error:
            raise AwsError(f"the embedded AWS did not take it: {error}", where=f"faults of {path}") from error
