"""Whatever AWS, a file or a host answers: no output moves a cursor, hides a character or cannot be printed."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.drill import DrillVerdict
from orchestrator.core.errors import AwsError, ConfigurationError, Problem
from orchestrator.core.measure import drill_record
from orchestrator.core.plan import FieldChange, Finding, Severity
from orchestrator.core.run import EventKind, StepStatus, Verdict
from orchestrator.core.run_report import KeptRun, RunReport
from orchestrator.core.status import Answering, LastDrill, Status
from orchestrator.core.topology import RegionRole
from orchestrator.core.traffic import TrafficRequest, summarize
from orchestrator.core.watch import Look, Watch
from orchestrator.report import (
    Moment,
    Phase,
    Style,
    drill_json,
    drill_markdown,
    drill_text,
    error_text,
    event_line,
    findings_json,
    findings_text,
    look_json,
    plan_html,
    plan_json,
    plan_markdown,
    plan_text,
    rehearsal_html,
    run_html,
    run_json,
    run_markdown,
    run_text,
    runs_json,
    runs_text,
    safe,
    status_json,
    status_text,
    watch_lines,
)
from orchestrator.report.amounts import duration_text
from tests.report.drill_runs import ABORTED_STEPS, OUTAGE, events_of, report_of
from tests.report.run_hostile import everywhere
from tests.report.samples import (
    NOON,
    RECORD,
    REPLACING,
    event,
    instance,
    plan,
    record,
    region_status,
    run,
    status,
    step,
)

PLAIN = Style()
_MOMENT = Moment(NOON, Phase.WAITING, 1.0)
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("\x00\x07\x08\x1b[]\r\n\t\x7f\x85\x9b\u200b\u2028\u202e\u2066\ufeff\ud800\U000e0041`<&|@*"),
        st.characters(),
    ),
    max_size=30,
)


def shown(text: str) -> set[str]:
    """Characters that no report may hold, beside its own line breaks."""
    return {one for one in text.replace("\n", "") if unicodedata.category(one) in HIDDEN}


def _watched(screen: Status, text: str) -> Watch:
    """Everything of the screen has turned, then a look has failed."""
    looked = Watch().after(Look(status(), NOON, 1.0)).after(Look(screen, NOON, 1.0))
    return looked.troubled(AwsError(text, where=text, fix=text), NOON)


def drawings(text: str) -> dict[str, str]:
    """Every report, with `text` wherever a foreign text can come in."""
    finding = Finding(text, Severity.WARNING, text, text, text)
    fields = (FieldChange(text, text, text, replaces=True), FieldChange("record", text, ""))
    changes = [replace(one, reason=text, fields=fields) for one in (RECORD, REPLACING, instance(text or "1", text))]
    changes[0] = replace(changes[0], id=f"record:{text}")
    steps = (
        replace(step(f"a{text}"), reason=text, home_region=text),
        replace(step("b", account="1"), region=text),
    )
    world = replace(
        plan(*changes, steps=steps, findings=(finding,)),
        application=text,
        environment=text,
        release=text,
        fingerprint=text,
    )
    region = region_status("us-east-1", RegionRole.PRIMARY, release=text, replica=text, hosts=(text,) * 6, why=text)
    screen = status(replace(region, name=text), serving=text, findings=(finding,))
    drill = LastDrill(region=text, mode=text, verdict=text, started_at=NOON)
    screen = replace(screen, application=text, operations=(text,), last_drill=drill)
    screen = replace(screen, answering=(Answering((text,), (text,)),))
    failed = replace(record(text, StepStatus.FAILED, reason=text), region=text, account=text)
    told = replace(run(failed, record(text, StepStatus.SUCCEEDED, reason=text), verdict=Verdict.FAILED), id=text)
    answered = TrafficRequest(at=0, latency_s=0, host=text, address=text, region=text, status=200)
    lost = (replace(answered, status=500), replace(answered, status=0, error=text))
    told = replace(told, traffic=summarize([answered, *lost]), traffic_from=told.started_at, failed_requests=lost)
    drilled = _drilled(text)
    kept = KeptRun(run=text, verb=text, application=text, environment=text, region=text, verdict=text, problem=text)
    return {
        "plan text": plan_text(world, PLAIN),
        "plan markdown": plan_markdown(world),
        "plan html": plan_html(world),
        "plan json": plan_json(world),
        "status text": status_text(screen, PLAIN),
        "status json": status_json(screen),
        "watch": "\n".join(watch_lines(_watched(screen, text), _MOMENT, PLAIN, columns=200, lines=90)),
        "look": look_json(Look(screen, NOON, 1.0), _watched(screen, text).fresh),
        "run text": run_text(told, PLAIN),
        "run markdown": run_markdown(told),
        "run json": run_json(told),
        "run html": run_html(everywhere(text)),
        "rehearsal html": rehearsal_html(DrillVerdict.PASSED, text, (everywhere(text),)),
        "findings text": findings_text((finding,), PLAIN),
        "findings json": findings_json((finding,)),
        "error": error_text(AwsError(text, where=text, fix=text), PLAIN),
        "problems": error_text(ConfigurationError((Problem(text, 1, 1, text, text, text, text),)), PLAIN),
        "drill text": drill_text(drilled, PLAIN, command="orchestrator"),
        "drill markdown": drill_markdown(drilled),
        "drill json": drill_json(drilled),
        "runs text": runs_text((kept, replace(kept, problem="")), 1, PLAIN),
        "runs json": runs_json((kept,), 1),
        "event": event_line(event(EventKind.STEP_PROGRESS, text, text)),
    }


def _drilled(text: str) -> RunReport:
    """A drill whose region, steps, users and predecessors are all called so."""
    facts = replace(OUTAGE, region=text, hosts=(text,), simulated=text, configuration_digest=text)
    users = [TrafficRequest(at=1.0, latency_s=0.1, status=ok, region=text, error=text, host=text) for ok in (0, 200)]
    steps = [(*one[:4], text) for one in ABORTED_STEPS]
    report = report_of(events_of(steps, facts=facts, requests=users))
    past = drill_record(report, by=text)
    told = replace(report.run, application=text, environment=text, verb=text, id=text)
    finding = Finding(text, Severity.WARNING, text, text, text)
    return replace(report, run=told, findings=(finding,), past=(past,) if past else ())


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_no_report_holds_a_control_character_whatever_it_was_given(text: str) -> None:
    found = {name: shown(drawn) for name, drawn in drawings(text).items() if shown(drawn)}

    assert found == {}


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_every_report_can_be_written_as_utf_8_and_text_as_ascii(text: str) -> None:
    for drawn in drawings(text).values():
        assert drawn.encode("utf-8")
    error = AwsError(text, where=text)

    assert error_text(error, Style(unicode=False)).isascii()


@given(st.text())
def test_a_neutral_text_is_one_printable_line_and_stays_as_it_is(text: str) -> None:
    once = safe(text)

    assert "\n" not in once
    assert shown(once) == set()
    assert safe(once) == once


@pytest.mark.parametrize(
    ("text", "neutral"),
    [
        ("plain é 漢字 🚀", "plain é 漢字 🚀"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("a\r\nb\tc", "a b c"),
        ("rolled\rback", "rolled\\x0dback"),
        ("abc\u202edcba", "abc\\u202edcba"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("lone \ud800", "lone \\ud800"),
    ],
)
def test_what_could_deceive_becomes_visible(text: str, neutral: str) -> None:
    assert safe(text) == neutral


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0.0 s"),
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (3599.7, "1 h"),
        (timedelta(hours=1, minutes=2).total_seconds(), "1 h 2 min"),
    ],
)
def test_durations_have_two_units_at_most(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def _modules_after(statement: str) -> set[str]:
    script = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    return set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    )


HEAVY = ("json", "html", "textwrap", "boto3", "yaml", "structlog", "troposphere")


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import orchestrator.report", HEAVY),
        ("from orchestrator.report import event_line, safe", HEAVY),
        ("from orchestrator.report import plan_json", ("html", "textwrap")),
        ("from orchestrator.report import run_html", ("boto3", "yaml", "structlog", "troposphere")),
    ],
)
def test_a_report_loads_only_what_it_needs(statement: str, absent: tuple[str, ...]) -> None:
    assert _modules_after(statement).isdisjoint(absent)


def test_an_unknown_name_is_an_attribute_error() -> None:
    import orchestrator.report as report

    read: Callable[[], object] = lambda: report.nothing_of_the_kind  # noqa: E731

    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        read()
