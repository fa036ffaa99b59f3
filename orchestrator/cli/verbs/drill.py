"""`drill`: take a region out on purpose, measure, put it back."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from orchestrator.cli import carrying_out

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases

DESCRIPTION = """\
Takes a region out of service under traffic, measures how long users need to move and whether they lose anything, holds,
puts the region back and proves that it is back. Whatever happens meanwhile, what was taken out is put back; should this
process die, a drill of mode switch ends by itself.

modes: switch    moves the region's drill lever: users move although the region works
       outage    lets the region's API refuse its users, so that detection itself is measured
       tabletop  the same in a simulation: no AWS call, seconds of virtual time"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """REGION, --mode, --hold, --silent, --put-back, --break-lock, --yes, --format."""
    from orchestrator.cli.arguments import Filled
    from orchestrator.cli.hold import hold_seconds

    parser.add_argument("region", metavar="REGION", action=Filled, help="the region to take out")
    parser.add_argument("--mode", choices=("switch", "outage", "tabletop"), default="switch", help="default: switch")
    parser.add_argument(
        "--hold",
        metavar="SECONDS",
        type=hold_seconds,
        default=None,
        help="how long it stays out once every user has left it (drills.hold)",
    )
    parser.add_argument(
        "--silent", action="store_true", help="mode outage, embedded AWS: the region accepts and never answers"
    )
    parser.add_argument("--put-back", action="store_true", help="only put right what a drill that died left behind")
    carrying_out.add_lock_argument(parser)
    carrying_out.add_arguments(parser)


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Plan, show, ask, do, measure. The exit code is that of the verdict."""
    return carrying_out.drill(options, app)
