"""ports.Outages on the embedded AWS: a region's address refuses connections or never answers, for a bounded time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.core.drill import Outage
from orchestrator.local.administration import ask_administration
from orchestrator.local.lifecycle import LocalAws

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
        return ask_administration(self._running, method, path, body)
