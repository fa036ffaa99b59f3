"""Real commands: their ends, their last words, and that nothing of them is left."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from orchestrator.commands import ProcessCommands, last_lines
from orchestrator.core.errors import StepFailed
from orchestrator.ports import CommandEnd, RunningCommand

_PATIENCE_S = 20.0


def started(folder: Path, *argv: str, **environment: str) -> RunningCommand:
    return ProcessCommands().start(argv, directory=str(folder), environment=environment)


def end_of(running: RunningCommand) -> CommandEnd:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        if end := running.ended():
            return end
        time.sleep(0.01)
    raise AssertionError("the command does not end")


def test_a_command_that_succeeds_says_so(tmp_path: Path) -> None:
    assert end_of(started(tmp_path, "true")) == CommandEnd(0, "")


def test_a_command_that_fails_tells_its_status_and_its_last_lines(tmp_path: Path) -> None:
    end = end_of(started(tmp_path, "sh", "-c", "echo one; echo two >&2; exit 7"))

    assert end == CommandEnd(7, "one | two")


def test_a_command_that_a_signal_ended_tells_which(tmp_path: Path) -> None:
    assert end_of(started(tmp_path, "sh", "-c", "kill -9 $$")).status == -9


def test_a_command_knows_what_it_judges_beside_our_own_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OURS", "kept")

    end = end_of(started(tmp_path, "sh", "-c", "echo $OURS $ORCHESTRATOR_REGION", ORCHESTRATOR_REGION="us-west-2"))

    assert end.output == "kept us-west-2"


def test_no_credentials_are_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)

    end = end_of(started(tmp_path, "sh", "-c", "env | grep -c ^AWS_", ORCHESTRATOR_REGION="us-west-2"))

    assert end.output == "0"


def test_words_reach_the_command_as_they_are(tmp_path: Path) -> None:
    end = end_of(started(tmp_path, sys.executable, "-c", "import sys; print(sys.argv[1:])", "$HOME; rm -rf *", "a b"))

    assert end.output == "['$HOME; rm -rf *', 'a b']"


def test_a_path_is_relative_to_the_folder(tmp_path: Path) -> None:
    script = tmp_path / "smoke"
    script.write_text("#!/bin/sh\npwd\n")
    script.chmod(0o755)

    assert end_of(started(tmp_path, "./smoke")).output == str(tmp_path)


def test_a_command_has_no_input(tmp_path: Path) -> None:
    assert end_of(started(tmp_path, "sh", "-c", "read line || echo nothing")).output == "nothing"


@pytest.mark.parametrize("argv", [("./nowhere",), ("./folder",), ("no-such-program",), ("a\0b",)])
def test_what_cannot_be_run_is_named(tmp_path: Path, argv: tuple[str, ...]) -> None:
    (tmp_path / "folder").mkdir()

    with pytest.raises(StepFailed, match="cannot be run"):
        started(tmp_path, *argv)


def test_a_flood_of_output_is_read_and_only_its_end_kept(tmp_path: Path) -> None:
    end = end_of(started(tmp_path, "sh", "-c", "yes line | head -n 500000; echo over"))

    assert end.output == " | ".join(["line"] * 7 + ["over"])


def test_killing_a_command_ends_its_whole_group(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    os.mkfifo(witness)
    # Each holds the fifo open for writing: reading it ends when none of them is left.
    running = started(tmp_path, "sh", "-c", "exec 3>witness; echo up >&3; (trap '' TERM; sleep 600) & sleep 600")
    with witness.open() as pipe:
        first = pipe.readline()
        running.kill()
        rest = pipe.read()

    assert (first, rest) == ("up\n", "")


def test_a_command_that_does_not_listen_to_sigterm_is_killed(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    os.mkfifo(witness)
    deaf = "trap 'echo no' TERM; echo up > witness; while :; do sleep 0.05; done"
    running = started(tmp_path, "sh", "-c", deaf)
    with witness.open() as pipe:
        pipe.readline()

    said = running.kill()

    assert "no" in said.split(" | ")
    assert running.ended() == CommandEnd(-9, said)


def test_what_a_command_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    os.mkfifo(witness)
    running = started(tmp_path, "sh", "-c", "exec 3>witness; sleep 600 & echo up >&3; exit 0")
    with witness.open() as pipe:
        first = pipe.readline()
        end = end_of(running)
        rest = pipe.read()

    assert (first, rest, end.status) == ("up\n", "", 0)


def test_killing_twice_is_harmless(tmp_path: Path) -> None:
    running = started(tmp_path, "sh", "-c", "echo over")
    end_of(running)

    assert (running.kill(), running.kill()) == ("over", "over")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"", ""),
        (b"\n\n  \n", ""),
        (b"a\r\nb\n", "a | b"),
        (b"\x1b[31mred\x1b[0m\x07", "[31mred [0m"),
        ("caf\u00e9\u202eevil".encode(), "caf\u00e9 evil"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"x" * 3000, "\u2026" + "x" * 1000),
    ],
)
def test_the_last_lines_are_one_line_that_no_terminal_obeys(written: bytes, shown: str) -> None:
    assert last_lines(written) == shown


def test_a_command_that_shows_its_environment_shows_no_secret_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-key")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "canary-token")
    monkeypatch.setenv("SHOP_PASSWORD", "canary\nof two lines")

    said = 'echo it ran with $AWS_SECRET_ACCESS_KEY; env | grep ^AWS_SESSION; echo "$SHOP_PASSWORD"; exit 1'
    end = end_of(started(tmp_path, "sh", "-c", said))

    assert end.output == "it ran with (hidden) | AWS_SESSION_TOKEN=(hidden) | (hidden)"


def test_of_a_line_whose_beginning_is_lost_nothing_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "canary" * 4000)

    end = end_of(started(tmp_path, "sh", "-c", "echo $AWS_SESSION_TOKEN; echo over; exit 1"))

    assert end.output == "over"
