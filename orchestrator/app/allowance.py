"""Whether a plan may be carried out, and the run of one that has nothing to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from orchestrator.core.errors import Refused
from orchestrator.core.plan import Plan
from orchestrator.core.planning.finish import refusals
from orchestrator.core.run import Run, Verdict
from orchestrator.core.usual_duration import usual_duration_s
from orchestrator.ports import Clock

STILL_TRUE_S = 5.0
"""Nobody has read a plan and answered in less."""


@dataclass(slots=True)
class Freshness:
    """How long ago the world was looked at: while somebody reads a plan, a colleague may move another lever."""

    clock: Clock
    _looked_at: float | None = None

    def look(self) -> None:
        """Now."""
        self._looked_at = self.clock.monotonic()

    def ensure_still_allowed(self, look_again: Callable[[], Plan]) -> None:
        """Look once more unless the last look was a moment ago. Raises Refused when a finding forbids it by now."""
        if self._looked_at is not None and self.clock.monotonic() - self._looked_at > STILL_TRUE_S:
            ensure_allowed(look_again())


def ensure_allowed(plan: Plan) -> None:
    """Raises Refused with every finding that forbids the plan."""
    found = refusals(plan)
    if found:
        what = "\n".join(f"{one.where}: {one.message}" for one in found)
        raise Refused(what, fix="; ".join(dict.fromkeys(one.fix for one in found if one.fix)))


def ensure_lasting(plan: Plan, ends: datetime | None, now: datetime) -> None:
    """Raises Refused when the credentials end before the plan usually does. `ends` None: they do not."""
    if ends is None:
        return
    left_s, needed_s = (ends - now).total_seconds(), usual_duration_s(plan)
    if left_s < needed_s:
        left = "have ended" if left_s <= 0 else f"end at {ends.astimezone(UTC):%H:%M:%SZ}, in {_minutes(left_s)}"
        what = f"the AWS credentials {left}, and this usually takes {_minutes(needed_s)}"
        fix = "sign in again (or renew the credentials of this job), then run the same command"
        raise Refused(what, where="AWS_CREDENTIAL_EXPIRATION", fix=fix)


def _minutes(seconds: float) -> str:
    """Rounded up to whole minutes."""
    whole = max(1, ceil(seconds / 60))
    return f"{whole} minute{'s' if whole > 1 else ''}"


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
