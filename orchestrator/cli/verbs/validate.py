"""`validate`: the configuration and the templates, before anybody talks to AWS."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from orchestrator.core.errors import ExitCode
from orchestrator.core.plan import Severity

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases

DESCRIPTION = """\
Reads regions.yaml, runs the blueprints, packages the code, and checks every template with cfn-lint for every
region that it goes to. Needs no AWS account."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--format."""
    from orchestrator.cli.arguments import add_format

    add_format(parser)


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Check, print; an error finding is wrong configuration."""
    from orchestrator import report
    from orchestrator.cli.options import settings_of
    from orchestrator.cli.output import show, stdout_style
    from orchestrator.cli.use_cases import use_cases

    findings = use_cases(app).validate(settings_of(options))
    style = stdout_style(no_color=options.no_color)
    show(report.findings_json(findings) if options.format == "json" else report.findings_text(findings, style))
    return ExitCode.USAGE if any(one.severity is Severity.ERROR for one in findings) else ExitCode.DONE
