"""Values to strings: text for people, Markdown and HTML for reviewers, JSON with a format number for programs.

Pure functions, no I/O. Each name is loaded when it is first used, so that a report costs only what it needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.report.called import as_called as as_called
    from orchestrator.report.html_plan import plan_html as plan_html
    from orchestrator.report.html_rehearsal import Stages as Stages
    from orchestrator.report.html_rehearsal import rehearsal_html as rehearsal_html
    from orchestrator.report.html_run import run_html as run_html
    from orchestrator.report.json_documents import findings_json as findings_json
    from orchestrator.report.json_documents import journalled_plan_json as journalled_plan_json
    from orchestrator.report.json_documents import look_json as look_json
    from orchestrator.report.json_documents import plan_json as plan_json
    from orchestrator.report.json_documents import plan_json_parts as plan_json_parts
    from orchestrator.report.json_documents import run_json as run_json
    from orchestrator.report.json_documents import status_json as status_json
    from orchestrator.report.json_drill import drill_json as drill_json
    from orchestrator.report.json_drill import runs_json as runs_json
    from orchestrator.report.json_rehearsal import rehearsal_json as rehearsal_json
    from orchestrator.report.json_simulation import deploy_simulation_json as deploy_simulation_json
    from orchestrator.report.json_simulation import drill_simulation_json as drill_simulation_json
    from orchestrator.report.markdown_drill import drill_markdown as drill_markdown
    from orchestrator.report.markdown_plan import plan_markdown as plan_markdown
    from orchestrator.report.markdown_run import run_markdown as run_markdown
    from orchestrator.report.neutralise import safe as safe
    from orchestrator.report.style import Style as Style
    from orchestrator.report.text_drill import drill_text as drill_text
    from orchestrator.report.text_error import error_text as error_text
    from orchestrator.report.text_event import event_line as event_line
    from orchestrator.report.text_findings import findings_text as findings_text
    from orchestrator.report.text_plan import plan_text as plan_text
    from orchestrator.report.text_rehearsal import rehearsal_markdown as rehearsal_markdown
    from orchestrator.report.text_rehearsal import rehearsal_stage_text as rehearsal_stage_text
    from orchestrator.report.text_rehearsal import rehearsal_text as rehearsal_text
    from orchestrator.report.text_run import before_text as before_text
    from orchestrator.report.text_run import run_text as run_text
    from orchestrator.report.text_runs import runs_text as runs_text
    from orchestrator.report.text_simulation import deploy_simulation_text as deploy_simulation_text
    from orchestrator.report.text_simulation import drill_simulation_text as drill_simulation_text
    from orchestrator.report.text_status import status_text as status_text
    from orchestrator.report.text_users import users_line as users_line
    from orchestrator.report.text_users import users_turn as users_turn
    from orchestrator.report.text_watch import Moment as Moment
    from orchestrator.report.text_watch import Phase as Phase
    from orchestrator.report.text_watch import change_text as change_text
    from orchestrator.report.text_watch import watch_lines as watch_lines

_HOMES = {
    "as_called": "called",
    "rehearsal_json": "json_rehearsal",
    "rehearsal_markdown": "text_rehearsal",
    "rehearsal_stage_text": "text_rehearsal",
    "rehearsal_text": "text_rehearsal",
    "plan_html": "html_plan",
    "Stages": "html_rehearsal",
    "rehearsal_html": "html_rehearsal",
    "run_html": "html_run",
    "findings_json": "json_documents",
    "journalled_plan_json": "json_documents",
    "look_json": "json_documents",
    "plan_json": "json_documents",
    "plan_json_parts": "json_documents",
    "run_json": "json_documents",
    "status_json": "json_documents",
    "drill_json": "json_drill",
    "deploy_simulation_json": "json_simulation",
    "deploy_simulation_text": "text_simulation",
    "drill_simulation_json": "json_simulation",
    "drill_simulation_text": "text_simulation",
    "runs_json": "json_drill",
    "drill_markdown": "markdown_drill",
    "plan_markdown": "markdown_plan",
    "run_markdown": "markdown_run",
    "safe": "neutralise",
    "Style": "style",
    "drill_text": "text_drill",
    "error_text": "text_error",
    "event_line": "text_event",
    "findings_text": "text_findings",
    "plan_text": "text_plan",
    "before_text": "text_run",
    "run_text": "text_run",
    "runs_text": "text_runs",
    "status_text": "text_status",
    "users_line": "text_users",
    "users_turn": "text_users",
    "Moment": "text_watch",
    "Phase": "text_watch",
    "change_text": "text_watch",
    "watch_lines": "text_watch",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
