"""`report`: a finished run, read from its journal."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases
    from orchestrator.core.run_report import RunReport

DESCRIPTION = """\
Shows a finished run of this machine: verdict, objectives, phases, what users met, what happened when. Drills come with
those before them. Without RUN it lists the runs that are kept. A run that is not kept here is looked for in the
artifact buckets; nothing else asks AWS."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """RUN, --remote, --out, --format."""
    from orchestrator.cli.arguments import Filled, add_format

    parser.add_argument(
        "run", metavar="RUN", nargs="?", action=Filled, default=None, help="its name, how it begins, or latest"
    )
    parser.add_argument("--remote", action="store_true", help="ask the artifact buckets, not this machine")
    parser.add_argument("--out", metavar="FILE", action=Filled, default="", help="write it there and not on stdout")
    add_format(parser, "markdown", "html")


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Read, print or write. The exit code says that the report was made, whatever it says."""
    from orchestrator.cli.options import settings_of
    from orchestrator.cli.output import show
    from orchestrator.cli.use_cases import use_cases

    cases, settings = use_cases(app), settings_of(options)
    if options.run is None:
        text = _listed(options, cases)
    else:
        found = cases.run_report(settings, options.run, remote=options.remote)
        _warn(options, found)
        text = _rendered(options, found)
    if options.out:
        _write(options.out, text)
    else:
        show(text)
    return ExitCode.DONE


def _warn(options: argparse.Namespace, found: RunReport) -> None:
    from orchestrator.cli.options import command_of
    from orchestrator.cli.output import say
    from orchestrator.core.run_report import JOURNAL_INCOMPLETE
    from orchestrator.report import as_called

    for one in found.findings:
        if one.rule == JOURNAL_INCOMPLETE:
            say(f"warning: {one.message}; {as_called(one.fix, command_of(options))}")


def _listed(options: argparse.Namespace, cases: UseCases) -> str:
    from orchestrator import report
    from orchestrator.cli.options import command_of, settings_of
    from orchestrator.cli.output import stdout_style

    if options.format not in ("text", "json"):
        raise UsageError(f"the list of runs has no --format {options.format}", fix="name a run, or say latest")
    runs, older = cases.kept_runs(settings_of(options), remote=options.remote)
    if options.format == "json":
        return report.runs_json(runs, older)
    return report.runs_text(runs, older, stdout_style(no_color=options.no_color), command=command_of(options))


def _rendered(options: argparse.Namespace, found: RunReport) -> str:
    from orchestrator import report
    from orchestrator.cli.options import command_of
    from orchestrator.cli.output import stdout_style

    match options.format:
        case "json":
            return report.drill_json(found)
        case "markdown":
            return report.drill_markdown(found)
        case "html":
            return _page(found)
        case _:
            style = stdout_style(no_color=options.no_color or bool(options.out))
            return report.drill_text(found, style, command=command_of(options))


def _page(found: RunReport) -> str:
    from importlib import import_module

    draw = import_module("orchestrator.report").run_html
    return str(draw(found))


def _write(path: str, text: str) -> None:
    from orchestrator.cli.files import write_file
    from orchestrator.cli.output import say

    write_file(Path(path), text, what="the report")
    say(f"written to {path}")
