"""The command line's grammar. Options that every verb knows stand before or after the verb."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NoReturn, Protocol

from orchestrator.core.errors import UsageError

_DESCRIPTION = """\
Deploys a serverless application to several AWS regions, proves that it fails over, and drills it.

verbs:
{verbs}

`orchestrator VERB --help` says more. A first look that needs no AWS account:
  orchestrator local up && orchestrator --local bootstrap && orchestrator --local deploy
"""

_EPILOG = """\
exit codes: 0 done or nothing to do, 1 ran and failed, 2 changes are pending (plan --exit-code),
3 refused before anything was changed, 64 wrong usage or configuration, 130 interrupted"""


class Verb(Protocol):
    """What each file of orchestrator.cli.verbs offers."""

    DESCRIPTION: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The verb's own options."""
        ...

    def run(self, options: argparse.Namespace) -> int:
        """Carry it out; the exit code."""
        ...


@dataclass(frozen=True, slots=True)
class Parsed:
    """A verb and its options."""

    verb: Verb
    options: argparse.Namespace

    def run(self) -> int:
        """Carry it out; the exit code."""
        return self.verb.run(self.options)


class Parser(argparse.ArgumentParser):
    """argparse, but a wrong command line is an error like any other (exit code 64), with the nearest right word."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageError."""
        raise UsageError(self._with_suggestion(message), fix=f"{self.prog} --help")

    def _with_suggestion(self, message: str) -> str:
        unknown = message.removeprefix("unrecognized arguments: ").split()
        if not message.startswith("unrecognized") or not unknown:
            return message
        known = [option for action in self._actions for option in action.option_strings]
        near = get_close_matches(unknown[0].partition("=")[0], known, n=1)
        return f"{message}; did you mean {near[0]}?" if near else message


def parse(arguments: Sequence[str], verbs: Mapping[str, str]) -> Parsed | None:
    """The verb to run; None after help or version was printed. Raises UsageError."""
    top = _top(verbs)
    found = top.parse_args(arguments)
    if found.verb is None:
        top.print_help()
        return None
    if found.verb not in verbs:
        near = get_close_matches(found.verb, list(verbs), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(f"there is no verb {found.verb}{hint}", fix="orchestrator --help")
    verb: Verb = importlib.import_module(f"orchestrator.cli.verbs.{found.verb}")
    parser = Parser(
        prog=f"orchestrator {found.verb}",
        description=verb.DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_common(parser, argparse.SUPPRESS)
    verb.add_arguments(parser)
    rest = found.rest
    del found.rest
    return Parsed(verb, parser.parse_args(rest, found))


def _top(verbs: Mapping[str, str]) -> Parser:
    lines = "\n".join(f"  {name:<10} {text}" for name, text in verbs.items())
    top = Parser(
        prog="orchestrator",
        usage="orchestrator [options] VERB [options]",
        description=_DESCRIPTION.format(verbs=lines),
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=_version())
    _add_common(top, None)
    top.add_argument("verb", nargs="?", metavar="VERB", help=argparse.SUPPRESS)
    top.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return top


def _version() -> str:
    from orchestrator import __version__

    return f"orchestrator {__version__}"


def _add_common(parser: argparse.ArgumentParser, suppressed: str | None) -> None:
    """`suppressed`: after the verb, an option that is not given must not undo one given before it."""

    def default(value: object) -> object:
        return suppressed if suppressed is not None else value

    common = parser.add_argument_group("common options")
    common.add_argument("--config", metavar="FILE", default=default("regions.yaml"), help="default: regions.yaml")
    common.add_argument("--environment", metavar="NAME", default=default(""), help="may be left out if there is one")
    common.add_argument("--local", action="store_true", default=default(False), help="talk to the embedded AWS")
    common.add_argument(
        "--state-dir", metavar="DIR", default=default(".orchestrator"), help="packages, journals, embedded AWS"
    )
    common.add_argument("--no-color", action="store_true", default=default(False), help="as NO_COLOR=1 does")
    common.add_argument(
        "--log-format", choices=("text", "json"), default=default("text"), help="how progress is told on stderr"
    )


def add_format(parser: argparse.ArgumentParser, *more: str) -> None:
    """`--format` for a verb that has a result."""
    parser.add_argument("--format", choices=("text", "json", *more), default="text", help="of the result on stdout")
