"""Levers: routing controls need the five endpoints of their cluster, and each region of each environment one."""

from __future__ import annotations

from orchestrator.config.problems import Path, Problems, show
from orchestrator.config.suggest import alternatives
from orchestrator.config.walk import Draft

_ENDPOINTS = 5  # docs.aws.amazon.com/r53recovery: a cluster is a set of five redundant Regional endpoints
_CLUSTER: Path = ("failover", "cluster")


def check(draft: Draft, problems: Problems) -> None:
    """Report what `failover.lever: arc` lacks, and what has no effect without it."""
    lever = draft.text("failover", "lever")
    if lever == "arc":
        _check_cluster(draft, problems)
        _check_controls(draft, problems)
    elif lever:
        _check_unused(draft, problems)


def _check_cluster(draft: Draft, problems: Problems) -> None:
    endpoints = draft.under(*_CLUSTER)
    # Those under a misspelt region count: that has been reported.
    written = sum(path[:-1] == _CLUSTER for path in draft.keys)
    if _CLUSTER not in draft.places:
        fix = "write cluster: with a URL under each of its five regions"
        problems.error(
            draft.at("failover", "lever"), ("failover", "lever"), "arc needs the endpoints of its cluster", fix=fix
        )
    elif 0 < written != _ENDPOINTS:
        fix = "write all that aws route53-recovery-control-config describe-cluster tells"
        message = f"holds {written} of the {_ENDPOINTS} endpoints that a cluster has"
        problems.error(draft.key_at(*_CLUSTER), _CLUSTER, message, fix=fix)
    first: dict[str, str] = {}
    for region in endpoints:
        path = (*_CLUSTER, region)
        url = draft.text(*path)
        if url and first.setdefault(url, region) != region:
            problems.error(
                draft.at(*path), path, f"is the endpoint of {first[url]} already", fix="each region has its own"
            )


def _check_controls(draft: Draft, problems: Problems) -> None:
    """One control of two regions would take both out at once, and one of two environments both of these."""
    taken: dict[str, Path] = {}
    for environment in draft.under("environments"):
        path = ("environments", environment, "routing_controls")
        given, regions = draft.under(*path), draft.under("regions")
        missing = tuple(region for region in regions if region not in given)
        if missing:
            message = f"failover.lever: arc needs a routing control for {' and for '.join(missing)}"
            at = draft.key_at(*(path if path in draft.keys else path[:-1]))
            problems.error(at, path, message, fix="write its ARN under the region")
        for region in given:
            _check_control(draft, (*path, region), taken, problems)


def _check_control(draft: Draft, path: Path, taken: dict[str, Path], problems: Problems) -> None:
    regions, region, control = draft.under("regions"), path[-1], draft.text(*path)
    if regions and region not in regions:
        message = f"{region} is not one of the regions"
        problems.error(draft.key_at(*path), path, message, fix=f"write {alternatives(regions)}, or delete it")
    if not control:
        return
    partition = draft.text("partition")
    if partition and control.split(":")[1] != partition:
        message = f"lies in partition {control.split(':')[1]}, and the partition is {partition}"
        problems.error(draft.at(*path), path, message, fix=f"write an ARN that begins with arn:{partition}:")
    first = taken.setdefault(control, path)
    if first != path:
        message = f"is the routing control of {first[-1]} in {show(first[1])} already, which would go out with it"
        problems.error(draft.at(*path), path, message, fix="write another one")


def _check_unused(draft: Draft, problems: Problems) -> None:
    unused = [_CLUSTER, *(("environments", one, "routing_controls") for one in draft.under("environments"))]
    for path in unused:
        if path in draft.places:
            message = "has no effect under failover.lever: metric"
            problems.warning(draft.key_at(*path), path, message, fix="remove it, or write lever: arc")
