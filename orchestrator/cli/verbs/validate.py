"""`validate`: the configuration and the templates, before anybody talks to AWS."""

from __future__ import annotations

import argparse
import sys

from orchestrator.core.errors import ExitCode

DESCRIPTION = """\
Reads regions.yaml, runs the blueprints, packages the code, and checks every template with cfn-lint for every
region that it goes to. Needs no AWS account."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--format."""
    from orchestrator.cli.arguments import add_format

    add_format(parser)


def run(options: argparse.Namespace) -> int:
    """Check, print; an error finding is wrong configuration."""
    from orchestrator import app, report
    from orchestrator.cli.options import settings_of
    from orchestrator.cli.output import show, style_of

    findings = app.validate(settings_of(options))
    style = style_of(sys.stdout, no_color=options.no_color)
    show(report.findings_json(findings) if options.format == "json" else report.findings_text(findings, style))
    return ExitCode.USAGE if any(one.severity.value == "error" for one in findings) else ExitCode.DONE
