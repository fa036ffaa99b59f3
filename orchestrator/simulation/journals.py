"""Copies of journals in buckets that are always there."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.journal_store import Segment
from orchestrator.simulation.faults import Gate


class SimulatedJournals:
    """Segments by region and bucket. Nothing is replicated."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._kept: dict[tuple[str, str, str], dict[str, dict[int, Segment]]] = {}

    def put(self, region: str, bucket: str, environment: str, run: str, segment: Segment) -> None:
        """Add or replace."""
        with self._gate.call("Journals.put", region=region, mutating=True):
            runs = self._kept.setdefault((region, bucket, environment), {})
            runs.setdefault(run, {})[segment.first] = segment

    def runs(self, region: str, bucket: str, environment: str) -> Sequence[str]:
        """Sorted."""
        with self._gate.call("Journals.runs", region=region):
            return tuple(sorted(self._kept.get((region, bucket, environment), {})))

    def segments(self, region: str, bucket: str, environment: str, run: str) -> Sequence[Segment]:
        """In order."""
        with self._gate.call("Journals.segments", region=region):
            found = self._kept.get((region, bucket, environment), {}).get(run, {})
            return tuple(found[first] for first in sorted(found))
