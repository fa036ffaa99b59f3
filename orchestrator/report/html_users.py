"""What users met, as tables: who answered, what DNS told them, which requests failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from orchestrator.core.proof import Proof
from orchestrator.core.run_report import RunReport
from orchestrator.core.traffic import Span, TrafficRequest
from orchestrator.report.amounts import counted
from orchestrator.report.html_measures import cut
from orchestrator.report.html_page import Column, place_html, shown, table_html
from orchestrator.report.html_proof import proof_table
from orchestrator.report.neutralise import shortened
from orchestrator.report.run_story import Story, sent_spans, sent_to
from orchestrator.report.svg_parts import seconds

_MOST_FAILURES = 100
_MOST_SPANS = 60
_MOST_KINDS = 20
_MOST_REGIONS = 30
_ADDRESSES = 3
_LONGEST = 200
_NOWHERE = "unknown"
_NOBODY = "nobody: the request failed"


def users_html(report: RunReport, told: Story, level: int) -> Iterator[str]:
    """Who answered, and what DNS said; only the proof where nobody asked."""
    if report.traffic is not None and report.traffic.requests:
        yield f"<h{level}>Who answered</h{level}>"
        yield from _answers(report)
    if told.requests or report.proof is not None:
        yield f"<h{level}>DNS answers</h{level}>"
    if report.proof is not None:
        yield f'<p class="soft">{_promise(report)}</p>'
        yield from proof_table(_about(report.proof, report.facts.region))
    if told.requests:
        yield '<p class="soft">Where DNS sent users during the run:</p>'
        yield from _sent(told)


def failures_html(told: Story, level: int) -> Iterator[str]:
    """Failed requests by where they went and what came of them; nothing when none failed."""
    failed = _failed(told)
    if failed:
        yield f"<h{level}>Failed requests</h{level}>"
        yield from _kinds(failed)


def single_failures_html(told: Story, level: int) -> Iterator[str]:
    """The first failed requests one by one, folded on a screen."""
    failed = _failed(told)
    if not failed:
        return
    yield f"<h{level}>Failed requests one by one</h{level}>"
    most = f"All {len(failed)}" if len(failed) <= _MOST_FAILURES else f"The first {_MOST_FAILURES} of {len(failed):,}"
    yield f"<details><summary>{most}</summary>"
    columns = (Column("At", "number"), Column("What the user met"), Column("After", "number"))
    yield from table_html(columns, (_failure(where, one) for where, one in failed[:_MOST_FAILURES]))
    yield "</details>"


def _failed(told: Story) -> list[tuple[str, TrafficRequest]]:
    """With where each was sent."""
    return [(where, one) for where, one in zip(sent_to(told.requests), told.requests, strict=True) if not one.ok]


def _kinds(failed: Sequence[tuple[str, TrafficRequest]]) -> Iterator[str]:
    groups: dict[tuple[str, str], list[float]] = {}
    for where, one in failed:
        groups.setdefault((where, _answer(one)), []).append(one.at)
    columns = [Column("Sent to"), Column("Answer"), Column("Requests", "number")]
    columns += [Column("First", "number"), Column("Last", "number", extra=True)]
    ordered = sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    rows = (
        (place_html(_cut(where)) or _NOWHERE, shown(answer), f"{len(moments):,}", _at(moments[0]), _at(moments[-1]))
        for (where, answer), moments in ordered[:_MOST_KINDS]
    )
    yield from table_html(columns, rows)
    yield cut(len(ordered), _MOST_KINDS)


def _answers(report: RunReport) -> Iterator[str]:
    traffic = report.traffic
    assert traffic is not None
    columns = (Column("Answered by"), Column("Good answers", "number"), Column("Share"))
    most = sorted(traffic.by_region, key=lambda pair: (-pair[1], pair[0]))
    rows = [
        (place_html(_cut(region)) or "a region that was not named", count) for region, count in most[:_MOST_REGIONS]
    ]
    if traffic.failed:
        rows.append((_NOBODY, traffic.failed))
    shares = ((name, f"{count:,}", _share(count / traffic.requests, name)) for name, count in rows)
    yield from table_html(columns, shares)
    yield cut(len(most), _MOST_REGIONS)
    ranks = ", ".join(f"{rank} % at most {1000 * value:,.0f} ms" for rank, value in traffic.latency_s)
    if traffic.by_region:
        yield f'<p class="soft">Of the good answers took {ranks}.</p>'


def _share(share: float, name: str) -> str:
    percent = f"{100 * share:.1f} %" if 0.001 <= share <= 0.999 or share in (0, 1) else f"{100 * share:.3f} %"
    kind = "failed" if name == _NOBODY else "served"
    bar = f'<rect class="{kind}" width="{100 * share:.2f}%" height="10"/>'
    return f'<span class="share"><svg height="10" aria-hidden="true">{bar}</svg>{percent}</span>'


def _promise(report: RunReport) -> str:
    region = shown(report.facts.region)
    if not region:
        return "What the records of Route 53 promise when regions die:"
    return f"What the records of Route 53 promise when {region} dies or is evacuated:"


def _about(proof: Proof, region: str) -> Proof:
    """The rows of this region's loss alone, beside the one in which nothing is lost."""
    if not region:
        return proof
    rows = tuple(row for row in proof.rows if row.lost <= {region} and not (row.dead and row.evacuated))
    return replace(proof, rows=rows)


def _sent(told: Story) -> Iterator[str]:
    spans = sent_spans(told)
    columns = (
        Column("Sent to"),
        Column("From", "number"),
        Column("To", "number"),
        Column("Requests", "number"),
        Column("Failed", "number"),
        Column("Addresses", "id"),
    )
    yield from table_html(columns, (_span(span, held) for span, held in spans[:_MOST_SPANS]), cards=True)
    yield cut(len(spans), _MOST_SPANS)


def _span(span: Span, held: tuple[TrafficRequest, ...]) -> tuple[str, ...]:
    addresses = Counter(one.address for one in held if one.address)
    first = ", ".join(shown(_cut(address)) for address, _ in addresses.most_common(_ADDRESSES))
    more = f" and {counted(len(addresses) - _ADDRESSES, 'more')[:-1]}" if len(addresses) > _ADDRESSES else ""
    return (
        place_html(_cut(span.region)) or _NOWHERE,
        _at(span.started),
        _at(span.ended),
        f"{len(held):,}",
        f"{sum(1 for one in held if not one.ok):,}",
        first + more,
    )


def _failure(where: str, one: TrafficRequest) -> tuple[str, ...]:
    place = " ".join(_cut(part) for part in (where or _NOWHERE, one.address, one.host) if part)
    return _at(one.at), f'{shown(_answer(one))} <span class="soft">{shown(place)}</span>', f"{one.latency_s:.1f} s"


def _answer(one: TrafficRequest) -> str:
    status = f"status {one.status}" if one.status else ""
    return _cut(": ".join(part for part in (status, one.error) if part) or "no answer")


def _cut(text: str) -> str:
    """Whoever answered chose these texts: a hundred of them must not make a page of megabytes."""
    return shortened(text, _LONGEST, "…")


def _at(moment: float) -> str:
    return f"{seconds(round(moment, 1))} s"
