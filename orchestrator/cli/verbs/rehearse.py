"""`rehearse`: the whole story on an embedded AWS of its own."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.core.drill import DrillVerdict
from orchestrator.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases
    from orchestrator.core.rehearsal import Rehearsal

DESCRIPTION = """\
Rehearses on an embedded AWS of its own, which needs no AWS account: bootstrap, a first release, a second release
under traffic (no request may fail), an outage of the primary, failover and failback. Reports in text, Markdown, JSON
and HTML."""
_FILES = {"txt": "text", "md": "markdown", "json": "json", "html": "html"}
"""Ending -> format of what --out gets."""
_FASTEST = 20.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--out, --clock-factor, --hold, --format."""
    from orchestrator.cli.arguments import Filled, add_format
    from orchestrator.cli.hold import hold_seconds

    parser.add_argument(
        "--out", metavar="DIR", action=Filled, default="", help="write rehearsal.txt, .md, .json and .html there"
    )
    parser.add_argument(
        "--clock-factor",
        metavar="N",
        type=_factor,
        default=8.0,
        help="a minute of health checks, alarms and TTLs passes in 60/N seconds (default: 8)",
    )
    parser.add_argument(
        "--hold", metavar="SECONDS", type=hold_seconds, default=15, help="how long the primary stays out (default: 15)"
    )
    add_format(parser, "markdown", "html")


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Play, tell, write. The exit code is that of the verdict."""
    from orchestrator.cli.output import say, show

    folder = Path(options.out) if options.out else None
    if folder:
        _ensure_place(folder)
    found = _played(options, app)
    try:
        # The files first: whoever closed stdout still finds them.
        told = _written(options, found, folder) if folder else ""
    finally:
        show(_rendered(options, found, options.format))
    if told:
        say(told)
    if found.verdict is DrillVerdict.ABORTED:
        return ExitCode.INTERRUPTED
    return ExitCode.DONE if found.verdict is DrillVerdict.PASSED else ExitCode.FAILED


def _played(options: argparse.Namespace, app: UseCases | None) -> Rehearsal:
    """From the start of the embedded AWS to its end, which no signal disturbs: nothing may outlive a rehearsal."""
    from orchestrator.cli.options import settings_of
    from orchestrator.cli.stopping import stoppable, undisturbed
    from orchestrator.cli.storyteller import Storyteller
    from orchestrator.cli.use_cases import use_cases

    cases = use_cases(app)
    teller = Storyteller(options)
    with stoppable(lambda: None), ExitStack() as stack:
        rehearsing = cases.rehearsing(settings_of(options), clock_factor=options.clock_factor, hold_s=options.hold)
        teller.starts()
        player = stack.enter_context(rehearsing)
        try:
            return player.play(teller)
        finally:
            with undisturbed():
                stack.close()


def _rendered(options: argparse.Namespace, found: Rehearsal, kind: str) -> str:
    from orchestrator import report
    from orchestrator.cli.output import stdout_style

    match kind:
        case "json":
            return report.rehearsal_json(found)
        case "markdown":
            return report.rehearsal_markdown(found) + _drill_markdown(found)
        case "html":
            stages = report.Stages(
                names=tuple(one.stage.value for one in found.stages),
                unreached=tuple(stage.value for stage in found.unreached),
                took_s=sum(one.seconds for one in found.stages),
            )
            return report.rehearsal_html(found.verdict, found.why, found.reports, stages)
        case _:
            style = stdout_style(no_color=options.no_color)
            drill = f"{report.drill_text(found.drill, style)}\n" if found.drill else ""
            return drill + report.rehearsal_text(found, style)


def _drill_markdown(found: Rehearsal) -> str:
    from orchestrator import report

    return "\n" + report.drill_markdown(found.drill) if found.drill else ""


def _written(options: argparse.Namespace, found: Rehearsal, folder: Path) -> str:
    from orchestrator.cli.files import write_file

    plain = argparse.Namespace(**{**vars(options), "no_color": True})
    folder.mkdir(parents=True, exist_ok=True)
    for ending, kind in _FILES.items():
        write_file(folder / f"rehearsal.{ending}", _rendered(plain, found, kind), what="the report")
    return f"\nreport: {folder / 'rehearsal.html'} (and .md, .json, .txt beside it)"


def _ensure_place(folder: Path) -> None:
    """Asked before anything is rehearsed, and leaving nothing: nobody waits a minute to learn that nothing fits."""
    from tempfile import TemporaryFile

    files = [folder / f"rehearsal.{ending}" for ending in _FILES]
    above = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    try:
        with TemporaryFile(dir=above):
            pass
        for file in files:
            if file.exists():
                file.open("a").close()
    except OSError as error:
        what = f"no report can be written there: {error.strerror}"
        raise UsageError(what, where=error.filename or str(folder), fix="choose another --out") from error


def _factor(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 1 <= factor <= _FASTEST:
        raise argparse.ArgumentTypeError(f"a factor from 1 to {_FASTEST:g}, not {text}")
    return factor
