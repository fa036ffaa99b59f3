"""`schema`: the JSON Schema of regions.yaml."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from orchestrator.core.errors import ExitCode

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases

DESCRIPTION = """\
Prints the JSON Schema of regions.yaml. Save it beside the file and name it in the file's first line:
  # yaml-language-server: $schema=regions.schema.json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--format, which can only be json: this is one."""
    parser.add_argument("--format", choices=("json",), default="json", help="of the result on stdout")


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Print it."""
    import json

    from orchestrator.cli.output import show
    from orchestrator.config import json_schema

    show(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
    return ExitCode.DONE
