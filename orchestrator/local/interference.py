"""What may come between a stack-set operation and one of its targets: latency, an injected failure, an outage."""

from __future__ import annotations

import asyncio

from orchestrator.core.stackset_operation import Target
from orchestrator.local.faults import FaultBook, FaultKind


class Interference:
    """Asked before each instance.

    A latency of service `stacksets` makes every instance take that long; one of no seconds, until it is removed.
    """

    def __init__(self, faults: FaultBook) -> None:
        self._faults = faults

    async def __call__(self, target: Target) -> str:
        """The reason why the instance fails, or nothing."""
        region, account = target.region, target.account
        late = self._faults.strike(
            FaultKind.LATENCY, plane="control", region=region, service="stacksets", account=account
        )
        if late:
            await (asyncio.sleep(late.seconds) if late.seconds else self._faults.over(late))
        failed = self._faults.strike(FaultKind.INSTANCE_FAIL, region=region, account=account)
        if failed:
            return failed.reason
        down = self._faults.strike(FaultKind.OUTAGE, plane="control", region=region, service="cloudformation")
        return f"CloudFormation is not available in {region}" if down else ""
