"""A run as one self-contained page: the verdict first, then drawings, numbers and everything they rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC

from orchestrator.core.run_report import RunReport
from orchestrator.report.html_measures import measures_html, moments_html
from orchestrator.report.html_page import page_html, shown
from orchestrator.report.html_past import past_html
from orchestrator.report.html_returns import rollback_html
from orchestrator.report.html_run_style import RUN_CSS
from orchestrator.report.html_steps import steps_html
from orchestrator.report.html_users import failures_html, single_failures_html, users_html
from orchestrator.report.run_story import Story, story
from orchestrator.report.run_view import Number, Outcome, lasted, mode_words, numbers, outcome, sources, title, why
from orchestrator.report.svg_latency import drawn_singly, latency_svg
from orchestrator.report.svg_parts import NARROW, WIDE, Layout
from orchestrator.report.svg_timeline import timeline_svg

_SYMBOLS = {Outcome.GOOD: "✓", Outcome.BAD: "✗", Outcome.ENDED_EARLY: "■"}

_GATHERED = [("median", "median of the good answers"), ("high", "up to the 95th percentile")]


def run_html(report: RunReport) -> str:
    """The whole file. It stays small however many requests there were: drawings gather them, tables are cut."""
    name = f"{title(report)}: {report.run.application} {report.run.environment}"
    return page_html(name, run_body(report, 1), RUN_CSS)


def run_body(report: RunReport, level: int, kicker: str = "") -> Iterator[str]:
    """Everything about one run; `level` is that of its heading, its parts have the next. `kicker` stands above it."""
    part, told = level + 1, story(report)
    yield f'<p class="kicker">{shown(kicker or f"{report.run.application} · {report.run.environment}")}</p>'
    yield from _head(report, level)
    yield banner(*outcome(report), why(report))
    yield from (f'<div class="note">{shown(line)}</div>' for line in sources(report))
    yield '<ul class="numbers">' + "".join(map(_number, numbers(report))) + "</ul>"
    yield from rollback_html(report.run, part)
    yield from _timeline(report, told, part)
    yield from _latency(told, part)
    yield from measures_html(report, part)
    yield from users_html(report, told, part)
    yield from steps_html(report, part)
    yield from failures_html(told, part)
    yield from moments_html(report, part)
    yield from past_html(report, part)
    yield from single_failures_html(told, part)
    yield from _foot(report)


def banner(found: Outcome, word: str, reason: str) -> str:
    """The verdict: symbol, word and reason."""
    head = f'<p class="word"><span aria-hidden="true">{_SYMBOLS[found]}</span> {shown(word)}</p>'
    return f'<div class="banner {found.value}">{head}<p>{shown(reason)}</p></div>'


def _head(report: RunReport, level: int) -> Iterator[str]:
    run = report.run
    yield f"<h{level}>{shown(title(report))}</h{level}>"
    started, ended = run.started_at.astimezone(UTC), run.ended_at.astimezone(UTC)
    when = f"{started:%Y-%m-%d %H:%M:%S} to {ended:%H:%M:%S} UTC, {lasted(report)}"
    yield f'<p class="soft">{when}. {mode_words(report.facts.mode)}</p>'


def _number(one: Number) -> str:
    mark = {True: "met", False: "missed", None: ""}[one.met]
    judged = f'<p class="{mark}">{one.judged}</p>' if one.judged else ""
    lines = "".join(f"<p>{shown(line)}</p>" for line in one.details)
    return f'<li class="{mark}"><h3>{shown(one.name)}</h3><b>{shown(one.value)}</b>{judged}{lines}</li>'


def _timeline(report: RunReport, told: Story, level: int) -> Iterator[str]:
    if not report.phases and not told.requests:
        return
    yield f"<h{level}>Timeline</h{level}>"
    yield _both(lambda layout: timeline_svg(report, told, layout))
    keys = [("served", "gave good answers")] if told.requests else []
    keys += [("stripes", "taken out")] if any(lane.away for lane in told.lanes) else []
    keys += [("cross", "failed requests")] if any(lane.failed for lane in told.lanes) else []
    zero = "the decision" if report.phases else "the start of the run"
    yield _legend(keys, f"Seconds from {zero}, {report.run.started_at.astimezone(UTC):%H:%M:%S} UTC.")


def _latency(told: Story, level: int) -> Iterator[str]:
    if not told.requests:
        return
    yield f"<h{level}>What users met</h{level}>"
    yield _both(lambda layout: latency_svg(told, layout))
    singly = drawn_singly(told)
    keys = [("point", "one good answer")] if singly else _GATHERED
    keys = keys + ([("failed", "failed")] if any(not one.ok for one in told.requests) else [])
    yield _legend(keys, "Seconds on the same clock as above; name resolution is included.")


def _both(draw: Callable[[Layout], str]) -> str:
    """Both layouts; the style sheet shows one of them."""
    return f'<figure class="drawing">{draw(WIDE)}{draw(NARROW)}</figure>'


def _legend(keys: list[tuple[str, str]], words: str) -> str:
    told = "".join(f'<span class="key">{_swatch(kind)} {text}</span> ' for kind, text in keys)
    return f'<p class="legend soft">{told}<span>{words}</span></p>'


def _swatch(kind: str) -> str:
    shapes = {
        "stripes": '<line class="stripes" x1="0" y1="6" x2="18" y2="6" stroke-width="12"/>'
        '<rect class="away" width="18" height="12"/>',
        "cross": '<path class="cross" d="M6 3L12 9M6 9L12 3"/>',
        "median": '<path class="median" d="M0 6L18 6"/>',
        "point": '<circle class="point" cx="9" cy="6" r="2"/>',
        "failed": '<rect class="failed" x="6" y="6" width="6" height="6"/><path class="cross" d="M7 1L11 5M7 5L11 1"/>',
    }
    shape = shapes.get(kind, f'<rect class="{kind}" width="18" height="12"/>')
    return f'<svg class="swatch" width="18" height="12" aria-hidden="true">{shape}</svg>'


def _foot(report: RunReport) -> Iterator[str]:
    run, facts = report.run, report.facts
    pairs = [
        ("Run", run.id),
        ("Application", run.application),
        ("Environment", run.environment),
        ("Release", run.release),
        ("Configuration", facts.configuration_digest),
        ("Hosts", ", ".join(facts.hosts)),
        ("Regions", ", ".join(facts.regions)),
        ("Routing", facts.policy.value),
    ]
    yield '<footer><dl class="facts">'
    yield from (f"<div><dt>{name}</dt><dd>{shown(value)}</dd></div>" for name, value in pairs if value)
    yield "</dl></footer>"
