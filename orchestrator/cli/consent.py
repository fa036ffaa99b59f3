"""Nothing is changed in AWS without a yes: typed at a terminal, or given as --yes."""

from __future__ import annotations

import sys

from orchestrator.cli.output import is_terminal
from orchestrator.core.errors import Interrupted, Refused


def ask(question: str, *, yes: bool, word: str = "yes") -> None:
    """Return when the user agrees. Raises Refused otherwise and without a terminal to ask at; Interrupted by Ctrl-C."""
    if yes:
        return
    if not is_terminal(sys.stdin):
        raise Refused("there is no terminal to ask at, and no --yes", fix="look at the plan, then add --yes")
    try:
        print(f"\n{question} Type {word} to go on: ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
    except KeyboardInterrupt:
        raise Interrupted("interrupted: nothing was changed") from None
    except UnicodeDecodeError:
        answer = ""
    if answer.strip() != word:
        raise Refused("not confirmed: nothing was changed")
