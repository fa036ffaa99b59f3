"""What is going on, on stderr: a live view on a terminal, one plain line per event elsewhere, JSON for log shippers."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    import argparse

    from orchestrator.core.run import Event
    from orchestrator.report import Style

_REDRAW_S = 0.2


class Progress:
    """A reader of events. Use as a context manager; `tell` is what the executor calls."""

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self.tell = tell

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to put away."""


def progress_for(options: argparse.Namespace) -> Progress:
    """The reader that suits the options and the terminal."""
    from orchestrator.cli.output import style_of

    if options.log_format == "json":
        return Progress(_logger())
    style = style_of(sys.stderr, no_color=options.no_color)
    return LiveProgress(sys.stderr, style) if sys.stderr.isatty() else Progress(_print_line)


def _print_line(event: Event) -> None:
    from orchestrator.report import event_line

    print(event_line(event), file=sys.stderr, flush=True)


def _logger() -> Callable[[Event], None]:
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    log = structlog.get_logger()

    def tell(event: Event) -> None:
        write = log.error if event.kind.value == "step_failed" else log.info
        fields = {"step": event.step, "region": event.region, "account": event.account, "detail": event.detail}
        known = {name: value for name, value in fields.items() if value}
        write(event.kind.value, run=event.run, timestamp=event.at.isoformat(), **known)

    return tell


class LiveProgress(Progress):
    """Ended steps scroll by; running ones stay below with their seconds, redrawn in place."""

    def __init__(self, stream: TextIO, style: Style) -> None:
        super().__init__(self._take)
        self._stream, self._style = stream, style
        self._lock = threading.Lock()
        self._running: dict[str, tuple[float, str]] = {}
        self._drawn = 0
        self._over = threading.Event()
        self._painter = threading.Thread(target=self._repaint, name="progress", daemon=True)

    def __enter__(self) -> LiveProgress:
        self._painter.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._painter.join()
        with self._lock:
            self._running.clear()
            self._paint(())

    def _take(self, event: Event) -> None:
        from orchestrator.report import event_line

        with self._lock:
            match event.kind.value:
                case "step_started":
                    self._running[event.step] = (time.monotonic(), event.detail)
                    self._paint(())
                case "step_progress":
                    began, _ = self._running.get(event.step, (time.monotonic(), ""))
                    self._running[event.step] = (began, event.detail)
                    self._paint(())
                case _:
                    self._running.pop(event.step, None)
                    self._paint((event_line(event),))

    def _repaint(self) -> None:
        while not self._over.wait(_REDRAW_S):
            with self._lock:
                self._paint(())

    def _paint(self, finished: tuple[str, ...]) -> None:
        """Erase what is drawn, print what has ended for good, draw what runs."""
        width = self._style.width - 1
        now = time.monotonic()
        mark = "…" if self._style.unicode else "."
        lines = [
            f"  {mark} {now - began:5.1f} s  {step}: {detail}".replace("\n", " ")[:width]
            for step, (began, detail) in self._running.items()
        ]
        erase = f"\x1b[{self._drawn}A\x1b[J" if self._drawn else ""
        ended = "".join(f"{line}\n" for line in finished)
        self._stream.write(erase + ended + "".join(f"{line}\n" for line in lines))
        self._stream.flush()
        self._drawn = len(lines)
