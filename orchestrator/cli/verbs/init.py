"""`init`: a new project to start from."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.core.errors import ExitCode, Refused, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orchestrator.cli.use_cases import UseCases

DESCRIPTION = """\
Writes a commented regions.yaml and a small sample application. Overwrites nothing."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """DIR, --application, --format."""
    from orchestrator.cli.arguments import Filled, add_format

    parser.add_argument("directory", nargs="?", action=Filled, default=".", metavar="DIR", help="default: this folder")
    parser.add_argument("--application", metavar="NAME", action=Filled, default="", help="default: the folder's name")
    add_format(parser)


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Refuses before the first file when one of them is there."""
    from orchestrator.cli.output import show
    from orchestrator.config import starter

    folder = Path(options.directory)
    files = starter(options.application or _name_of(folder))
    taken = [name for name in files if (folder / name).exists()]
    if taken:
        raise Refused(f"{', '.join(taken)} would be overwritten", where=str(folder), fix="choose an empty folder")
    try:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write: {error.strerror}", where=str(folder), fix="choose another folder") from error
    show(_json(folder, files) if options.format == "json" else _text(folder, files))
    return ExitCode.DONE


def _name_of(folder: Path) -> str:
    """A name that AWS takes, made of the folder's, with room for what other names are made of it."""
    plain = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")[:20].rstrip("-")
    return plain if re.match(r"[a-z]", plain) else "sample"


def _text(folder: Path, files: Iterable[str]) -> str:
    from orchestrator.report import safe

    enter = "" if str(folder) == "." else f"cd {shlex.quote(str(folder))} && "
    written = "".join(f"wrote {folder / name}\n" for name in files)
    following = f"next: {enter}orchestrator validate && orchestrator local up && orchestrator --local bootstrap\n"
    return "".join(f"{safe(line)}\n" for line in (written + following).splitlines())


def _json(folder: Path, files: Iterable[str]) -> str:
    import json

    return json.dumps({"format": 1, "written": [str(folder / name) for name in files]}, indent=2) + "\n"
