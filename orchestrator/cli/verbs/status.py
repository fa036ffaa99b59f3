"""`status`: every region, as it is now."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from orchestrator.core.errors import ExitCode

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases

DESCRIPTION = """\
Asks all regions at once and shows who serves, each region's release, instances, replicas and health.
A region that does not answer is shown as unreachable; the rest is still shown. Changes nothing."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--format."""
    from orchestrator.cli.arguments import add_format

    add_format(parser)


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Ask, print. The exit code says that we could ask, not that all is well."""
    from orchestrator import report
    from orchestrator.cli.options import command_of, settings_of
    from orchestrator.cli.output import show, stdout_style
    from orchestrator.cli.use_cases import use_cases

    status = use_cases(app).status(settings_of(options))
    style = stdout_style(no_color=options.no_color)
    show(
        report.status_json(status)
        if options.format == "json"
        else report.status_text(status, style, command=command_of(options))
    )
    return ExitCode.DONE
