"""`deploy`: carry a plan out."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from orchestrator.cli import carrying_out

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases

DESCRIPTION = """\
Brings the environment to what regions.yaml, the blueprints and the code say: standby regions first, then the
primary, each only once its own replica of the code is proven and the region before it answers; then DNS."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--plan, --break-lock, --yes, --format."""
    from orchestrator.cli.arguments import Filled

    parser.add_argument(
        "--plan",
        metavar="FILE",
        action=Filled,
        default="",
        help="carry out this reviewed plan, or refuse if it is stale",
    )
    carrying_out.add_lock_argument(parser)
    carrying_out.add_arguments(parser)


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Plan, show, ask, do."""
    return carrying_out.carry_out(options, "deploy", app, saved=options.plan)
