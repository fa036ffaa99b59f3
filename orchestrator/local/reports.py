"""What GetHealthCheckStatus tells: the checkers' own words, and for an alarm's check the words of its stream."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from orchestrator.local.checkers import CHECKER_REGIONS, Checkers
from orchestrator.local.health_checks import Observation, StoredCheck, watches_endpoint


class StatusReports:
    """`told` gives (healthy, reason) of every check by id."""

    def __init__(self, checkers: Checkers, told: Callable[[], Mapping[str, tuple[bool, str]]]) -> None:
        self._checkers, self._told = checkers, told

    def observations(self, stored: StoredCheck) -> tuple[Observation, ...]:
        """One per checker; all checkers of an alarm's check say the same."""
        if watches_endpoint(stored):
            return self._checkers.observations(stored.id)
        healthy, reason = self._told()[stored.id]
        text = f"{'Success' if healthy else 'Failure'}: {reason}."
        return tuple(
            Observation(region, f"192.0.2.{number}", text, time.time())
            for number, region in enumerate(CHECKER_REGIONS, 1)
        )

    def failures(self, stored: StoredCheck) -> tuple[Observation, ...]:
        """The last failure that each checker saw; of an alarm's check the present one."""
        if watches_endpoint(stored):
            return self._checkers.failures(stored.id)
        return tuple(one for one in self.observations(stored) if one.status.startswith("Failure"))
