"""What an earlier run left in a region that fails now: this run did not change it, and yet it needs a way back."""

from __future__ import annotations

from collections import Counter

from orchestrator.core.former import Before
from orchestrator.core.returns import Return
from orchestrator.core.run import Run
from orchestrator.core.topology import Topology

BROUGHT_EARLIER = "an earlier run brought it this release: this run did not change it"


def brought_earlier(before: Before, topology: Topology, run: Run, known: tuple[Return, ...]) -> tuple[Return, ...]:
    """Of every region whose gate failed and that ran this very release when the run began; () where all regions did.

    `known` are the regions that the run itself returns. The release is the one that users of the primary have.
    """
    there = {(one.account, one.region): one.release for one in before.formers if one.layer == "compute"}
    release = _other_release(there, topology, run.release)
    if not release:
        return ()
    ours = {one.region for one in known if one.layer == "compute"}
    gates = [step for step in run.failed if step.id.partition(":")[0].split("-")[0] == "gate"]
    regions = dict.fromkeys(
        gate.region
        for gate in gates
        if gate.region not in ours and there.get((gate.account, gate.region)) == run.release
    )
    return tuple(Return(layer="compute", region=one, release=release, cause=BROUGHT_EARLIER) for one in regions)


def _other_release(there: dict[tuple[str, str], str], topology: Topology, failed: str) -> str:
    """That of the primary, else the one that most instances run; "" when all run the one that failed."""
    others = [(region, release) for (_, region), release in sorted(there.items()) if release not in ("", failed)]
    primary = [release for region, release in others if region == topology.primary.name]
    found = Counter(primary or [release for _, release in others]).most_common(1)
    return found[0][0] if found else ""
