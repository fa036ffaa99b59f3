"""`bootstrap`: the roles and the artifact buckets."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from orchestrator.cli import carrying_out

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases

DESCRIPTION = """\
Makes what everything else needs: the roles in every account, an artifact bucket per region and the replication
between them. A second run changes nothing."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--break-lock, --yes, --format."""
    carrying_out.add_lock_argument(parser)
    carrying_out.add_arguments(parser)


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Plan, show, ask, do."""
    return carrying_out.carry_out(options, "bootstrap", app)
