"""`failover`: take a region out of service, and keep it out."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from orchestrator.cli import carrying_out

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases

DESCRIPTION = """\
Moves users away from a region with one write outside of it, and waits until the shared name has moved. Calls neither
the failing region's API nor any control plane. The region stays out until `failback`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--from, --force, --patience, --yes, --format."""
    parser.add_argument("--from", metavar="REGION", dest="region", required=True, help="the region to leave")
    parser.add_argument(
        "--force", action="store_true", help="even if no other region is proven to answer: users may get no answer"
    )
    carrying_out.add_switch_arguments(parser, default_s=3)


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Plan, show, ask, do."""
    return carrying_out.switch_over(options, "failover", app)
