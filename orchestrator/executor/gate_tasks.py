"""The gate after a region: it must answer on its own name, with this release, several times in a row."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from orchestrator.core.actions import ProbeRegion
from orchestrator.executor.context import Context, Done, Progress, Waiting
from orchestrator.ports import ProbeResult


@dataclass(slots=True)
class ProbeRegionTask:
    """Ask the regional API domain for the health path, as Route 53's checkers will."""

    action: ProbeRegion
    context: Context
    _in_a_row: int = field(default=0)

    def start(self) -> Progress:
        """The first question."""
        return self.poll()

    def poll(self) -> Progress:
        """One question more."""
        action = self.action
        target = self.context.results.resolve(action.target)
        result = self.context.ports.probe.get(host=action.host, target=target, region=action.region, path=action.path)
        fault = self._fault(result)
        self._in_a_row = 0 if fault else self._in_a_row + 1
        if self._in_a_row >= action.successes:
            return Done(f"{action.host} answers {result.status} in {result.latency_s * 1000:.0f} ms")
        return Waiting(fault or f"{self._in_a_row} of {action.successes} good answers")

    def _fault(self, result: ProbeResult) -> str:
        url = f"https://{self.action.host}{self.action.path}"
        if result.error:
            return f"{url} does not answer: {result.error}"
        if not result.ok:
            return f"{url} answers {result.status}"
        release = _release(result.body)
        if release and release != self.action.release:
            return f"{url} answers with release {release}, not {self.action.release}"
        return ""


def _release(body: str) -> str:
    """The release that the application says it is, if it says one."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    return str(answer.get("release", "")) if isinstance(answer, dict) else ""
