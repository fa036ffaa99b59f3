"""From parsed options to the application's settings."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from orchestrator.app import Settings


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings that every use case takes."""
    from orchestrator.app import Settings

    on_call = None
    if options.verbose:
        from orchestrator.cli.log import call_log

        on_call = call_log(as_json=options.log_format == "json")
    return Settings(
        config=Path(options.config),
        environment=options.environment,
        local=options.local,
        state_dir=Path(options.state_dir),
        on_call=on_call,
        break_lock=_asker(options) if getattr(options, "break_lock", False) else None,
        despite_drill=getattr(options, "despite_drill", False),
        taken_over=frozenset(name.rstrip(".").lower() for name in getattr(options, "take_over", ())),
    )


def _asker(options: argparse.Namespace) -> Callable[[str], None]:
    """Shows what breaking the lock means and asks for a word that nobody types by habit."""
    from orchestrator.cli.consent import ask
    from orchestrator.cli.output import say
    from orchestrator.report import safe

    def asked(what: str) -> None:
        if options.yes:
            say(safe(f"--break-lock: {what}"))
        ask(safe(what), yes=options.yes, word="break")

    return asked


def command_of(options: argparse.Namespace) -> str:
    """How this command line was called, without its verb: what a next command must repeat to mean the same."""
    words = ["orchestrator"]
    words += ["--config", options.config] if options.config != "regions.yaml" else []
    words += ["--environment", options.environment] if options.environment else []
    words += ["--state-dir", options.state_dir] if options.state_dir != ".orchestrator" else []
    words += ["--local"] if options.local else []
    return shlex.join(words)


def consents_of(options: argparse.Namespace) -> str:
    """What was consented to here and is asked of every `deploy` anew, so that a next command must repeat it."""
    words = ["--despite-drill"] if getattr(options, "despite_drill", False) else []
    for name in getattr(options, "take_over", ()):
        words += ["--take-over", name]
    return shlex.join(words)
