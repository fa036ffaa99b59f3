"""What starting costs: the modules that `--version` and `--help` load."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.terminal import ROOT, environment

HEAVY = {
    "asyncio",
    "boto3",
    "botocore",
    "cfnlint",
    "concurrent.futures",
    "dataclasses",
    "enum.property",
    "http",
    "inspect",
    "json",
    "logging",
    "shutil",
    "socket",
    "ssl",
    "structlog",
    "subprocess",
    "troposphere",
    "typing",
    "urllib",
    "yaml",
}
PROGRAM = """\
import sys
before = set(sys.modules)
from orchestrator.cli.main import main
code = main(sys.argv[1:])
print("\\n".join(sorted(set(sys.modules) - before)), file=sys.stderr)
sys.exit(code)
"""


def loaded(*words: str) -> tuple[str, set[str]]:
    """What was printed, and what had to be loaded to do so, in an interpreter without site packages."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", PROGRAM, *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment(),
    )
    return done.stdout, set(done.stderr.split())


def test_the_version_loads_nothing_but_itself() -> None:
    printed, modules = loaded("--version")

    assert printed.startswith("orchestrator ")
    assert modules == {"__future__", "orchestrator", "orchestrator.cli", "orchestrator.cli.main"}


def test_help_loads_argparse_and_two_files_of_ours() -> None:
    printed, modules = loaded("--help")

    assert "validate" in printed
    assert {name for name in modules if name.startswith("orchestrator")} == {
        "orchestrator",
        "orchestrator.cli",
        "orchestrator.cli.main",
        "orchestrator.cli.arguments",
        "orchestrator.cli.failures",
    }
    assert not modules & HEAVY


@pytest.mark.parametrize(
    "verb", ["init", "plan", "deploy", "status", "local", "schema", "simulate", "synth", "validate"]
)
def test_the_help_of_a_verb_loads_neither_the_application_nor_a_library(verb: str) -> None:
    printed, modules = loaded(verb, "--help")

    assert f"usage: orchestrator {verb}" in printed
    assert not {name.split(".")[0] for name in modules} & {"boto3", "botocore", "cfnlint", "structlog", "yaml"}
    assert not {"orchestrator.app", "troposphere", "ssl", "asyncio", "http"} & modules


def test_the_verbs_of_the_help_are_the_files_of_the_verbs() -> None:
    from orchestrator.cli.main import VERBS

    files = {file.stem for file in (ROOT / "orchestrator" / "cli" / "verbs").glob("[a-z]*.py")}

    assert set(VERBS) == files
