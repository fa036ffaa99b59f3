"""What bootstrap, deploy and destroy share: show the plan, ask, carry it out, report, exit code."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from orchestrator.core.errors import ExitCode, UsageError
from orchestrator.core.run import Run, Verdict

if TYPE_CHECKING:
    from orchestrator.core.plan import Plan
    from orchestrator.report import Style


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of every verb that changes AWS."""
    from orchestrator.cli.arguments import add_format

    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_format(parser)


def carry_out(
    options: argparse.Namespace,
    verb: Literal["deploy", "bootstrap", "destroy"],
    *,
    saved: str = "",
    artifacts: bool = False,
) -> int:
    """`saved` is the path of a reviewed plan that must still hold; `artifacts`: destroy the buckets too."""
    from orchestrator import app, report
    from orchestrator.cli.options import settings_of
    from orchestrator.cli.output import say, style_of
    from orchestrator.cli.progress import progress_for

    text = _read(saved) if saved else ""
    undertaking = app.undertake(settings_of(options), verb=verb, artifacts=artifacts)
    plan = undertaking.plan()
    if saved:
        app.check_saved(text, plan)
    say(report.plan_text(plan, style_of(sys.stderr, no_color=options.no_color)).rstrip("\n"))
    app.ensure_allowed(plan)
    if plan.is_empty and plan.complete:
        return _report(options, app.nothing_to_do(plan, undertaking.workspace.ports.clock.now()))
    _ask(options, plan)
    with progress_for(options) as progress:
        run = undertaking.carry_out(plan, on_event=progress.tell)
    return _report(options, run)


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = f"the plan file cannot be read: {error}"
        raise UsageError(what, where=path, fix="write it with: orchestrator plan --out FILE") from error


def _ask(options: argparse.Namespace, plan: Plan) -> None:
    from orchestrator.cli.consent import ask

    where = f"{plan.application} in {plan.environment}"
    if plan.verb == "destroy":
        # Deleting deserves a word that nobody types by habit.
        ask(f"Destroy {where}?", yes=options.yes, word=plan.environment)
    else:
        ask(f"{plan.verb.capitalize()} {where}?", yes=options.yes)


def _report(options: argparse.Namespace, run: Run) -> int:
    from orchestrator import report
    from orchestrator.cli.output import show, style_of

    style: Style = style_of(sys.stdout, no_color=options.no_color)
    show(report.run_json(run) if options.format == "json" else report.run_text(run, style))
    match run.verdict:
        case Verdict.SUCCEEDED | Verdict.NOTHING_TO_DO:
            return ExitCode.DONE
        case Verdict.FAILED:
            return ExitCode.FAILED
        case Verdict.INTERRUPTED:
            return ExitCode.INTERRUPTED
