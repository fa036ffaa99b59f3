"""`synth`: the templates, byte for byte."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases
    from orchestrator.synth import SynthesizedTemplate

DESCRIPTION = """\
Writes the templates as CloudFormation would get them, one per stack set: canonical JSON, the same bytes for the same
input. Without --out it prints them as one JSON object. Needs no AWS account."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--out, --format."""
    from orchestrator.cli.arguments import Filled, add_format

    parser.add_argument(
        "--out", metavar="DIR", action=Filled, default="", help="write LAYER.json files into this folder"
    )
    add_format(parser)


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Synthesize, write or print."""
    from orchestrator.cli.options import settings_of
    from orchestrator.cli.output import show
    from orchestrator.cli.use_cases import use_cases

    templates = use_cases(app).synthesize(settings_of(options))
    if options.out:
        show(_written(templates, Path(options.out), options.format))
    else:
        show(_printed(templates))
    return ExitCode.DONE


def _printed(templates: tuple[SynthesizedTemplate, ...]) -> str:
    import json

    from orchestrator.core.canonical import canonical_json

    return canonical_json({one.layer: json.loads(one.body) for one in templates})


def _written(templates: tuple[SynthesizedTemplate, ...], folder: Path, form: str) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in templates:
            (folder / f"{one.layer}.json").write_text(one.body, encoding="utf-8")
    except OSError as error:
        what = f"the templates cannot be written: {error.strerror}"
        raise UsageError(what, where=str(folder), fix="choose another --out") from error
    return _summary(templates, folder, form)


def _summary(templates: tuple[SynthesizedTemplate, ...], folder: Path, form: str) -> str:
    from orchestrator.core.canonical import canonical_json

    if form == "json":
        files = [
            {
                "layer": one.layer,
                "file": str(folder / f"{one.layer}.json"),
                "sha256": one.digest,
                "bytes": one.size_bytes,
            }
            for one in templates
        ]
        return canonical_json({"format": 1, "templates": files})
    lines = []
    for one in templates:
        note = "  over 51,200 bytes: it will be read from S3" if one.needs_upload else ""
        lines.append(f"{folder / one.layer}.json  {one.size_bytes:>7} bytes  sha256 {one.digest[:12]}{note}")
    return "\n".join(lines) + "\n"
