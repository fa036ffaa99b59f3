"""Values to strings: text for people, Markdown and HTML for reviewers, JSON with a format number for programs.

Pure functions, no I/O. Each name is loaded when it is first used, so that a report costs only what it needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.report.html_plan import plan_html as plan_html
    from orchestrator.report.json_documents import findings_json as findings_json
    from orchestrator.report.json_documents import look_json as look_json
    from orchestrator.report.json_documents import plan_json as plan_json
    from orchestrator.report.json_documents import run_json as run_json
    from orchestrator.report.json_documents import status_json as status_json
    from orchestrator.report.markdown_plan import plan_markdown as plan_markdown
    from orchestrator.report.markdown_run import run_markdown as run_markdown
    from orchestrator.report.neutralise import safe as safe
    from orchestrator.report.style import Style as Style
    from orchestrator.report.text_error import error_text as error_text
    from orchestrator.report.text_event import event_line as event_line
    from orchestrator.report.text_findings import findings_text as findings_text
    from orchestrator.report.text_plan import plan_text as plan_text
    from orchestrator.report.text_run import run_text as run_text
    from orchestrator.report.text_status import status_text as status_text
    from orchestrator.report.text_watch import Moment as Moment
    from orchestrator.report.text_watch import Phase as Phase
    from orchestrator.report.text_watch import change_text as change_text
    from orchestrator.report.text_watch import watch_lines as watch_lines

_HOMES = {
    "plan_html": "html_plan",
    "findings_json": "json_documents",
    "look_json": "json_documents",
    "plan_json": "json_documents",
    "run_json": "json_documents",
    "status_json": "json_documents",
    "plan_markdown": "markdown_plan",
    "run_markdown": "markdown_run",
    "safe": "neutralise",
    "Style": "style",
    "error_text": "text_error",
    "event_line": "text_event",
    "findings_text": "text_findings",
    "plan_text": "text_plan",
    "run_text": "text_run",
    "status_text": "text_status",
    "Moment": "text_watch",
    "Phase": "text_watch",
    "change_text": "text_watch",
    "watch_lines": "text_watch",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
