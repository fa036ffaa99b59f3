"""Whether levers hold out every region at once, so that nobody answers users as they should be answered."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.core.plan import Finding, Severity
from orchestrator.core.status import RegionStatus


def nobody_in_service(regions: Sequence[RegionStatus]) -> tuple[Finding, ...]:
    """A WARNING where each region is held out: what brings the first one back."""
    if not regions or not all(region.evacuated or region.drilled for region in regions):
        return ()
    names = " and ".join(region.name for region in regions)
    drilled = next((region.name for region in regions if not region.evacuated), "")
    way = f"orchestrator drill {drilled} --put-back" if drilled else f"orchestrator failback --to {regions[0].name}"
    message = f"every region is held out of service: {names}"
    return (Finding("no-region-in-service", Severity.WARNING, names, message, f"bring one back: {way}", (way,)),)
