"""Reports in which every foreign text is hostile, or far too long: what AWS, hosts and files could hold."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.core.plan import Finding, Severity
from orchestrator.core.run_report import Moment, ObjectiveResult, PlannedStep, RunReport
from orchestrator.core.traffic import TrafficRequest, summarize
from tests.report.run_samples import outage_drill
from tests.report.samples import NOON

SCRIPT = "<script>window.taken=1;alert(1)</script>"
HOSTILE = (
    f"\"'></title></text></svg></style></td>{SCRIPT}<img src=http://127.0.0.1:9/x onerror=alert(2)>"
    "<base href=http://127.0.0.1:9/><a href=javascript:alert(3)>&amp;\u202edcba\u2066\x1b[2J\x07\r\n\t\ufeff\u200b"
    "<foreignObject><iframe src=http://127.0.0.1:9/y></iframe></foreignObject><animate onbegin=alert(4)>"
)
_LONG = "W" * 300
_BASE = outage_drill()


def hostile() -> RunReport:
    """Every text that comes from outside is HOSTILE."""
    return everywhere(HOSTILE)


def long_names() -> RunReport:
    """Nothing in them can be broken at a space, and each letter is as wide as letters are."""
    return everywhere(_LONG)


def everywhere(text: str) -> RunReport:
    """The report of a drill with `text` wherever a foreign text can come in."""
    base = _BASE
    requests = tuple(
        TrafficRequest(
            at=float(at), latency_s=0.1, resolver=0, address=text, status=status, region=text, error=text, host=text
        )
        for at, status in enumerate((200, 0, 503, 200))
    )
    assert base.proof is not None
    rows = tuple(replace(row, dead=(text,), answers=(text,), reason=text) for row in base.proof.rows)
    return replace(
        base,
        run=replace(
            base.run,
            id=text,
            application=text,
            environment=text,
            release=text,
            steps=tuple(replace(one, reason=text, id=f"{one.id}{text}") for one in base.run.steps),
        ),
        facts=replace(
            base.facts,
            region=text,
            hosts=(text, text),
            regions=(text, f"{text}2"),
            simulated=text,
            configuration_digest=text,
        ),
        why=text,
        objectives=(*base.objectives, ObjectiveResult(name=text, unit="s", objective=1, measured=2, met=False)),
        phases=tuple(replace(one, name=f"{one.name} {text}") for one in base.phases),
        timeline=(Moment(NOON, text, text, text),),
        findings=(Finding(text, Severity.ERROR, text, text, text),),
        steps=tuple(
            PlannedStep(id=f"{one.id}{text}", reason=text, plane=text, home_region=text, region=text)
            for one in base.steps
        ),
        proof=replace(base.proof, regions=(text,), rows=rows),
        past=tuple(replace(one, region=text, run=text) for one in base.past),
        requests=requests,
        traffic=summarize(requests),
    )
