"""The live view as a value: what its lines say after which events, within which room."""

from __future__ import annotations

from orchestrator.cli.live import View, ended_lines
from orchestrator.core.run import Event, EventKind
from orchestrator.core.traffic import TrafficRequest
from orchestrator.core.traffic_now import UsersNow
from orchestrator.report import Style
from tests.report import samples

PLAIN = Style()


def seen(*events: Event, steps: int = 3) -> View:
    """The view after these events, one second apart."""
    view = View(steps, began=0.0)
    for second, event in enumerate(events, start=1):
        view = view.after(event, float(second))
    return view


def started(name: str, detail: str = "") -> Event:
    return samples.event(EventKind.STEP_STARTED, name, detail)


def test_a_running_step_shows_since_when_and_what_was_last_heard() -> None:
    view = seen(
        started("upload", "the code changed"), samples.event(EventKind.STEP_PROGRESS, "upload", "waits for a replica")
    )

    assert view.lines(10.0, PLAIN, width=80, height=10) == [
        "   9.0 s  upload: waits for a replica",
        "  10.0 s  0 of 3 steps done, 1 running",
    ]


def test_ended_steps_are_counted_by_how_they_ended() -> None:
    view = seen(
        started("a"),
        started("b"),
        samples.event(EventKind.STEP_SUCCEEDED, "a"),
        samples.event(EventKind.STEP_FAILED, "b"),
        samples.event(EventKind.STEP_SKIPPED, "c"),
    )

    assert view.lines(5.0, PLAIN, width=80, height=10) == [
        "   5.0 s  1 of 3 steps done, 0 running, 1 failed, 1 skipped"
    ]


def test_a_second_round_may_have_more_steps_than_were_planned() -> None:
    view = seen(*(started(name) for name in "abcd"), steps=3)

    assert view.lines(5.0, PLAIN, width=80, height=10)[-1] == "   5.0 s  0 of 4 steps done, 4 running"


def test_what_does_not_fit_is_counted() -> None:
    view = seen(*(started(f"step {number}") for number in range(10)))
    lines = view.lines(20.0, PLAIN, width=80, height=5)

    assert len(lines) == 5
    assert lines[-2] == "          and 7 more run"


def test_long_lines_are_cut_and_foreign_text_is_made_harmless() -> None:
    view = seen(started("upload", "\x1b[2J" + "x" * 200))
    lines = view.lines(2.0, PLAIN, width=40, height=5)

    assert [len(line) for line in lines] == [40, 38]
    assert lines[0].startswith("   1.0 s  upload: \\x1b[2Jxxx")


def test_progress_of_a_step_that_never_began_is_no_row() -> None:
    view = seen(samples.event(EventKind.STEP_PROGRESS, "ghost", "boo"))

    assert view.running == ()


def test_a_success_takes_one_line_and_a_failure_is_told_in_full() -> None:
    reason = "AWS says " + "that this cannot be " * 8
    succeeded = ended_lines(samples.event(EventKind.STEP_SUCCEEDED, "upload", reason), PLAIN)
    failed = ended_lines(samples.event(EventKind.STEP_FAILED, "upload", reason), PLAIN)

    assert [len(line) for line in succeeded] == [80]
    assert len(failed) == 3
    assert max(map(len, failed)) <= 80
    assert " ".join(" ".join(failed).split()) == f"12:00:00Z FAILED upload: {reason.strip()}"


def users(detail: str, *lost: TrafficRequest) -> Event:
    at = samples.event(EventKind.RUN_STARTED).at
    return UsersNow().after(lost, 0.0).event(at, "r", detail)


REFUSED = TrafficRequest(at=0.0, latency_s=0.1, error="connection refused")


def test_users_have_a_line_between_the_steps_and_the_tally() -> None:
    view = seen(started("hold"), users("us-east-1 serves 9/s; 9 requests, 0 failed"), users("us-west-2 serves 16/s"))

    assert view.lines(3.0, PLAIN, width=80, height=10) == [
        "   2.0 s  hold",
        "   users  us-west-2 serves 16/s",
        "   3.0 s  0 of 3 steps done, 1 running",
    ]


def test_the_line_of_users_counts_when_room_is_short() -> None:
    view = seen(users("us-east-1 serves 9/s"), *(started(f"step {number}") for number in range(10)))

    assert len(view.lines(20.0, PLAIN, width=80, height=5)) == 5


def test_failing_users_are_loud() -> None:
    fine, broken = seen(users("fine")), seen(users("1/s FAIL", REFUSED))

    assert not fine.failing
    assert "\x1b[1;31m   users  1/s FAIL\x1b[0m" in broken.lines(1.0, Style(colour=True), width=80, height=5)


def test_a_turn_of_users_scrolls_by_and_leaves_their_line_alone() -> None:
    at = samples.event(EventKind.RUN_STARTED).at
    turn = UsersNow().after([REFUSED], 0.0).event(at, "r", "nobody serves", turn=True)

    assert seen(users("fine"), turn).users == "fine"
    assert [line.partition(" ")[2] for line in ended_lines(turn, PLAIN)] == ["users    nobody serves"]
