"""The screen of `status --watch` as a value: what stands where, and what goes when there is no room."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.core.errors import Unreachable
from orchestrator.core.levers import LeverKind, Position
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.status import Answering, LastDrill, Status
from orchestrator.core.status_changes import StatusChange, Subject
from orchestrator.core.topology import RegionRole
from orchestrator.core.watch import Look, Watch
from orchestrator.report import Moment, Phase, Style, change_text, watch_lines
from tests.report.samples import ERROR, NOON, PRIMARY, STANDBY, WARNING, region_status, status

PLAIN = Style()
LEVERS_IN = tuple((kind, Position.IN) for kind in LeverKind)
EAST = region_status(PRIMARY, RegionRole.PRIMARY, levers=LEVERS_IN)
WEST = region_status(STANDBY, RegionRole.SECONDARY, levers=LEVERS_IN)
BY_EAST = (Answering((PRIMARY,), ("sample.fed.dev",)),)
WELL = replace(status(EAST, WEST), answering=BY_EAST)
OUT = replace(EAST, healthy=False, evacuated=True, levers=((LeverKind.EVACUATE, Position.OUT),))
ILL = replace(
    status(OUT, WEST, serving=STANDBY, findings=(WARNING, ERROR)),
    answering=(Answering((STANDBY,), ("sample.fed.dev",)),),
    operations=("sample-production-compute: UPDATE op is RUNNING",),
)
WAITING = Moment(NOON + timedelta(seconds=2), Phase.WAITING, 3.2)


def watched(*looks: Status) -> Watch:
    """Looks five seconds apart."""
    watch = Watch()
    for number, seen in enumerate(looks):
        watch = watch.after(Look(seen, NOON + timedelta(seconds=5 * number), 0.84))
    return watch


def drawn(
    watch: Watch, columns: int = 80, lines: int = 24, style: Style = PLAIN, moment: Moment = WAITING
) -> list[str]:
    return watch_lines(watch, moment, style, columns=columns, lines=lines)


def test_all_is_well_on_a_screen_of_80_columns() -> None:
    assert drawn(watched(WELL)) == [
        "sample production                             12:00:00Z, took 0.8 s; next in 4 s",
        "us-east-1 serves",
        "every region is healthy and current",
        "",
        " region     role       release       current  replica  health   levers  traffic",
        " us-east-1  primary    d527736e1713  4/4      proven   healthy  in      serves",
        " us-west-2  secondary  d527736e1713  4/4      proven   healthy  in      standby",
        "",
        "answers   sample.fed.dev: us-east-1",
        "findings  none",
        "changes   none seen yet",
        "drill     no drill recorded",
        "",
        "Ctrl-C ends",
    ]


def test_what_turned_is_marked_and_listed_with_the_time_at_which_it_was_seen() -> None:
    lines = drawn(watched(WELL, ILL))

    assert "*us-east-1 primary   d527736e1713 4/4     proven  UNHEALTHY evacuate out standby" in lines
    assert "changes   12:00:05Z us-east-1 → us-west-2 answers sample.fed.dev" in lines
    assert "          12:00:05Z us-east-1 healthy → unhealthy" in lines
    assert lines[-1] == "Ctrl-C ends; * has just turned"
    assert not any(line.startswith("*") for line in drawn(watched(WELL, ILL, ILL)))


def test_findings_stand_by_severity() -> None:
    lines = drawn(watched(ILL))

    at = lines.index("findings  error fed.dev zone-missing: there is no public hosted zone fed.dev")
    assert lines[at + 1] == "          warning release release-skew: they differ"


SIZES = [(120, 40), (80, 24), (60, 15), (60, 8), (40, 12), (20, 5), (10, 3), (1, 1)]


@pytest.mark.parametrize(("columns", "lines"), SIZES)
@pytest.mark.parametrize("style", [Style(), Style(unicode=False), Style(colour=True)], ids=["plain", "ascii", "colour"])
def test_no_size_is_ever_exceeded(columns: int, lines: int, style: Style) -> None:
    far = tuple(replace(OUT, name=f"ap-southeast-{number}", replica="unreachable") for number in range(30))
    findings = tuple(replace(WARNING, message="żółć " * 40) for _ in range(30))
    crowded = replace(ILL, regions=(*ILL.regions, *far), findings=findings, operations=("an operation " * 20,) * 30)
    troubled = watched(WELL, crowded).troubled(Unreachable("no answer " * 30, where="x", fix="y " * 90), NOON)

    for watch in (
        watched(WELL, ILL),
        watched(WELL, crowded),
        troubled,
        Watch(),
        Watch().troubled(Unreachable("n"), NOON),
    ):
        screen = drawn(watch, columns, lines, style)
        assert len(screen) <= lines
        assert max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in screen) <= columns


def test_columns_go_in_the_order_of_their_importance_and_are_named() -> None:
    narrow = drawn(watched(ILL), columns=60)
    tiny = drawn(watched(ILL), columns=32)

    assert " region    release current health    levers       traffic" in narrow
    assert narrow[-1] == "Ctrl-C ends; and 2 more: role, replica"
    assert " region    health    traffic" in tiny


def test_lists_that_have_no_room_are_counted_the_important_ones_stay() -> None:
    many = replace(ILL, findings=tuple(replace(WARNING, where=f"place {number}") for number in range(9)))
    lines = drawn(watched(WELL, many), lines=15)

    assert len(lines) == 15
    assert lines[0].startswith("sample production")
    assert any(re.fullmatch(r" {10}warning place \d .* and \d more", line) for line in lines)
    assert any("us-east-1 → us-west-2 answers" in line for line in lines)


def test_of_many_regions_those_in_trouble_and_those_that_serve_are_shown() -> None:
    idle = tuple(replace(WEST, name=f"eu-west-{number}") for number in range(1, 10))
    lines = drawn(watched(status(*idle, OUT, WEST, serving=STANDBY)), lines=13)

    assert any(line.startswith(" us-east-1 ") for line in lines)
    assert any(line.startswith(" us-west-2 ") for line in lines)
    shown = sum(line.startswith((" us-", " eu-")) for line in lines)
    assert f" and {11 - shown} more regions" in lines


LEVER_WORDS = {
    "both": (((LeverKind.DRILL, Position.OUT), (LeverKind.EVACUATE, Position.OUT)), "both out"),
    "one": (((LeverKind.DRILL, Position.OUT), (LeverKind.EVACUATE, Position.UNKNOWN)), "drill out"),
    "unread": (((LeverKind.DRILL, Position.IN), (LeverKind.EVACUATE, Position.UNKNOWN)), "unknown"),
    "none": ((), "—"),
}


@pytest.mark.parametrize(("levers", "word"), LEVER_WORDS.values(), ids=LEVER_WORDS)
def test_a_lever_that_is_out_outweighs_one_that_nobody_could_read(
    levers: tuple[tuple[LeverKind, Position], ...], word: str
) -> None:
    lines = drawn(watched(status(replace(EAST, levers=levers), WEST)), columns=120)

    assert next(re.split(r"\s{2,}", line)[-2] for line in lines if "  primary  " in line) == word


def test_accounts_that_differ_are_shown_each_with_who_answers() -> None:
    differing = replace(
        status(EAST, WEST, serving="mixed"),
        serving_regions=(PRIMARY, STANDBY),
        accounts_differ=True,
        answering=(Answering((PRIMARY,), ("a.dev", "b.dev")), Answering((STANDBY,), ("c.dev",)), Answering((), ("d",))),
    )
    lines = drawn(watched(differing))

    at = lines.index("answers   a.dev and 1 more: us-east-1")
    assert lines[at + 1 : at + 3] == ["          c.dev: us-west-2", "          d: no region that is known"]
    assert sum(line.endswith(" some") for line in lines) == 2


def test_the_last_drill_is_shown() -> None:
    drill = LastDrill(region=PRIMARY, mode="outage", verdict="passed", started_at=NOON, rto_s=63.0)
    measured = drawn(watched(replace(WELL, last_drill=drill)))
    aborted = drawn(watched(replace(WELL, last_drill=replace(drill, verdict="aborted", rto_s=None))))

    assert "drill     us-east-1 outage passed 2026-11-21 12:00Z, users moved after 1 min 3 s" in measured
    assert "drill     us-east-1 outage aborted 2026-11-21 12:00Z" in aborted


def test_a_look_under_way_says_for_how_long() -> None:
    looking = Moment(NOON, Phase.LOOKING, 7.6)

    assert drawn(watched(WELL), moment=looking)[0].endswith("took 0.8 s; looking for 8 s")
    assert drawn(Watch(), moment=looking)[0].endswith("looking for 8 s")
    assert "the first look is under way" in drawn(Watch(), moment=looking)


def test_a_failed_look_says_what_happened_how_old_the_screen_is_and_what_to_do() -> None:
    silent = Unreachable("no answer\x1b[2J", where="sts in us-west-2", fix="look at the network")
    watch = watched(WELL).troubled(silent, NOON + timedelta(seconds=1)).troubled(silent, NOON + timedelta(seconds=2))

    assert drawn(watch)[1:5] == [
        "12:00:02Z the look failed, 2 in a row; below is 2.0 s old",
        r"  sts in us-west-2: no answer\x1b[2J",
        "  next: look at the network",
        "us-east-1 serves",
    ]


def test_a_next_command_is_shown_whole_or_without_the_options_that_all_share() -> None:
    back = "orchestrator failback --to us-east-1"
    fix = Finding("region-evacuated", Severity.WARNING, PRIMARY, "out", back, (back,))
    watch = watched(replace(WELL, findings=(fix,)))
    command = "orchestrator --config deployments/shop/regions.yaml --local"

    def following(columns: int) -> str:
        lines = watch_lines(watch, WAITING, PLAIN, columns=columns, lines=24, command=command)
        return next(line for line in lines if line.startswith("next"))

    assert following(120) == f"next      {command} failback --to us-east-1"
    assert following(60) == "next      failback --to us-east-1"


CHANGES = {
    Subject.ANSWER: "before → after answers place",
    Subject.HEALTH: "place before → after",
    Subject.REACH: "place before → after",
    Subject.EVACUATE_LEVER: "place evacuate lever before → after",
    Subject.DRILL_LEVER: "place drill lever before → after",
    Subject.REGION: "place region before → after",
    Subject.RELEASE: "place release before → after",
    Subject.INSTANCES: "place current instances before → after",
    Subject.REPLICA: "place replica before → after",
    Subject.FINDING: "place before → after",
    Subject.OPERATION: "place: begun",
    Subject.LOCK: "lock after: place",
    Subject.DRILL: "place drill (before) after",
}


@pytest.mark.parametrize("subject", Subject)
def test_each_change_reads_as_a_line(subject: Subject) -> None:
    assert change_text(StatusChange(subject, "place", "before", "after")) == CHANGES[subject]


def test_a_lock_is_taken_given_back_or_expired() -> None:
    assert change_text(StatusChange(Subject.LOCK, "run-a", "absent", "held")) == "lock taken: run-a"
    assert change_text(StatusChange(Subject.LOCK, "run-a", "held", "absent")) == "lock given back: run-a"
    assert change_text(StatusChange(Subject.LOCK, "run-a", "held", "expired")) == "lock expired: run-a"


def test_an_operation_that_is_over_says_so() -> None:
    assert change_text(StatusChange(Subject.OPERATION, "op", "at work", "absent")) == "op: over"
