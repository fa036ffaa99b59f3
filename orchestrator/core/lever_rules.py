"""Which moves of a lever would leave users without any region."""

from __future__ import annotations

from orchestrator.core.levers import LeverKind, Position, Positions, out_regions
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.topology import Topology

LAST_REGION = "last-region"
_EVACUATED = (LeverKind.EVACUATE, Position.OUT)


def safe_to_take_out(topology: Topology, region: str, positions: Positions) -> tuple[Finding, ...]:
    """Taking this region out must leave one that no lever holds out: an ERROR finding says what is true."""
    others = [one.name for one in topology.regions if one.name != region]
    out = out_regions(positions)
    if any(name not in out for name in others):
        return ()
    message = f"{' and '.join(others) or 'no other region'} is out already: without {region} nobody would answer"
    if not others:
        message = f"{region} is the only region"
    fix = f"bring one back first: {_way_back(others, positions)}" if others else "add a standby region"
    return (Finding(LAST_REGION, Severity.ERROR, region, message, fix),)


def _way_back(regions: list[str], positions: Positions) -> str:
    """Of a region that is evacuated its failback; what a drill alone holds out, its drill puts back."""
    evacuated = [lever.region for lever, at in positions.items() if (lever.kind, at) == _EVACUATED]
    back = next((one for one in regions if one in evacuated), "")
    return f"orchestrator failback --to {back}" if back else f"orchestrator drill {regions[0]} --put-back"
