"""The cool-down before a region gets its users back: it answers well for as long as checkers need to believe it."""

from __future__ import annotations

from orchestrator.core.actions import ProbeRegion
from orchestrator.core.plan import Plane, Step
from orchestrator.core.planning.switch_request import SwitchRequest
from orchestrator.core.switch_course import STEADY

_PATIENCE = 10
_LEAST_S = 60
"""A region that flaps is waited for ten times as long as the cool-down lasts, and no less than this."""


def steady_steps(request: SwitchRequest, *, anybody: bool) -> tuple[Step, ...]:
    """A step for each account. None where nobody else serves users, who would only wait.

    A bad answer begins the cool-down anew: who comes and goes does not get users who would move each time.
    """
    topology = request.topology
    if not anybody:
        return ()
    return tuple(
        Step(
            id=f"{STEADY}{one.account}",
            action=ProbeRegion(
                one.account,
                request.region,
                request.environment.regional_host_for(one.account, request.region),
                request.environment.regional_host_for(one.account, request.region),
                topology.health.path,
                one.release,
                topology.health.failure_threshold,
                topology.health.interval_s,
            ),
            needs=(),
            reason=f"{request.region} must answer for {cool_down_s(request)} s without a fault before users return",
            region=request.region,
            account=one.account,
            plane=Plane.DATA,
            deadline_s=max(_LEAST_S, _PATIENCE * cool_down_s(request)),
            waits=True,
        )
        for one in request.answers
        if one.region == request.region and one.ok
    )


def cool_down_s(request: SwitchRequest) -> int:
    """Seconds from the first to the last of as many good answers as Route 53's checkers want, at their interval."""
    health = request.topology.health
    return (health.failure_threshold - 1) * health.interval_s
