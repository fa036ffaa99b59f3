"""On a terminal: questions, the live view, colour, Ctrl-C."""

from __future__ import annotations

import re

from tests.cli.terminal import COLUMNS, LINES, Terminal


def test_a_deployment_asks_and_goes_on_after_yes() -> None:
    with Terminal("update", "deploy") as terminal:
        terminal.await_text("Deploy sample in production? Type yes to go on: ")
        terminal.type("yes\n")
        code = terminal.finish()

    assert code == 0
    assert "deploy of sample production succeeded" in terminal.raw.replace("\x1b[32m", "").replace("\x1b[0m", "")


def test_any_other_answer_refuses() -> None:
    for answer in ("y\n", "\n", "YES\n", "\x04"):
        with Terminal("update", "deploy") as terminal:
            terminal.await_text("go on: ")
            terminal.type(answer)
            code = terminal.finish()

        assert code == 3
        assert "not confirmed: nothing was changed" in terminal.raw


def test_destroy_wants_the_name_of_the_environment() -> None:
    outcomes = {}
    for answer in ("yes", "production"):
        with Terminal("update", "destroy") as terminal:
            terminal.await_text("Destroy sample in production? Type production to go on: ")
            terminal.type(f"{answer}\n")
            outcomes[answer] = terminal.finish()

    assert outcomes == {"yes": 3, "production": 0}


def test_control_c_at_the_question_changes_nothing() -> None:
    with Terminal("update", "deploy") as terminal:
        terminal.await_text("go on: ")
        terminal.type("\x03")
        code = terminal.finish()

    assert code == 130
    assert "interrupted: nothing was changed" in terminal.raw
    assert "Traceback" not in terminal.raw


def test_the_first_control_c_says_that_running_steps_are_waited_for() -> None:
    with Terminal("endless", "deploy", "--yes") as terminal:
        terminal.await_text("1 running")
        terminal.type("\x03")
        code = terminal.finish()

    assert code == 130
    assert "interrupted" in terminal.raw
    assert "goes on: it attaches to what is in flight" in " ".join(terminal.raw.split())


def test_running_steps_are_shown_with_their_seconds_while_they_run() -> None:
    with Terminal("endless", "deploy", "--yes") as terminal:
        terminal.await_text("0.2 s  upload:app: the code changed")
        terminal.await_text("0 of 5 steps done, 1 running")
        terminal.type("\x03")
        terminal.finish()

    assert not any("the code changed" in line for line in terminal.screen())


def test_more_steps_than_lines_are_counted_and_no_line_is_wider_than_the_terminal() -> None:
    with Terminal("many", "deploy", "--yes") as terminal:
        terminal.await_text("39 more run")
        code = terminal.finish()
    frames = [frame for frame in re.split(r"\x1b\[\d+A\x1b\[J", terminal.raw) if "steps done" in frame]
    live = [line for frame in frames for line in frame.split("\r\n") if re.match(r" +\d+\.\d s  ", line)]

    assert code == 1
    assert max(len(line) for line in live) < COLUMNS
    assert max(int(count) for count in re.findall(r"\x1b\[(\d+)A", terminal.raw)) <= LINES - 2
    assert sum("answers" in line for line in terminal.screen()) == 59


def test_the_live_view_lets_no_foreign_escape_through() -> None:
    with Terminal("many", "deploy", "--yes") as terminal:
        terminal.finish()

    assert "\x1b[2J" not in terminal.raw
    assert "\x07" not in terminal.raw
    assert "\u202e" not in terminal.raw
    assert r"\x1b[2Jwiped\x07 \u202eevil" in terminal.raw


def test_colour_is_for_terminals_that_want_it() -> None:
    def colours(*words: str, **more: str) -> bool:
        with Terminal("update", "status", *words, **more) as terminal:
            terminal.finish()
        return "\x1b[" in terminal.raw

    assert colours()
    assert colours(NO_COLOR="")
    assert not colours(NO_COLOR="1")
    assert not colours("--no-color")
    assert not colours(TERM="dumb")


def test_a_dumb_terminal_gets_plain_lines() -> None:
    with Terminal("update", "deploy", "--yes", TERM="dumb") as terminal:
        code = terminal.finish()

    assert code == 0
    assert "\x1b" not in terminal.raw
    assert "12:00:00Z done     upload:app: version 1" in terminal.screen()


def test_a_terminal_of_twelve_columns_changes_no_verdict() -> None:
    codes = {}
    for scene in ("update", "failing", "accents"):
        with Terminal(scene, "deploy") as terminal:
            terminal.resize(12, 4)
            terminal.await_text("go on: ")
            terminal.type("yes\n")
            codes[scene] = terminal.finish()

        assert "Traceback" not in terminal.raw

    assert codes == {"update": 0, "failing": 1, "accents": 0}
