"""`status`: every region, as it is now, once or again and again."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from orchestrator.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from orchestrator.cli.use_cases import UseCases

DESCRIPTION = """\
Asks all regions at once and shows who serves, each region's release, instances, replicas and health.
A region that does not answer is shown as unreachable; the rest is still shown. Changes nothing.

--watch looks again and again until Ctrl-C: on a terminal a screen that marks what turned, elsewhere one
block of text (or with --format json one line of JSON) for each look."""

_INTERVAL_S = 5
_LONGEST_INTERVAL_S = 3600


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--format, --watch, --interval."""
    from orchestrator.cli.arguments import add_format

    parser.add_argument("--watch", action="store_true", help="look again and again, until Ctrl-C")
    parser.add_argument(
        "--interval",
        metavar="SECONDS",
        type=_seconds,
        help=f"from the end of a look to the next (default {_INTERVAL_S}, up to {_LONGEST_INTERVAL_S}); with --watch",
    )
    add_format(parser)


def run(options: argparse.Namespace, app: UseCases | None) -> int:
    """Ask, print. The exit code says that we could ask, not that all is well."""
    if options.watch:
        from orchestrator.cli.watching import watch

        return watch(options, app, interval_s=options.interval or _INTERVAL_S)
    if options.interval is not None:
        raise UsageError("--interval means nothing without --watch", fix="orchestrator status --watch --interval 10")
    from orchestrator import report
    from orchestrator.cli.options import command_of, settings_of
    from orchestrator.cli.output import show, stdout_style
    from orchestrator.cli.use_cases import use_cases

    status = use_cases(app).status(settings_of(options))
    style = stdout_style(no_color=options.no_color)
    show(
        report.status_json(status)
        if options.format == "json"
        else report.status_text(status, style, command=command_of(options))
    )
    return ExitCode.DONE


def _seconds(text: str) -> int:
    # isdecimal: int() would take " 5", "+5" and "1_0".
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= _LONGEST_INTERVAL_S):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of seconds from 1 to {_LONGEST_INTERVAL_S}")
    return int(text)
