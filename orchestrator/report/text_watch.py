"""The screen of `status --watch` as a value: what was seen, within so many columns and lines.

The most important stands at the top; what has no room is cut from the bottom, and said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from math import ceil

from orchestrator.core.plan import Finding, Severity
from orchestrator.core.status import Answering, LastDrill, Status
from orchestrator.core.status_changes import StatusChange, Subject
from orchestrator.core.watch import Look, Trouble, Watch
from orchestrator.report.amounts import clock_text, duration_text
from orchestrator.report.called import as_called
from orchestrator.report.neutralise import safe, shortened
from orchestrator.report.style import Style, Tone
from orchestrator.report.text_findings import by_severity
from orchestrator.report.text_status import at_work, condition, next_commands, serving
from orchestrator.report.watch_table import region_table

NO_DRILL = "no drill recorded"
_LABEL = 10
_ROOMY = 18
"""Lines from which on empty ones come before more of the lists."""
_GAPS = 3
_SEVERITIES = {Severity.ERROR: Tone.LOUD, Severity.WARNING: Tone.WATCH, Severity.INFO: None}
_LOCK_TURNS = {"held": "taken", "absent": "given back"}
_GOOD = frozenset(("healthy", "reachable", "in", "proven", "passed"))
_BAD = frozenset(("unhealthy", "unreachable", "out", "failed", "error", "aborted"))


class Phase(Enum):
    """A watch looks, has just met something new, waits for the next look."""

    LOOKING = "looking"
    LOOKED = "looked"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Moment:
    """When a watch is shown: `now` (UTC). `seconds`: for how long it looks already, else until the next look."""

    now: datetime
    phase: Phase
    seconds: float


@dataclass(frozen=True, slots=True)
class _Section:
    """A labelled list, the most important item first."""

    label: str
    items: tuple[tuple[str, Tone | None], ...]


def watch_lines(
    watch: Watch, moment: Moment, style: Style, *, columns: int, lines: int, command: str = "orchestrator"
) -> list[str]:
    """At most `lines` lines of at most `columns` characters, colours not counted."""
    pen = _Pen(style, columns)
    head = [_header(watch.look, moment, pen), *_trouble(watch, moment, pen, command)]
    if watch.look is None:
        if watch.trouble is None:
            head.append(pen.line("the first look is under way"))
        return _cut([*head, "", pen.line("Ctrl-C ends", Tone.FAINT)], lines, pen)
    status = watch.look.status
    head += [pen.verdict(serving, status), pen.verdict(condition, status)]
    return _cut(_body(watch, status, head, pen, lines, command), lines, pen)


def change_text(change: StatusChange) -> str:
    """`us-east-1 healthy -> unhealthy`."""
    before, after, where = safe(change.before), safe(change.after), safe(change.where)
    match change.subject:
        case Subject.ANSWER:
            return f"{before} → {after} answers {where}"
        case Subject.HEALTH | Subject.REACH | Subject.FINDING:
            return f"{where} {before} → {after}"
        case Subject.OPERATION:
            return f"{where}: {'begun' if after != 'absent' else 'over'}"
        case Subject.LOCK:
            return f"lock {_LOCK_TURNS.get(after, after)}: {where}"
        case Subject.DRILL:
            return f"{where} drill ({before}) {after}"
        case (
            Subject.EVACUATE_LEVER
            | Subject.DRILL_LEVER
            | Subject.REGION
            | Subject.RELEASE
            | Subject.INSTANCES
            | Subject.REPLICA
        ):
            return f"{where} {change.subject.value} {before} → {after}"


def _body(watch: Watch, status: Status, head: list[str], pen: _Pen, lines: int, command: str) -> list[str]:
    sections = _sections(watch, status, _commands(status, command, pen.columns - _LABEL))
    reserve = _GAPS if lines >= _ROOMY else 0
    room = lines - len(head) - reserve - 1
    rows = max(2, room - 1 - len(sections))
    turned = {change.where for change in watch.fresh}
    table = region_table(status, turned, pen.style, columns=pen.columns, rows=rows)
    dealt = _dealt([len(section.items) for section in sections], room - len(table.lines))
    regions = [pen.style.paint(text, tone) if tone else text for text, tone in table.lines]
    lists = [line for section, share in zip(sections, dealt, strict=True) for line in pen.section(section, share)]
    unseen = [*table.hidden, *(one.label for one, share in zip(sections, dealt, strict=True) if not share)]
    footer = _footer(unseen, pen, marks=bool(turned))
    spare = room + reserve - len(regions) - len(lists)
    gaps = [[""] if place < spare else [] for place in range(_GAPS)]
    return [*head, *gaps[0], *regions, *gaps[1], *lists, *gaps[2], footer]


def _header(look: Look | None, moment: Moment, pen: _Pen) -> str:
    following = (
        f"looking for {moment.seconds:.0f} s" if moment.phase is Phase.LOOKING else f"next in {ceil(moment.seconds)} s"
    )
    if look is None:
        return pen.ends("orchestrator status", following)
    name = safe(f"{look.status.application} {look.status.environment}")
    return pen.ends(name, f"{clock_text(look.at)}, took {duration_text(look.took_s)}; {following}")


def _trouble(watch: Watch, moment: Moment, pen: _Pen, command: str) -> list[str]:
    trouble = watch.trouble
    if trouble is None:
        return []
    row = f", {trouble.times} in a row" if trouble.times > 1 else ""
    age = f"; below is {duration_text((moment.now - watch.look.at).total_seconds())} old" if watch.look else ""
    return [pen.line(f"{clock_text(trouble.at)} the look failed{row}{age}", Tone.LOUD), *_error(trouble, pen, command)]


def _error(trouble: Trouble, pen: _Pen, command: str) -> list[str]:
    error = trouble.error
    what = f"{error.where}: {error.what}" if error.where else error.what
    lines = [pen.line(f"  {safe(what)}", Tone.LOUD)]
    return [*lines, pen.line(f"  next: {safe(as_called(error.fix, command))}")] if error.fix else lines


# -- the lists ----------------------------------------------------------------------------------------------------


def _commands(status: Status, command: str, columns: int) -> tuple[str, ...]:
    """Half a command is none: without room for all of each, only verbs and their options."""
    whole = next_commands(status, command)
    if all(len(one) <= columns for one in whole):
        return whole
    return tuple(one.strip() for one in next_commands(status, ""))


def _sections(watch: Watch, status: Status, commands: tuple[str, ...]) -> list[_Section]:
    """In the order of importance. What is mostly empty is left out when it is."""
    findings = tuple(_finding(one) for one in by_severity(status.findings))
    changes = tuple((f"{clock_text(one.at)} {change_text(one.change)}", _turn(one.change)) for one in watch.seen)
    operations = tuple((one, None) for one in at_work(status))
    sections = [
        _Section("answers", tuple((_answer(group), None) for group in status.answering)),
        _Section("findings", findings or (("none", None),)),
        _Section("changes", changes or (("none seen yet", None),)),
        _Section("at work", operations),
        _Section("next", tuple((safe(one), None) for one in commands)),
        _Section("drill", ((_drill(status.last_drill), None),)),
    ]
    return [section for section in sections if section.items]


def _answer(group: Answering) -> str:
    names = group.hosts[0] + (f" and {len(group.hosts) - 1} more" if len(group.hosts) > 1 else "")
    return safe(f"{names}: {', '.join(group.regions) or 'no region that is known'}")


def _finding(finding: Finding) -> tuple[str, Tone | None]:
    text = f"{finding.severity.value} {finding.where} {finding.rule}: {finding.message}"
    return safe(text), _SEVERITIES[finding.severity]


def _turn(change: StatusChange) -> Tone | None:
    if change.after in _BAD:
        return Tone.BAD
    return Tone.GOOD if change.after in _GOOD else None


def _drill(drill: LastDrill | None) -> str:
    if drill is None:
        return NO_DRILL
    rto = "" if drill.rto_s is None else f", users moved after {duration_text(drill.rto_s)}"
    return safe(f"{drill.region} {drill.mode} {drill.verdict} {drill.started_at:%Y-%m-%d %H:%MZ}{rto}")


def _dealt(wanted: Sequence[int], room: int) -> list[int]:
    """Lines for each list: one each from the top, then one more each, as long as there is room."""
    dealt = [0] * len(wanted)
    while room > 0 and dealt != list(wanted):
        for at, want in enumerate(wanted):
            if dealt[at] < want and room > 0:
                dealt[at] += 1
                room -= 1
    return dealt


def _footer(unseen: Sequence[str], pen: _Pen, *, marks: bool) -> str:
    mark = "; * has just turned" if marks else ""
    hidden = f"; and {len(unseen)} more: {', '.join(unseen)}" if unseen else ""
    return pen.line(f"Ctrl-C ends{mark}{hidden}", Tone.FAINT)


def _cut(screen: list[str], lines: int, pen: _Pen) -> list[str]:
    if len(screen) <= lines:
        return screen
    kept = max(0, lines - 1)
    return [*screen[:kept], pen.line(f"and {len(screen) - kept} more lines", Tone.FAINT)]


# -- writing within the width -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pen:
    style: Style
    columns: int

    def line(self, text: str, tone: Tone | None = None) -> str:
        """Cut, then painted."""
        cut = self._fit(text, self.columns)
        return self.style.paint(cut, tone) if tone else cut

    def verdict(self, say: Callable[[Status, Style], str], status: Status) -> str:
        """A sentence in its own colours, if it need not be cut."""
        plain = self.style.plain(say(status, Style()))
        return self.style.plain(say(status, self.style)) if len(plain) <= self.columns else self.line(plain, Tone.WATCH)

    def ends(self, left: str, right: str) -> str:
        """`left` at the left edge, in bold; `right` at the right edge, which `left` makes room for."""
        right = self._fit(right, self.columns)
        left = self._fit(left, max(0, self.columns - len(right) - 2))
        gap = " " * max(0, self.columns - len(left) - len(right))
        return self.style.paint(left, Tone.STRONG) + gap + right

    def section(self, section: _Section, share: int) -> list[str]:
        """`share` lines; the last one counts the items that have no room."""
        left = len(section.items) - share
        drawn = []
        for at, (text, tone) in enumerate(section.items[:share]):
            more = f" and {left} more" if left and at == share - 1 else ""
            label = (section.label if at == 0 else "").ljust(_LABEL)
            text = self._fit(text, max(0, self.columns - _LABEL - len(more)))
            painted = self.style.paint(text, tone) if tone else text
            drawn.append(self.style.paint(label, Tone.FAINT) + painted + more)
        return drawn

    def _fit(self, text: str, limit: int) -> str:
        return shortened(self.style.plain(text), limit, self.style.plain("…"))[:limit]
