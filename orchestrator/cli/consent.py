"""Nothing is changed in AWS without a yes: typed at a terminal, or given as --yes."""

from __future__ import annotations

import sys

from orchestrator.core.errors import Refused


def ask(question: str, *, yes: bool, word: str = "yes") -> None:
    """Return when the user agrees. Raises Refused otherwise, and without a terminal to ask at."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused("there is no terminal to ask at, and no --yes", fix="look at the plan, then add --yes")
    print(f"{question} Type {word} to go on: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != word:
        raise Refused("not confirmed", fix="nothing was changed")
