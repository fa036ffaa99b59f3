"""Drills: a blocked window must have a length."""

from __future__ import annotations

from orchestrator.config.problems import Problems, show
from orchestrator.config.walk import Draft
from orchestrator.core.drill_windows import windows

_PATH = ("drills", "blocked")


def check(draft: Draft, problems: Problems) -> None:
    """Report windows that fit the grammar and block nothing."""
    for item in draft.under(*_PATH):
        text = draft.text(*_PATH, item)
        if text and (fault := _fault(text)):
            fix = "write another end; a whole day is 00:00-24:00, the whole week daily 00:00-24:00"
            problems.error(draft.at(*_PATH, item), (*_PATH, item), f"{show(text)} {fault}", fix=fix)


def _fault(text: str) -> str:
    try:
        windows(text)
    except ValueError as fault:
        return str(fault)
    return ""
