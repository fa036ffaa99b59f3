"""The command line's grammar. Options stand before or after the verb: both mean the same."""

from __future__ import annotations

import argparse
import importlib
import os
import sys

# What type checkers read; `typing` itself would be a tenth of the time that `--help` takes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import NoReturn

    from orchestrator.cli.use_cases import UseCases, Verb

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

# Options that take the next word, so that `--config FILE plan` does not take FILE for the verb.
_WITH_VALUE = frozenset(
    (
        "--config",
        "--environment",
        "--state-dir",
        "--log-format",
        "--format",
        "--plan",
        "--resume",
        "--release",
        "--out",
        "--port",
        "--application",
        "--from",
        "--to",
        "--mode",
        "--hold",
        "--clock-factor",
        "--patience",
        "--interval",
        "--seed",
        "--take-over",
    )
)


class Parsed:
    """A verb and its options."""

    __slots__ = ("options", "verb")

    def __init__(self, verb: Verb, options: argparse.Namespace) -> None:
        self.verb, self.options = verb, options

    def run(self, app: UseCases | None = None) -> int:
        """Carry it out; the exit code. Commands that an error names are told as they must be typed here."""
        from orchestrator.core.errors import OrchestratorError

        try:
            return self.verb.run(self.options, app)
        except OrchestratorError as error:
            from orchestrator.cli.options import command_of, consents_of
            from orchestrator.report import as_called

            error.fix = as_called(error.fix, command_of(self.options), consents_of(self.options))
            raise


class Parser(argparse.ArgumentParser):
    """argparse, but a wrong command line is an error like any other (exit code 64), with the nearest right word."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageError."""
        raise _usage_error(self._with_suggestion(message), fix=f"{self.prog} --help")

    def _with_suggestion(self, message: str) -> str:
        unknown = message.removeprefix("unrecognized arguments: ").split()
        if not message.startswith("unrecognized") or not unknown:
            return message
        known = [option for action in self._actions for option in action.option_strings]
        return message + _did_you_mean(unknown[0].partition("=")[0], known)


class _Help(argparse.RawDescriptionHelpFormatter):
    """Asks the terminal for its width by itself: argparse would load a compression library or three to do so."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=min(_columns() - 2, 110))


def parse(arguments: Sequence[str], verbs: Mapping[str, str]) -> Parsed | None:
    """The verb to run; None after help was printed. Raises UsageError, and SystemExit after a verb's help."""
    at = _verb_at(arguments)
    before, after = list(arguments[:at]), list(arguments[at + 1 :])
    if at == len(arguments):
        _without_verb(before, verbs)
        return None
    name = arguments[at]
    if name not in verbs:
        _refuse_misspelt(before)
        raise _usage_error(f"there is no verb {name}{_did_you_mean(name, verbs)}", fix="orchestrator --help")
    verb: Verb = importlib.import_module(f"orchestrator.cli.verbs.{name}")
    parser = Parser(
        prog=f"orchestrator {name}", description=verb.DESCRIPTION, formatter_class=_Help, allow_abbrev=False
    )
    verb.add_arguments(parser)
    _add_common(parser)
    return Parsed(verb, parser.parse_args([*before, *after]))


class Filled(argparse.Action):
    """Keeps a value that is there: `--plan "$PLAN"` with an unset PLAN must not deploy what nobody has reviewed."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - argparse's
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        """Raises ArgumentError for an empty value."""
        if values == "":
            raise argparse.ArgumentError(self, "is given but empty: is a variable unset?")
        setattr(namespace, self.dest, values)


class Collected(Filled):
    """An option that may be given several times."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        """Raises ArgumentError for an empty value."""
        before = getattr(namespace, self.dest)
        super().__call__(parser, namespace, values, option_string)
        setattr(namespace, self.dest, (*before, values))


def add_take_over(parser: argparse.ArgumentParser) -> None:
    """`--take-over`, for verbs that plan records."""
    parser.add_argument(
        "--take-over",
        metavar="NAME",
        action=Collected,
        default=(),
        help="replace the record of this name although somebody else made or changed it; may be repeated",
    )


def add_format(parser: argparse.ArgumentParser, *more: str) -> None:
    """`--format` for a verb that has a result."""
    parser.add_argument("--format", choices=("text", "json", *more), default="text", help="of the result on stdout")


def _verb_at(arguments: Sequence[str]) -> int:
    """The place of the first word that is neither an option nor an option's value; the length if there is none."""
    at = 0
    while at < len(arguments) and arguments[at].startswith("-"):
        at += 2 if arguments[at] in _WITH_VALUE else 1
    return min(at, len(arguments))


_FLAGS = frozenset({"--local", "--no-color", "--verbose", "--yes", "--remote"})


def _refuse_misspelt(before: Sequence[str]) -> None:
    """`--enviroment staging plan`: not the verb is wrong, but the option that should have taken this word."""
    for option in before:
        name = option.partition("=")[0]
        near = _did_you_mean(name, _WITH_VALUE)
        if name.startswith("--") and name not in _WITH_VALUE and name not in _FLAGS and near:
            raise _usage_error(f"unrecognized arguments: {option}{near}", fix="orchestrator --help")


def _without_verb(arguments: Sequence[str], verbs: Mapping[str, str]) -> None:
    lines = "\n".join(f"  {name:<10} {text}" for name, text in verbs.items())
    parser = Parser(
        prog="orchestrator",
        usage="orchestrator [options] VERB [options]",
        description=_DESCRIPTION.format(verbs=lines),
        epilog=_EPILOG,
        formatter_class=_Help,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    _add_common(parser)
    if parser.parse_args(arguments).version:
        from orchestrator import __version__

        print(f"orchestrator {__version__}")
    else:
        parser.print_help()


def _add_common(parser: argparse.ArgumentParser) -> None:
    common = parser.add_argument_group("common options, before or after the verb")
    common.add_argument("--config", metavar="FILE", action=Filled, default="regions.yaml", help="default: regions.yaml")
    common.add_argument(
        "--environment", metavar="NAME", action=Filled, default="", help="may be left out if there is one"
    )
    common.add_argument("--local", action="store_true", help="talk to the embedded AWS")
    common.add_argument(
        "--state-dir",
        metavar="DIR",
        action=Filled,
        default=".orchestrator",
        help="packages, journals, embedded AWS (.orchestrator)",
    )
    common.add_argument("--no-color", action="store_true", help="as NO_COLOR=1 does")
    common.add_argument("--verbose", action="store_true", help="also log every AWS request on stderr")
    common.add_argument(
        "--log-format", choices=("text", "json"), default="text", help="of progress and errors on stderr"
    )


def _usage_error(what: str, *, fix: str) -> Exception:
    from orchestrator.core.errors import UsageError

    return UsageError(what, fix=fix)


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _columns() -> int:
    try:
        return int(os.environ.get("COLUMNS", "")) or 80
    except ValueError:
        pass
    try:
        return max(40, os.get_terminal_size(sys.stdout.fileno()).columns)
    except (OSError, ValueError, AttributeError):
        return 80
