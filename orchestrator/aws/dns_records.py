"""Reads the record sets of some names of a zone: in one call when the zone is small, else by whichever takes fewer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from orchestrator.aws.dns_shapes import plain_name, record_of
from orchestrator.core.dns import RecordSet

PAGE = 300
"""The most record sets that Route 53 lists at once."""

Lister = Callable[[dict[str, str]], Any]
"""Start parameters ({}: the beginning of the zone) -> one answer of ListResourceRecordSets."""


def read_names(names: frozenset[str], list_from: Lister, zone_size: Callable[[], int]) -> tuple[RecordSet, ...]:
    """Every record set of these names. `zone_size` is asked only when the zone does not fit one page."""
    if not names:
        return ()
    first = list_from({})
    found = [record_of(one) for one in first["ResourceRecordSets"]]
    if first["IsTruncated"]:
        # The last name of a page may go on in the next one: it is asked for again.
        complete = [one for one in found if one.name != plain_name(first["NextRecordName"])]
        missing = names - {one.name for one in complete}
        found = complete + _rest(first, missing, list_from, zone_size)
    chosen = {record.key: record for record in found if record.name in names}
    return tuple(chosen[key] for key in sorted(chosen))


def _rest(first: Any, missing: frozenset[str], list_from: Lister, zone_size: Callable[[], int]) -> list[RecordSet]:
    if not missing:
        return []
    pages_left = math.ceil(zone_size() / PAGE) - 1
    if pages_left <= len(missing):
        # From the beginning of the name that was cut off, so that none of its record sets is lost.
        return list(_following({"StartRecordName": first["NextRecordName"]}, list_from))
    return [one for name in sorted(missing) for one in _of_name(name, list_from)]


def _following(start: dict[str, str], list_from: Lister) -> Iterable[RecordSet]:
    while True:
        page = list_from(start)
        yield from map(record_of, page["ResourceRecordSets"])
        if not page["IsTruncated"]:
            return
        start = _next(page)


def _of_name(name: str, list_from: Lister) -> Iterable[RecordSet]:
    """Route 53 starts at the name, or behind its place when it is not there; record sets of a name stand together."""
    for record in _following({"StartRecordName": name}, list_from):
        if record.name != name:
            return
        yield record


def _next(page: Any) -> dict[str, str]:
    keys = {"NextRecordName": "StartRecordName", "NextRecordType": "StartRecordType"}
    keys["NextRecordIdentifier"] = "StartRecordIdentifier"
    return {theirs: page[ours] for ours, theirs in keys.items() if page.get(ours)}
