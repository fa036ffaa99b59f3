"""Where copies of journals lie, in core's words: segments of lines, in the artifact bucket of a region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Segment:
    """Whole lines of one journal; `first` is the number of the first of them, from 0."""

    first: int
    content: bytes


class JournalStore(Protocol):
    """Copies of journals of one environment, in a bucket. A few calls each; raises AwsError."""

    def put(self, region: str, bucket: str, environment: str, run: str, segment: Segment) -> None:
        """Add a segment, or replace the one with the same first line. Raises NotFound without a bucket."""
        ...

    def runs(self, region: str, bucket: str, environment: str) -> Sequence[str]:
        """The names of all runs that left anything there, sorted; () without a bucket."""
        ...

    def segments(self, region: str, bucket: str, environment: str, run: str) -> Sequence[Segment]:
        """All segments of a run, in order; () when there are none, or no bucket."""
        ...
