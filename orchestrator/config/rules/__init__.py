"""What no single key can tell: rules between keys. One file per subject; all of them run, whatever the others find."""

from __future__ import annotations

from orchestrator.config.problems import Problems
from orchestrator.config.rules import accounts, drills, gates, hosts, lengths, levers, regions, waves
from orchestrator.config.walk import Draft


def check(draft: Draft, problems: Problems) -> None:
    """Report everything that does not go together."""
    for subject in (regions, lengths, accounts, hosts, levers, drills, gates, waves):
        subject.check(draft, problems)
