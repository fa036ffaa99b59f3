"""The grammar of the command line: options on both sides of the verb, wrong words, suggestions."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.cli.main import main
from tests.cli.fake_app import FakeApp

COMMON = ["--local", "--config", "other.yaml", "--environment", "staging", "--state-dir", "state"]


def settings(words: list[str]) -> object:
    app = FakeApp()
    assert main(words, app=app) == 0
    return app.seen[-1]


@pytest.mark.parametrize("verb", ["plan", "status"])
def test_options_mean_the_same_before_and_after_the_verb(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = settings([*COMMON, verb]), settings([verb, *COMMON])
    mixed = settings([*COMMON[:3], verb, *COMMON[3:]])

    assert before == after == mixed
    assert before != settings([verb])


def test_the_options_arrive_in_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    from orchestrator.app import Settings

    expected = Settings(config=Path("other.yaml"), environment="staging", local=True, state_dir=Path("state"))

    assert settings([*COMMON, "status"]) == expected


@pytest.mark.parametrize("verb", ["plan", "deploy"])
def test_names_to_take_over_are_collected_on_both_sides_of_the_verb(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app = FakeApp()
    main(["--take-over", "Shop.fed.dev.", verb, "--take-over", "eu.shop.fed.dev"], app=app)

    assert [one.taken_over for one in app.seen] == [frozenset({"shop.fed.dev", "eu.shop.fed.dev"})]
    assert main([verb, "--take-over", ""], app=FakeApp()) == 64


@pytest.mark.parametrize(
    ("words", "despite"),
    [(["plan"], True), (["deploy", "--yes"], False), (["deploy", "--despite-drill", "--yes"], True)],
)
def test_a_drill_that_is_not_put_back_is_shown_by_a_plan_and_refuses_a_deployment_unless_told_otherwise(
    words: list[str], despite: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    app = FakeApp()
    main(words, app=app)

    assert [one.despite_drill for one in app.seen] == [despite]


def test_an_option_of_the_verb_may_stand_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--format", "json", "--exit-code", "plan"], app=FakeApp())

    assert code == 2
    assert capsys.readouterr().out.startswith("{")


def test_an_option_after_the_verb_wins(capsys: pytest.CaptureFixture[str]) -> None:
    from orchestrator.app import Settings

    chosen = settings(["--environment", "staging", "status", "--environment", "production"])

    assert chosen == Settings(environment="production")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["dploy"], "there is no verb dploy; did you mean deploy?"),
        (["frobnicate"], "there is no verb frobnicate"),
        (["plan", "--ouut", "x"], "did you mean --out?"),
        (["--enviroment", "x", "plan"], "unrecognized arguments: --enviroment; did you mean --environment?"),
        (["--yes", "x", "plan"], "there is no verb x"),
        (["--enviroment=x", "plan"], "did you mean --environment?"),
        (["--verison"], "did you mean --version?"),
        (["deploy", "--pla=x"], "did you mean --plan?"),
        (["plan", "--format", "yaml"], "invalid choice: 'yaml' (choose from 'text', 'json', 'markdown', 'html')"),
        (["plan", "--out"], "argument --out: expected one argument"),
        (["plan", "extra"], "unrecognized arguments: extra"),
        (["local"], "the following arguments are required: action"),
        (["local", "up", "--port", "70000"], "70000 is not a port: write a number from 1 to 65535"),
        (["local", "up", "--port", "8x"], "8x is not a port"),
        (["--config"], "argument --config: expected one argument"),
        ([""], "there is no verb"),
        (["\x1b[2J"], r"there is no verb \x1b[2J"),
        (["\udcff"], r"there is no verb \udcff"),
    ],
)
def test_a_wrong_command_line_is_explained_with_exit_code_64(
    words: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(words, app=FakeApp())
    printed = capsys.readouterr()

    assert code == 64
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert expected in printed.err
    assert "  next: orchestrator " in printed.err


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["--local", "--help"]])
def test_without_a_verb_the_help_is_printed(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = main(words)
    printed = capsys.readouterr()

    assert code == 0
    assert "exit codes:" in printed.out
    assert printed.err == ""


@pytest.mark.parametrize("words", [["--version"], ["--local", "--version"]])
def test_the_version_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    from orchestrator import __version__

    assert main(words) == 0

    assert capsys.readouterr().out == f"orchestrator {__version__}\n"


def test_a_next_command_repeats_what_was_given_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    def following(*words: str) -> str:
        main([*words, "deploy", "--yes"], app=FakeApp())
        return capsys.readouterr().out.splitlines()[-1]

    assert following() == "next: orchestrator status"
    assert following("--local") == "next: orchestrator --local status"
    assert following("--environment", "staging") == "next: orchestrator --environment staging status"
    assert following("--config", "my regions.yaml") == "next: orchestrator --config 'my regions.yaml' status"


@pytest.mark.parametrize(
    "words",
    [
        ["deploy", "--yes", "--plan", ""],
        ["deploy", "--yes", "--plan="],
        ["--environment", "", "destroy", "--yes"],
        ["--config", "", "plan"],
        ["--state-dir", "", "plan"],
        ["plan", "--out", ""],
        ["synth", "--out", ""],
        ["init", ""],
        ["init", "--application", ""],
    ],
)
def test_an_empty_value_of_an_unset_variable_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    app = FakeApp()

    assert main(words, app=app) == 64
    assert app.seen == []
    assert "is given but empty" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["0", "-1", "61", "nan", "soon"])
def test_a_patience_that_is_none_is_wrong_usage(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["failover", "--from", "us-east-1", f"--patience={seconds}"], app=FakeApp())

    assert code == 64
    assert f"--patience: more than 0 and at most 60 seconds, not {seconds}" in capsys.readouterr().err


def test_a_patience_is_taken_before_the_verb_too(capsys: pytest.CaptureFixture[str]) -> None:
    app = FakeApp()

    assert main(["--patience", "2.5", "failover", "--from", "us-east-1", "--yes"], app=app) == 0
    assert app.patience_s == 2.5
