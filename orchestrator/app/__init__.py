"""The use cases of the command line, and the composition root that chooses real or embedded AWS.

Names are loaded when first used: looking (synth, status) needs neither the planner nor the executor.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.app.allowance import ensure_allowed, nothing_to_do
    from orchestrator.app.deployment import Undertaking, undertake
    from orchestrator.app.drilling import Drill, drill, tabletop_drill
    from orchestrator.app.inspection import status, synthesize, validate
    from orchestrator.app.rehearsal import Rehearsing, rehearsing
    from orchestrator.app.reporting import kept_runs, run_report
    from orchestrator.app.saved_plan import check_saved
    from orchestrator.app.settings import Settings
    from orchestrator.app.simulating import simulate_deploy
    from orchestrator.app.switching import Switch, switch

__all__ = [
    "Drill",
    "Rehearsing",
    "Settings",
    "Switch",
    "Undertaking",
    "check_saved",
    "drill",
    "ensure_allowed",
    "kept_runs",
    "nothing_to_do",
    "rehearsing",
    "run_report",
    "simulate_deploy",
    "status",
    "switch",
    "synthesize",
    "tabletop_drill",
    "undertake",
    "validate",
]

_MODULES = {
    "Drill": "drilling",
    "Settings": "settings",
    "Switch": "switching",
    "check_saved": "saved_plan",
    "drill": "drilling",
    "ensure_allowed": "allowance",
    "kept_runs": "reporting",
    "nothing_to_do": "allowance",
    "Rehearsing": "rehearsal",
    "rehearsing": "rehearsal",
    "run_report": "reporting",
    "simulate_deploy": "simulating",
    "status": "inspection",
    "switch": "switching",
    "synthesize": "inspection",
    "tabletop_drill": "drilling",
    "validate": "inspection",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'deployment')}"), name)
