"""Records of releases in buckets that are always there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from orchestrator.core.errors import PreconditionFailed
from orchestrator.core.state import KeptRelease
from orchestrator.ports import Clock
from orchestrator.simulation.faults import Gate


class SimulatedReleases:
    """Texts by region, bucket and release. Nothing is replicated; a test may change `kept` behind our back."""

    def __init__(self, clock: Clock, gate: Gate) -> None:
        self._clock, self._gate = clock, gate
        self.kept: dict[tuple[str, str, str], dict[str, tuple[datetime, str]]] = {}
        self.landed: dict[tuple[str, str, str], dict[str, datetime]] = {}

    def listed(self, region: str, bucket: str, environment: str) -> Sequence[KeptRelease]:
        """All of them."""
        with self._gate.call("Releases.listed", region=region):
            found = self.kept.get((region, bucket, environment), {})
            landed = self.landed.get((region, bucket, environment), {})
            return tuple(KeptRelease(one, stored_at, landed.get(one)) for one, (stored_at, _) in found.items())

    def read(self, region: str, bucket: str, environment: str, release: str) -> str | None:
        """One of them."""
        with self._gate.call("Releases.read", region=region):
            found = self.kept.get((region, bucket, environment), {}).get(release)
            return found[1] if found else None

    def put(self, region: str, bucket: str, environment: str, release: str, text: str) -> None:
        """Add one."""
        with self._gate.call("Releases.put", region=region, mutating=True):
            kept = self.kept.setdefault((region, bucket, environment), {})
            if release in kept:
                raise PreconditionFailed(f"{release} is there", where=f"bucket {bucket}", code="PreconditionFailed")
            kept[release] = (self._clock.now(), text)

    def land(self, region: str, bucket: str, environment: str, release: str, run: str) -> None:
        """The last says when."""
        with self._gate.call("Releases.land", region=region, mutating=True):
            self.landed.setdefault((region, bucket, environment), {})[release] = self._clock.now()
