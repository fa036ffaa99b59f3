"""`deploy`: carry a plan out."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from orchestrator.cli import carrying_out
from orchestrator.core.errors import UsageError

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases

DESCRIPTION = """\
Brings the environment to what regions.yaml, the blueprints and the code say: standby regions first, then the
primary, each only once its own replica of the code is proven and the region before it answers; then DNS."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--plan, --resume, --release, --take-over, --despite-drill, --break-lock, --yes, --format."""
    from orchestrator.cli.arguments import Filled, add_take_over

    parser.add_argument(
        "--plan",
        metavar="FILE",
        action=Filled,
        default="",
        help="carry out this reviewed plan, or refuse if it is stale",
    )
    parser.add_argument(
        "--resume",
        metavar="RUN",
        action=Filled,
        default="",
        help="go on with a run that was broken off: its name, how it begins, or latest",
    )
    add_take_over(parser)
    parser.add_argument(
        "--despite-drill", action="store_true", help="although a drill has left a region that nobody has put back"
    )
    carrying_out.add_release_argument(parser)
    carrying_out.add_lock_argument(parser)
    carrying_out.add_arguments(parser)


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Plan, show, ask, do."""
    if options.plan and options.resume:
        raise UsageError("--plan and --resume exclude each other", fix="a run goes on with a plan of what is left")
    if options.release and options.resume:
        raise UsageError("--release and --resume exclude each other", fix="a run goes on with its own release")
    return carrying_out.carry_out(
        options, "deploy", app, saved=options.plan, resume=options.resume, release=options.release
    )
