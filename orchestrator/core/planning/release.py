"""The record of a release: kept before compute is touched, so that whatever ever ran can be gone back to."""

from __future__ import annotations

from orchestrator.core.actions import RecordRelease
from orchestrator.core.desired import DesiredState, artifact_version
from orchestrator.core.plan import Finding, Plane, Severity, Step
from orchestrator.core.planning.part import Part
from orchestrator.core.release import RELEASE_STEP
from orchestrator.core.state import ObservedState, ReplicaStatus

_GONE = frozenset((ReplicaStatus.MISSING, ReplicaStatus.DIFFERENT, ReplicaStatus.FAILED))


def plan_record(desired: DesiredState, observed: ObservedState, code: Part) -> Part:
    """One step; none when a bucket holds the record already, or compute must be waited for first.

    `code` holds the uploads that it waits for.
    """
    present = observed.stack_set(desired.compute.name)
    kept = any(one.release == desired.release for one in observed.releases)
    if kept or (present is not None and present.in_flight):
        return Part()
    regions = sorted(desired.topology.control_regions, key=lambda one: one != desired.topology.home_region)
    action = RecordRelease(
        release=desired.release,
        application=desired.topology.application,
        environment=desired.environment.name,
        stack_set=desired.compute,
        artifacts=tuple((one, artifact_version(one, observed)) for one in desired.artifacts),
        places=tuple((region, desired.names.artifact_bucket(region)) for region in regions),
    )
    step = Step(
        id=RELEASE_STEP,
        action=action,
        needs=tuple(one for one in code.step_ids if one.startswith("upload:")),
        reason=f"what release {desired.release} is made of, so that it can be gone back to",
        plane=Plane.DATA,
        home_region=regions[0],
    )
    return Part(steps=(step,))


def gone_findings(desired: DesiredState, observed: ObservedState) -> tuple[Finding, ...]:
    """An ERROR for each region that lost a version of which an earlier release was made: nothing can bring it back."""
    pinned = {one.name: one for one in desired.artifacts if one.version}
    return tuple(
        Finding(
            "release-code-gone",
            Severity.ERROR,
            f"{desired.names.artifact_bucket(read.region)}/{pinned[read.artifact].key}",
            f"version {pinned[read.artifact].version} of {read.artifact}, of which release {desired.release} is made, "
            f"is not in {read.region}",
            "deploy another release (orchestrator status lists them), or build this one anew from its source",
        )
        for read in observed.replicas
        if read.artifact in pinned and read.status in _GONE
    )
