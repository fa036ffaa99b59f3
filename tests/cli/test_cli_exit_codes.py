"""The table of exit codes, verb by verb; what is printed where; what was and what was not carried out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.cli.main import main
from orchestrator.core.errors import (
    AccessDenied,
    AwsError,
    ConfigurationError,
    Interrupted,
    LockHeld,
    Problem,
    Refused,
    UsageError,
)
from orchestrator.core.run import Verdict
from tests.cli.fake_app import REVIEWED, FakeApp
from tests.report import samples

EMPTY = FakeApp(planned=samples.EMPTY)
OPERATION_IN_FLIGHT = FakeApp(planned=replace(samples.EMPTY, complete=False))
HELD = FakeApp(held=LockHeld("deploy by ann on laptop holds the lock", fix="wait"))
FORBIDDEN = FakeApp(planned=replace(samples.UPDATE, findings=(samples.ERROR,)))
CONFIGURATION = ConfigurationError((Problem("regions.yaml", 14, 7, "regions", "two primaries", "keep one"),))


def ending(verdict: Verdict) -> FakeApp:
    return FakeApp(play=lambda tell: verdict)


@pytest.mark.parametrize(
    ("words", "app", "code"),
    [
        ("plan", FakeApp(), 0),
        ("plan --exit-code", FakeApp(), 2),
        ("plan --exit-code", EMPTY, 0),
        ("plan --exit-code", OPERATION_IN_FLIGHT, 2),
        ("plan", FORBIDDEN, 3),
        ("plan --exit-code", FORBIDDEN, 3),
        ("deploy --yes", FakeApp(), 0),
        ("deploy", EMPTY, 0),
        ("deploy --yes", ending(Verdict.FAILED), 1),
        ("deploy --yes", ending(Verdict.INTERRUPTED), 130),
        ("deploy --yes", ending(Verdict.NOTHING_TO_DO), 0),
        ("deploy", FakeApp(), 3),
        ("deploy --yes", FORBIDDEN, 3),
        ("bootstrap --yes", FakeApp(), 0),
        ("destroy --yes", FakeApp(), 0),
        ("destroy", FakeApp(), 3),
        ("deploy --yes", HELD, 3),
        ("bootstrap --yes", HELD, 3),
        ("destroy --yes", HELD, 3),
        ("plan", HELD, 0),
        ("status", HELD, 0),
        ("status", FakeApp(), 0),
        ("validate", FakeApp(), 0),
        ("validate", FakeApp(found=(samples.WARNING,)), 0),
        ("validate", FakeApp(found=(samples.ERROR,)), 64),
        ("validate", FakeApp(unproven=(samples.ERROR,)), 3),
        ("validate", FakeApp(found=(samples.ERROR,), unproven=(samples.ERROR,)), 64),
        ("plan", FakeApp(trouble=AwsError("no")), 1),
        ("plan", FakeApp(trouble=AccessDenied("no")), 1),
        ("plan", FakeApp(trouble=CONFIGURATION), 64),
        ("plan", FakeApp(trouble=UsageError("no")), 64),
        ("deploy --yes", FakeApp(trouble=Refused("no")), 3),
        ("deploy --yes", FakeApp(trouble=Interrupted("left")), 130),
        ("deploy --yes", FakeApp(trouble=KeyboardInterrupt()), 130),
        ("status", FakeApp(trouble=OSError(28, "No space left on device", "packages")), 1),
        ("status", FakeApp(trouble=RuntimeError("what")), 1),
        ("status", FakeApp(trouble=RecursionError("deep")), 1),
        ("status", FakeApp(trouble=MemoryError()), 1),
    ],
)
def test_exit_codes(words: str, app: FakeApp, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.split(), app=app) == code

    assert "Traceback" not in capsys.readouterr().err


def test_without_a_terminal_and_without_yes_nothing_is_carried_out(capsys: pytest.CaptureFixture[str]) -> None:
    app = FakeApp()
    main(["deploy"], app=app)
    printed = capsys.readouterr()

    assert app.carried_out == []
    assert "there is no terminal to ask at, and no --yes" in printed.err
    assert "6 to update" in printed.err
    assert printed.out == ""


def test_a_forbidden_plan_is_not_carried_out_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    app = replace(FORBIDDEN, carried_out=[])
    main(["deploy", "--yes"], app=app)

    assert app.carried_out == []
    assert "error: there is no public hosted zone fed.dev\n" in capsys.readouterr().err


def test_an_empty_plan_is_not_carried_out(capsys: pytest.CaptureFixture[str]) -> None:
    app = FakeApp(planned=samples.EMPTY)
    main(["deploy", "--yes"], app=app)

    assert app.carried_out == []
    assert "nothing to do" in capsys.readouterr().out


# -- saved plans --------------------------------------------------------------------------------------------------


def test_a_plan_that_still_holds_is_carried_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app, file = FakeApp(), tmp_path / "plan.json"
    file.write_text(REVIEWED)

    assert main(["deploy", "--yes", "--plan", str(file)], app=app) == 0
    assert app.carried_out == ["deploy"]


def test_a_stale_plan_is_refused_with_what_moved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app, file = FakeApp(), tmp_path / "plan.json"
    file.write_text("older")
    code = main(["deploy", "--yes", "--plan", str(file)], app=app)

    assert code == 3
    assert app.carried_out == []
    assert "error: the plan is stale:\n  code app\n  next: plan again\n" in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", "folder", "endless"])
def test_a_plan_file_that_cannot_be_read_is_wrong_usage(
    content: bytes | str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.json"
    match content:
        case "folder":
            file.mkdir()
        case "endless":
            file = Path("/dev/zero")
        case bytes():
            file.write_bytes(content)
        case _:
            pass
    app = FakeApp()
    code = main(["deploy", "--yes", "--plan", str(file)], app=app)

    assert code == 64
    assert app.seen == []
    assert f"  where: {file}\n  next: write it with: orchestrator plan --out FILE\n" in capsys.readouterr().err


def test_plan_out_writes_what_format_json_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.json"
    main(["plan", "--format", "json", "--out", str(file)], app=FakeApp())

    assert file.read_text() == capsys.readouterr().out


def test_plan_out_into_a_missing_folder_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["plan", "--out", str(tmp_path / "missing" / "plan.json")], app=FakeApp())

    assert code == 64
    assert "the plan cannot be written: No such file or directory" in capsys.readouterr().err


# -- what is told of errors ---------------------------------------------------------------------------------------


def test_an_error_says_what_where_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    denied = AccessDenied("you may not", where="s3:HeadObject in us-east-1 (111111111111)", fix="bootstrap again")
    main(["status", "--no-color"], app=FakeApp(trouble=denied))
    printed = capsys.readouterr()

    assert printed.out == ""
    assert printed.err == (
        "error: you may not\n  where: s3:HeadObject in us-east-1 (111111111111)\n  next: bootstrap again\n"
    )


def test_configuration_problems_are_lines_that_editors_jump_to(capsys: pytest.CaptureFixture[str]) -> None:
    main(["plan"], app=FakeApp(trouble=CONFIGURATION))

    assert capsys.readouterr().err.splitlines()[0] == "regions.yaml:14:7: regions: two primaries; keep one"


def test_a_bug_is_told_on_one_screen_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    main(["status"], app=FakeApp(trouble=RuntimeError("\x1b[2J" + "x" * 100_000)))
    told = capsys.readouterr().err

    assert told.startswith(r"error: this is a bug in orchestrator 0.1.0: RuntimeError: \x1b[2Jxxx")
    assert "ORCHESTRATOR_DEBUG=1" in told
    assert len(told) < 2500


def test_a_missing_module_of_others_is_an_incomplete_installation(capsys: pytest.CaptureFixture[str]) -> None:
    trouble = ModuleNotFoundError("No module named 'cfnlint.api'", name="cfnlint.api")

    assert main(["status"], app=FakeApp(trouble=trouble)) == 1
    told = capsys.readouterr().err
    assert "the Python module cfnlint.api is missing" in told
    assert "pip install" in told


@pytest.mark.parametrize("trouble", [MemoryError(), RuntimeError("can't start new thread")], ids=["memory", "threads"])
def test_a_limit_of_this_machine_is_no_bug_and_names_what_to_raise(
    trouble: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["status"], app=FakeApp(trouble=trouble))
    told = capsys.readouterr().err

    assert code == 1
    assert told.startswith("error: this process may ")
    assert "ulimit -v" in told


def test_a_bug_is_raised_when_debugging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCHESTRATOR_DEBUG", "1")

    with pytest.raises(RuntimeError, match="what"):
        main(["status"], app=FakeApp(trouble=RuntimeError("what")))


def test_trouble_with_this_machine_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    main(["status"], app=FakeApp(trouble=OSError(13, "Permission denied", ".orchestrator/packages")))

    assert capsys.readouterr().err.startswith("error: Permission denied\n  where: .orchestrator/packages\n")


# -- results ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("plan", {"format", "fingerprint", "changes", "steps", "findings"}),
        ("deploy --yes", {"format", "run", "verdict", "release", "steps", "traffic"}),
        ("status", {"format", "serving_region", "regions", "findings"}),
        ("validate", {"format", "valid", "findings", "proof", "detection"}),
    ],
)
def test_json_is_all_that_stdout_carries(words: str, keys: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    main([*words.split(), "--format", "json"], app=FakeApp())
    document = json.loads(capsys.readouterr().out)

    assert document["format"] == 1
    assert keys <= set(document)


@pytest.mark.parametrize(("form", "start"), [("markdown", "## "), ("html", "<!doctype html>")])
def test_plans_come_as_pages_too(form: str, start: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["plan", "--format", form], app=FakeApp())

    assert capsys.readouterr().out.lower().startswith(start)


def test_what_an_error_tells_to_type_keeps_the_options_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    held = Refused("another run is at work", fix="to take it away: orchestrator deploy --break-lock")
    words = ["--local", "--state-dir", "else where", "deploy", "--yes"]

    assert main(words, app=FakeApp(trouble=held)) == 3
    assert "orchestrator --state-dir 'else where' --local deploy --break-lock" in capsys.readouterr().err
