"""`plan`: what a deployment would change."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.core.errors import ExitCode
from orchestrator.core.plan import Severity

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases
    from orchestrator.core.plan import Plan

DESCRIPTION = """\
Looks at every region and shows what a deployment would change, why, in which order and how risky it is.
Changes nothing."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--out, --exit-code, --release, --take-over, --format."""
    from orchestrator.cli.arguments import Filled, add_format, add_take_over
    from orchestrator.cli.carrying_out import add_release_argument

    parser.add_argument(
        "--out", metavar="FILE", action=Filled, default="", help="also write the plan, for deploy --plan FILE"
    )
    add_release_argument(parser)
    parser.add_argument("--exit-code", action="store_true", help="exit 2 when changes are pending")
    add_take_over(parser)
    add_format(parser, "markdown", "html")


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Plan, write, print. Exit 3 when a finding would refuse the deployment."""
    from orchestrator import report
    from orchestrator.cli.files import write_file
    from orchestrator.cli.options import settings_of
    from orchestrator.cli.output import show
    from orchestrator.cli.use_cases import use_cases

    # A drill may be running: what a deployment would do is worth knowing all the same.
    settings = replace(settings_of(options), despite_drill=True)
    plan = use_cases(app).undertake(settings, verb="deploy", release=options.release).plan()
    if options.out:
        write_file(Path(options.out), report.plan_json_parts(plan), what="the plan")
    show(_rendered(plan, options))
    if any(finding.severity is Severity.ERROR for finding in plan.findings):
        return ExitCode.REFUSED
    # An operation in flight is pending too: nobody knows yet what it leaves.
    settled = plan.is_empty and plan.complete
    return ExitCode.CHANGES_PENDING if options.exit_code and not settled else ExitCode.DONE


def _rendered(plan: Plan, options: argparse.Namespace) -> str | Iterable[str]:
    from orchestrator import report
    from orchestrator.cli.options import command_of
    from orchestrator.cli.output import stdout_style

    match options.format:
        case "json":
            return report.plan_json_parts(plan)
        case "markdown":
            return report.plan_markdown(plan)
        case "html":
            return report.plan_html(plan)
        case _:
            return report.plan_text(plan, stdout_style(no_color=options.no_color), command=command_of(options))
