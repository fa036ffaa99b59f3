"""What a watch and the ways of showing it say to each other."""

from __future__ import annotations

from concurrent.futures import Future
from queue import SimpleQueue
from typing import Protocol

from orchestrator.core.status import Status
from orchestrator.core.watch import Watch
from orchestrator.report import Moment

Mail = SimpleQueue[Future[Status] | None]
"""A look that has ended, or None: draw again. Signal handlers may put into it: its `put` is reentrant."""


class Face(Protocol):
    """A way of showing a watch."""

    tick_s: float
    """Draw at least so often."""

    def open(self, mail: Mail) -> None:
        """Before the first look."""
        ...

    def show(self, watch: Watch, moment: Moment) -> bool:
        """False: nobody sees it any more."""
        ...

    def close(self, watch: Watch) -> None:
        """After the last look. Called whatever happens, also without `open`."""
        ...
