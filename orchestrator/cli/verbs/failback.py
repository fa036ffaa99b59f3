"""`failback`: put a region that was failed over from back into service."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from orchestrator.cli import carrying_out

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases

DESCRIPTION = """\
Puts a region back into service after it was proven to answer, with the release that the others run; then waits until
its alarm agrees and users meet it again, as far as the order of regions has them meet it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--to, --force, --patience, --yes, --format."""
    parser.add_argument("--to", metavar="REGION", dest="region", required=True, help="the region to come back")
    parser.add_argument(
        "--force", action="store_true", help="even if it is not proven to answer: users are sent there all the same"
    )
    carrying_out.add_switch_arguments(parser, default_s=6)


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Plan, show, ask, do."""
    return carrying_out.switch_over(options, "failback", app)
