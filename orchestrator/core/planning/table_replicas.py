"""What CloudFormation cannot do to the replicas of a global table in one update: refused before anything is changed.

Source: CloudFormation's reference of AWS::DynamoDB::GlobalTable, Replicas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orchestrator.core.desired import DesiredState
from orchestrator.core.diff import resources
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.state import ObservedState

_GLOBAL_TABLE = "AWS::DynamoDB::GlobalTable"

Replicas = Mapping[str, Mapping[str, object]]
"""Region -> what the template says of the replica there."""


def replica_findings(desired: DesiredState, observed: ObservedState) -> tuple[Finding, ...]:
    """Tables whose replicas change by more than one, or lose a protected one. () before the first deployment."""
    present = observed.stack_set(desired.infra.name)
    if present is None:
        return ()
    before, after = resources(present.body), resources(desired.infra.body)
    return tuple(
        finding
        for name in sorted(before.keys() & after.keys())
        if before[name].get("Type") == after[name].get("Type") == _GLOBAL_TABLE
        for finding in _findings(f"table {name}", _replicas(before[name]), _replicas(after[name]))
    )


def _findings(where: str, before: Replicas, after: Replicas) -> Iterator[Finding]:
    if not before or not after:
        return
    moved = sorted(before.keys() ^ after.keys())
    if len(moved) > 1:
        message = f"replicas in {', '.join(moved)} come or go at once; CloudFormation adds or removes one per update"
        yield Finding("table-replicas", Severity.ERROR, where, message, "change one region at a time, and deploy each")
    for region in sorted(before.keys() - after.keys()):
        if before[region].get("DeletionProtectionEnabled") is True:
            message = f"its replica in {region} goes, and is protected from deletion"
            fix = "take the protection off first (option deletion_protection of infra), deploy, then remove the region"
            yield Finding("table-replicas", Severity.ERROR, where, message, fix)


def _replicas(table: Mapping[str, object]) -> Replicas:
    """{} when the template does not say them plainly."""
    properties = table.get("Properties")
    listed = properties.get("Replicas") if isinstance(properties, dict) else None
    found = listed if isinstance(listed, list) else []
    plain = [one for one in found if isinstance(one, dict) and isinstance(one.get("Region"), str)]
    return {one["Region"]: one for one in plain} if len(plain) == len(found) else {}
