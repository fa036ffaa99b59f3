"""The live view: ended steps scroll by, running ones stay below with their seconds, redrawn in place."""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import dataclass, replace
from types import TracebackType

from orchestrator.cli.event_reader import STOPPING, Progress
from orchestrator.cli.output import say
from orchestrator.core.run import Event, EventKind
from orchestrator.core.traffic_now import is_failing, is_turn
from orchestrator.report.neutralise import safe, shortened
from orchestrator.report.style import Style, Tone
from orchestrator.report.text_event import event_line

_REDRAW_S = 0.2
_ENDED_TONES = {
    EventKind.STEP_FAILED: Tone.LOUD,
    EventKind.STEP_SKIPPED: Tone.FAINT,
    EventKind.STEP_SUCCEEDED: None,
    EventKind.ROLLBACK: Tone.LOUD,
    EventKind.JOURNAL_LOST: Tone.LOUD,
    EventKind.JOURNAL_NOT_COPIED: Tone.FAINT,
}
_USERS = "users  "


@dataclass(frozen=True, slots=True)
class Row:
    """One running step: since when (monotonic seconds), and the last that was heard of it."""

    step: str
    began: float
    detail: str


@dataclass(frozen=True, slots=True)
class View:
    """What the live view knows. Immutable: drawing never meets a half-changed one."""

    steps: int
    began: float
    running: tuple[Row, ...] = ()
    ended: tuple[tuple[EventKind, int], ...] = ()
    stopping: bool = False
    stopping_text: str = STOPPING
    users: str = ""
    failing: bool = False

    def after(self, event: Event, now: float) -> View:
        """The view after one more event."""
        others = tuple(row for row in self.running if row.step != event.step)
        match event.kind:
            case EventKind.STEP_STARTED:
                return replace(self, running=(*others, Row(event.step, now, event.detail)))
            case EventKind.STEP_PROGRESS:
                rows = (replace(row, detail=event.detail) if row.step == event.step else row for row in self.running)
                return replace(self, running=tuple(rows))
            case EventKind.STEP_SUCCEEDED | EventKind.STEP_FAILED | EventKind.STEP_SKIPPED:
                counts = dict(self.ended)
                counts[event.kind] = counts.get(event.kind, 0) + 1
                return replace(self, running=others, ended=tuple(counts.items()))
            case EventKind.RUN_STARTED | EventKind.RUN_ENDED:
                return replace(self, running=())
            case EventKind.TRAFFIC:
                return self if is_turn(event) else replace(self, users=event.detail, failing=is_failing(event))
            case EventKind.ROLLBACK:
                return replace(self, steps=self.steps + int(dict(event.data).get("steps", "0")))
            case EventKind.JOURNAL_LOST | EventKind.JOURNAL_NOT_COPIED | EventKind.PLANNED:
                return self

    def lines(self, now: float, style: Style, *, width: int, height: int) -> list[str]:
        """At most `height` lines of at most `width` columns, so that going up again by as many redraws in place."""
        room = max(1, height - 1 - bool(self.stopping) - bool(self.users))
        shown = self.running if len(self.running) <= room else self.running[: room - 1]
        lines = [shortened(_row(row, now), width, "..") for row in shown]
        if len(shown) < len(self.running):
            lines.append(f"          and {len(self.running) - len(shown)} more run")
        if self.users:
            tone = Tone.LOUD if self.failing else Tone.STRONG
            lines.append(style.paint(shortened(f"   {_USERS}{safe(self.users)}", width, ".."), tone))
        if self.stopping:
            lines.append(style.paint(shortened(self.stopping_text, width, ".."), Tone.WATCH))
        return [*lines, style.paint(shortened(self._tally(now), width, ".."), Tone.FAINT)]

    def _tally(self, now: float) -> str:
        counts = dict(self.ended)
        total = max(self.steps, sum(counts.values()) + len(self.running))
        words = {EventKind.STEP_FAILED: "failed", EventKind.STEP_SKIPPED: "skipped"}
        bad = "".join(f", {counts[kind]} {word}" for kind, word in words.items() if kind in counts)
        done = counts.get(EventKind.STEP_SUCCEEDED, 0)
        return f"{_seconds(now - self.began)}  {done} of {total} steps done, {len(self.running)} running{bad}"


class LiveProgress(Progress):
    """Draws a View on stderr, at each event and five times a second."""

    def __init__(self, steps: int, style: Style, stopping: str = STOPPING) -> None:
        super().__init__(self._take, stopping)
        self._style = style
        self._lock = threading.Lock()
        self._view = View(steps, time.monotonic(), stopping_text=stopping)
        self._stop_asked = False
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
        # An empty line between what happened and the result.
        self._put([], "\n")

    def stopping(self) -> None:
        """Only notes it: the painter, which may hold the lock right now, shows it a moment later."""
        self._stop_asked = True

    def _take(self, event: Event) -> None:
        with self._lock:
            self._view = self._view.after(event, time.monotonic())
            ended = ""
            if event.kind in _ENDED_TONES or is_turn(event):
                ended = "".join(f"{line}\n" for line in ended_lines(event, self._style))
            self._draw(ended)

    def _repaint(self) -> None:
        while not self._over.wait(_REDRAW_S):
            with self._lock:
                self._draw("")

    def _draw(self, ended: str) -> None:
        size = shutil.get_terminal_size()
        view = replace(self._view, stopping=self._stop_asked)
        self._put(
            view.lines(time.monotonic(), self._style, width=size.columns - 1, height=max(2, size.lines - 2)), ended
        )

    def _put(self, lines: list[str], ended: str) -> None:
        """Erase what is drawn, print what has ended for good, draw what runs: one write, so that nothing flickers."""
        erase = f"\x1b[{self._drawn}A\x1b[J" if self._drawn else ""
        say(erase + ended + "".join(f"{line}\n" for line in lines), end="")
        self._drawn = len(lines)


def ended_lines(event: Event, style: Style) -> list[str]:
    """A success takes one line (the journal has all of it); why a step failed or was skipped is told in full."""
    line = event_line(event)
    if is_turn(event):
        return [style.paint(shortened(line, style.width, ".."), Tone.LOUD if is_failing(event) else Tone.STRONG)]
    tone = _ENDED_TONES[event.kind]
    if tone is None:
        return [shortened(line, style.width, "..")]
    return [style.paint(one, tone) for one in style.wrapped(line, "", " " * 19)]


def _row(row: Row, now: float) -> str:
    detail = f": {safe(row.detail)}" if row.detail else ""
    return f"{_seconds(now - row.began)}  {safe(row.step)}{detail}"


def _seconds(duration: float) -> str:
    return f"{max(0.0, duration):6.1f} s"
