"""Regions: one partition, exactly one primary, a home away from it, and a reference region that stays where it is."""

from __future__ import annotations

from orchestrator.config.partitions import REGIONS, partition_of
from orchestrator.config.problems import Path, Place, Problems
from orchestrator.config.suggest import alternatives
from orchestrator.config.walk import Draft


def check(draft: Draft, problems: Problems) -> None:
    """Report what is wrong between regions, partition, home and reference region."""
    _check_partition(draft, problems)
    _check_primary(draft, problems)
    _check_home(draft, problems)
    _check_reference(draft, problems)
    _check_weights(draft, problems)


def reference_region(draft: Draft) -> str:
    """The reference region: as written, else home if the application runs there, else the first standby."""
    written, home, regions = draft.text("reference_region"), draft.text("home_region"), draft.under("regions")
    standbys = [name for name in regions if draft.text("regions", name, "role") == "secondary"]
    return written or (home if home in regions else next(iter(standbys), ""))


def _check_partition(draft: Draft, problems: Problems) -> None:
    partition = draft.text("partition")
    if not partition:
        return
    places: list[tuple[Path, str, Place]] = []
    places.extend((("regions", name), name, draft.key_at("regions", name)) for name in draft.under("regions"))
    for key in ("home_region", "reference_region"):
        if name := draft.text(key):
            places.append(((key,), name, draft.at(key)))
    for path, name, at in places:
        actual = partition_of(name)
        if actual != partition:
            message = f"{name} lies in partition {actual}, and the partition is {partition}"
            problems.error(
                at, path, message, fix=f"write a region such as {REGIONS[partition][0]}, or partition: {actual}"
            )


def _check_primary(draft: Draft, problems: Problems) -> None:
    regions = draft.under("regions")
    roles = {name: draft.text("regions", name, "role") for name in regions}
    primaries = [name for name in regions if roles[name] == "primary"]
    for second in primaries[1:]:
        path = ("regions", second, "role")
        problems.error(draft.at(*path), path, f"{primaries[0]} is primary already", fix="write secondary")
    if regions and not primaries and all(roles.values()):
        fix = f"write role: primary for one of {alternatives(regions)}"
        problems.error(draft.key_at("regions"), ("regions",), "no region is primary", fix=fix)


def _check_home(draft: Draft, problems: Problems) -> None:
    home = draft.text("home_region")
    if home and draft.text("regions", home, "role") == "primary":
        message = f"{home} is the primary region: while it is impaired, nothing can be deployed anywhere"
        problems.warning(draft.at("home_region"), ("home_region",), message, fix="write another region")


def _check_reference(draft: Draft, problems: Problems) -> None:
    written, home, regions = draft.text("reference_region"), draft.text("home_region"), draft.under("regions")
    at = draft.at("reference_region")
    if written and regions and written not in regions:
        message = f"{written} is not one of the regions"
        problems.error(at, ("reference_region",), message, fix=f"write {alternatives(regions)}")
    if not written and home and home not in regions and (chosen := reference_region(draft)):
        # The default follows the roles, and what is defined once must never move with them.
        message = f"is {chosen} only as long as the roles stay as they are"
        fix = f"write reference_region: {chosen}"
        problems.warning(draft.at("home_region"), ("reference_region",), message, fix=fix)


def _check_weights(draft: Draft, problems: Problems) -> None:
    policy, regions = draft.text("failover", "policy"), draft.under("regions")
    weights = {name: draft.number("regions", name, "weight") for name in regions}
    if policy == "weighted" and regions and set(weights.values()) == {0}:
        path = ("regions", regions[0], "weight")
        problems.error(draft.at(*path), path, "every region has weight 0", fix="write 1 to 255 for at least one")
    if policy in ("failover", "latency"):
        for name in regions:
            path = ("regions", name, "weight")
            if path in draft.places:
                message = f"has no effect under failover.policy: {policy}"
                problems.warning(draft.at(*path), path, message, fix="remove it, or write policy: weighted")
