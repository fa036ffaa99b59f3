"""`validate`: the configuration and the templates, before anybody talks to AWS."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from orchestrator.core.errors import ExitCode

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases

DESCRIPTION = """\
Reads regions.yaml, runs the blueprints, packages the code, checks every template with cfn-lint for every region
that it goes to and by the rules of the safety analysis (docs/reference/rules.md), and proves who answers when regions
die. Needs no AWS account."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--format."""
    from orchestrator.cli.arguments import add_format

    add_format(parser)


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Check, print. Exit 64 for a wrong file or template, 3 when it would be unsafe or failing over would not work."""
    from orchestrator import report
    from orchestrator.cli.options import command_of, settings_of
    from orchestrator.cli.output import show, stdout_style
    from orchestrator.cli.use_cases import use_cases

    found = use_cases(app).validate(settings_of(options))
    style = stdout_style(no_color=options.no_color)
    show(
        report.findings_json(found.all_findings, found.proof)
        if options.format == "json"
        else report.findings_text(found.all_findings, style, found.proof, command=command_of(options))
    )
    if found.is_invalid:
        return ExitCode.USAGE
    return ExitCode.REFUSED if found.is_refused else ExitCode.DONE
