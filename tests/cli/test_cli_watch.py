"""`status --watch` on a terminal: a screen of its own, what it shows, and the terminal afterwards."""

from __future__ import annotations

import signal

import pytest

from tests.cli.alternate import AlternateScreen
from tests.cli.terminal import COLUMNS, LINES, Terminal

ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"


def turned(screen: AlternateScreen) -> bool:
    return "us-east-1 healthy → unhealthy" in screen.text


def test_a_region_that_falls_ill_is_seen_with_its_time_on_a_screen_that_fits() -> None:
    with Terminal("turning", "status", "--watch") as terminal:
        screen = terminal.await_screen(turned)

    assert "us-west-2 serves, not the primary us-east-1" in screen.text
    assert screen.lines[0].startswith("sample production ")
    assert any(line.startswith("changes   ") and line[18] == "Z" for line in screen.lines)
    assert screen.widest <= COLUMNS
    assert screen.below <= LINES
    assert not screen.cursor


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_watch_and_gives_the_terminal_back(number: signal.Signals) -> None:
    with Terminal("turning", "status", "--watch") as terminal:
        terminal.await_screen(turned)
        silent = not terminal.echoes
        terminal.kill(number)
        code = terminal.finish()

    assert code == 0
    assert silent
    assert terminal.raw.count(ENTER) == terminal.raw.count(LEAVE) == 1
    assert terminal.raw.rindex("\x1b[?25h") > terminal.raw.rindex("\x1b[?25l")
    assert "Z us-east-1 healthy → unhealthy" in terminal.raw.rpartition(LEAVE)[2]
    assert "Traceback" not in terminal.raw


def test_keys_are_not_shown_while_it_watches_and_are_afterwards() -> None:
    with Terminal("turning", "status", "--watch") as terminal:
        terminal.await_screen(turned)
        during = terminal.echoes
        terminal.type("\x03")
        terminal.await_text(LEAVE)
        terminal.await_text("healthy → unhealthy\r\n")
        after = terminal.echoes
        code = terminal.finish()

    assert (during, after, code) == (False, True, 0)


def test_control_c_does_not_wait_for_a_look_that_hangs() -> None:
    with Terminal("stuck look", "status", "--watch") as terminal:
        terminal.await_screen(lambda screen: "; looking for 1 s" in screen.text)
        terminal.type("\x03")
        code = terminal.finish()

    assert code == 0
    assert LEAVE in terminal.raw


def test_a_bug_is_told_on_the_terminal_as_it_was_before() -> None:
    with Terminal("broken", "status", "--watch") as terminal:
        code = terminal.finish()

    assert code == 1
    assert "RuntimeError: the second look" in terminal.raw.rpartition(LEAVE)[2]


def test_a_look_that_fails_keeps_the_last_screen_and_says_why() -> None:
    with Terminal("unheard", "status", "--watch") as terminal:
        screen = terminal.await_screen(lambda screen: "the look failed, 3 in a row" in screen.text)

    assert r"route53:ListHostedZones in us-east-1: \x1b[2Jwiped\x07 \u202eevil" in screen.text
    assert "next: look again" in screen.text
    assert "every region is healthy and current" in screen.text


def test_aws_that_is_silent_from_the_start_is_asked_again() -> None:
    with Terminal("silent", "status", "--watch") as terminal:
        screen = terminal.await_screen(lambda screen: "the look failed, 2 in a row" in screen.text)

    assert "sts in us-west-2: no answer" in screen.text


def test_what_no_waiting_mends_ends_the_watch_at_the_first_look() -> None:
    with Terminal("refused", "status", "--watch") as terminal:
        code = terminal.finish()

    assert code == 3
    assert "the embedded AWS is not running" in terminal.raw.rpartition(LEAVE)[2]


def test_the_screen_follows_the_size_of_its_window() -> None:
    with Terminal("turning", "status", "--watch") as terminal:
        terminal.await_screen(turned)
        terminal.resize(60, 15)
        small = terminal.await_screen(lambda screen: "and 1 more: role" in screen.text)
        terminal.resize(36, 6)
        tiny = terminal.await_screen(lambda screen: "and 2 more lines" in screen.lines[5])
        terminal.resize(120, 40)
        large = terminal.await_screen(lambda screen: "secondary  d527736e1713" in screen.text)

    assert small.widest <= 60
    assert tiny.widest <= 36
    assert large.widest <= 120
    assert (small.below <= 15, tiny.below, large.below <= 40) == (True, 6, True)


def test_a_suspended_watch_leaves_the_terminal_and_comes_back() -> None:
    with Terminal("turning", "status", "--watch") as terminal:
        terminal.await_screen(turned)
        terminal.kill(signal.SIGTSTP)
        # No shell could wake it here, so the system does not stop it: it goes on at once.
        terminal.await_count(ENTER, 2)
        screen = terminal.await_screen(turned)
        terminal.type("\x03")
        code = terminal.finish()

    assert code == 0
    assert "us-west-2 serves" in screen.text


def test_foreign_escapes_colour_and_narrow_character_sets() -> None:
    with Terminal("turning", "status", "--watch", NO_COLOR="1") as plain:
        plain.await_screen(turned)
    with Terminal("turning", "status", "--watch") as painted:
        painted.await_screen(turned)
    with Terminal("accents", "status", "--watch", PYTHONIOENCODING="ascii", LC_ALL="C") as narrow:
        screen = narrow.await_screen(lambda screen: "Ctrl-C ends" in screen.text)

    assert "\x1b[31m" not in plain.raw
    assert "\x1b[31m" in painted.raw
    assert "\u202e" not in plain.raw
    assert "wiped\x07" not in plain.raw
    assert narrow.raw.isascii()
    assert r"\u017c\xf3\u0142\u0107 production" in screen.text
    assert screen.widest <= COLUMNS


def test_a_dumb_terminal_gets_blocks_of_text() -> None:
    with Terminal("turning", "status", "--watch", TERM="dumb") as terminal:
        terminal.await_text("turned: us-east-1 healthy → unhealthy")
        terminal.type("\x03")
        code = terminal.finish()

    assert code == 0
    assert "\x1b" not in terminal.raw
