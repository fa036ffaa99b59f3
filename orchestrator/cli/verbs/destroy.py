"""`destroy`: remove what this tool made."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from orchestrator.cli import carrying_out

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases

DESCRIPTION = """\
Removes records, health checks, compute and infra, in reverse order, and nothing that this tool did not make.
Resources that a template retains (tables with data) stay and are named."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--artifacts, --break-lock, --yes, --format."""
    parser.add_argument(
        "--artifacts", action="store_true", help="also empty and remove the artifact buckets, and then the roles"
    )
    carrying_out.add_lock_argument(parser)
    carrying_out.add_arguments(parser)


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Plan, show, ask for the environment's name, do."""
    return carrying_out.carry_out(options, "destroy", app, artifacts=options.artifacts)
