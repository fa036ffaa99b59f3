"""Whether a plan may be carried out, and the run of one that has nothing to do."""

from __future__ import annotations

from datetime import datetime

from orchestrator.core.errors import Refused
from orchestrator.core.plan import Plan
from orchestrator.core.planning.finish import refusals
from orchestrator.core.run import Run, Verdict


def ensure_allowed(plan: Plan) -> None:
    """Raises Refused with every finding that forbids the plan."""
    found = refusals(plan)
    if found:
        what = "\n".join(f"{one.where}: {one.message}" for one in found)
        raise Refused(what, fix="; ".join(dict.fromkeys(one.fix for one in found if one.fix)))


def nothing_to_do(plan: Plan, at: datetime) -> Run:
    """The run of an empty plan: no journal, no call."""
    return Run(
        id="",
        verb=plan.verb,
        application=plan.application,
        environment=plan.environment,
        release=plan.release,
        verdict=Verdict.NOTHING_TO_DO,
        started_at=at,
        ended_at=at,
    )
