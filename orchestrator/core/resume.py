"""Whether a run that was broken off may go on under its own name, told by its journal and by what is to be deployed."""

from __future__ import annotations

from orchestrator.core.errors import Refused
from orchestrator.core.history import History
from orchestrator.core.plan import Plan
from orchestrator.core.planning.finish import inputs_of
from orchestrator.core.run import StepStatus, Verdict

_OVER = frozenset((Verdict.SUCCEEDED, Verdict.NOTHING_TO_DO))
_ANEW = "orchestrator deploy begins a new run: it attaches to what is in flight"


def check_resumable(told: History, *, application: str, environment: str, simulated: str) -> None:
    """Raises Refused for a run that is over, was no deployment, or happened elsewhere.

    `simulated`: what stands in for AWS now, "" for AWS itself.
    """
    run = told.run
    where = f"run {run.id}"
    if not run.application:
        raise Refused("its journal tells no plan", where=where, fix=_ANEW)
    if run.verb != "deploy":
        raise Refused(f"it was a {run.verb}", where=where, fix=f"only deploy goes on; orchestrator {run.verb} instead")
    if (run.application, run.environment) != (application, environment):
        what = f"it deployed {run.application} {run.environment}, not {application} {environment}"
        raise Refused(what, where=where, fix="give --config and --environment of that run")
    if told.facts.simulated != simulated:
        what = f"it ran on {told.facts.simulated or 'AWS'}, not on {simulated or 'AWS'}"
        raise Refused(what, where=where, fix="with or without --local, as that run")
    if run.verdict in _OVER:
        raise Refused(f"it has ended: {run.verdict.value}", where=where, fix="there is nothing to resume; deploy anew")


def check_inputs(told: History, plan: Plan) -> None:
    """Raises Refused with every template and package that is not the one the run deployed."""
    then, now = dict(inputs_of(told.basis)), dict(inputs_of(plan.basis))
    lines = [
        f"  {item}: {_difference(item, then, now)}" for item in sorted(then | now) if then.get(item) != now.get(item)
    ]
    if told.run.release != plan.release and not lines:
        lines = [f"  release: {told.run.release} then, {plan.release} now"]
    if lines:
        what = "what is to be deployed is not what that run deployed:\n" + "\n".join(lines)
        raise Refused(what, where=f"run {told.run.id}", fix=_ANEW)


def unproven_regions(told: History) -> frozenset[str]:
    """The regions whose gates the run has not seen pass: what stands there may be deployed, and answer nobody."""
    return frozenset(
        step.region for step in told.run.steps if step.id.startswith("gate") and step.status is not StepStatus.SUCCEEDED
    )


def _difference(item: str, then: dict[str, str], now: dict[str, str]) -> str:
    if item not in now:
        return "is gone"
    return "is not as it was" if item in then else "is new"
