"""What Route 53 refuses in a change batch, known before it is sent: one message per problem, in Route 53's manner.

Batches are atomic, so one problem refuses all. Source: Route 53 API reference, ChangeResourceRecordSets, and the
developer guide on record values; the messages that we have not seen are worded after those that we have.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from orchestrator.core.dns import FailoverRole, RecordAction, RecordChange, RecordSet
from orchestrator.core.pending import Pending, Value

MAX_ELEMENTS = 1000
"""Resource record elements in one batch; an UPSERT counts twice."""
MAX_CHARACTERS = 32_000
"""Characters of all values in one batch; an UPSERT counts twice."""
_MAX_TTL = 2_147_483_647
_MAX_IDENTIFIER = 128
_MAX_WEIGHT = 255


def problems(
    existing: Iterable[RecordSet],
    changes: tuple[RecordChange, ...],
    zone_name: str,
    health_check_ids: frozenset[str] | None,
) -> tuple[str, ...]:
    """Why Route 53 would refuse `changes` to a zone that holds `existing`; empty when it would not.

    `health_check_ids` None: unknown, not checked (a check of another account may be used by its id). Values that are
    not known yet are not checked.
    """
    after = {record.key: record for record in existing}
    touched = {change.record.name for change in changes}
    found = [*_batch(changes), *_repeated(changes)]
    for change in changes:  # in order: a record may be deleted and then made anew
        found += _against(after, change)
        if change.action is RecordAction.DELETE:
            after.pop(change.record.key, None)
        else:
            after[change.record.key] = change.record
            found += _record(change.record, zone_name, health_check_ids)
    by_name: dict[str, list[RecordSet]] = {name: [] for name in sorted(touched)}
    for record in after.values():
        if record.name in by_name:
            by_name[record.name].append(record)
    for name, records in by_name.items():
        found += _name(records, name, zone_name)
    found += _apex(after.values(), changes, zone_name)
    return tuple(dict.fromkeys(found))


def size_of(change: RecordChange) -> tuple[int, int]:
    """(elements, characters) by which a change counts towards the limits of its batch."""
    times, values = 2 if change.action is RecordAction.UPSERT else 1, change.record.values
    return times * max(1, len(values)), times * sum(len(str(value)) for value in values)


def _batch(changes: tuple[RecordChange, ...]) -> Iterator[str]:
    sizes = [size_of(change) for change in changes]
    if not changes:
        yield "1 validation error detected: the change batch is empty"
    if sum(elements for elements, _ in sizes) > MAX_ELEMENTS:
        yield f"Number of records limit of {MAX_ELEMENTS} exceeded."
    if sum(characters for _, characters in sizes) > MAX_CHARACTERS:
        yield f"Number of characters limit of {MAX_CHARACTERS} exceeded."


def _repeated(changes: tuple[RecordChange, ...]) -> Iterator[str]:
    """One record set may appear once, or be deleted and then made anew."""
    ordered = sorted(changes, key=lambda change: change.record.key)
    for key, group in groupby(ordered, key=lambda change: change.record.key):
        actions = [change.action for change in group]
        if len(actions) > 1 and actions != [RecordAction.DELETE, RecordAction.CREATE]:
            yield f"The request contains an invalid set of changes for a resource record set '{key[1]} {key[0]}.'"


def _against(current: dict[tuple[str, str, str], RecordSet], change: RecordChange) -> Iterator[str]:
    """What a change says of a record set, compared with what is there by then."""
    record, found = change.record, current.get(change.record.key)
    match change.action:
        case RecordAction.CREATE if found is not None:
            yield f"Tried to create resource record set {_named(record)} but it already exists"
        case RecordAction.DELETE if found is None:
            yield f"Tried to delete resource record set {_named(record)} but it was not found"
        case RecordAction.DELETE if found != record:
            yield (
                f"Tried to delete resource record set {_named(record)} "
                "but the values provided do not match the current values"
            )
        case _:
            return


def _record(record: RecordSet, zone_name: str, health_check_ids: frozenset[str] | None) -> Iterator[str]:
    """What is wrong with a record set by itself."""
    if record.name != zone_name and not record.name.endswith(f".{zone_name}"):
        yield f"RRSet with DNS name {record.name}. is not permitted in zone {zone_name}."
    yield from _target(record)
    yield from _policy(record)
    for value in record.values:
        yield from _value(record, value)
    check = record.health_check
    if health_check_ids is not None and isinstance(check, str) and check and check not in health_check_ids:
        yield f"The health check {check} of {_said(record)} does not exist."


def _target(record: RecordSet) -> Iterator[str]:
    if (record.alias is None) == (not record.values):
        yield f"{_said(record)} must contain exactly one of AliasTarget, or TTL and ResourceRecords."
    if record.alias is None and (record.ttl_s is None or not 0 <= record.ttl_s <= _MAX_TTL):
        yield f"{_said(record)} must have a TTL between 0 and {_MAX_TTL}."
    if record.alias is not None and record.ttl_s is not None:
        yield f"{_said(record)} is an alias and must not have a TTL."
    if record.type == "CNAME" and len(record.values) > 1:
        yield f"{_said(record)} must have exactly one value."
    if len(set(record.values)) != len(record.values):
        yield f"Duplicate Resource Record in {_said(record)}."


def _policy(record: RecordSet) -> Iterator[str]:
    policies = _policies(record)
    if len(policies) > 1:
        yield f"{_said(record)} has more than one routing policy: {', '.join(policies)}."
    if policies and not record.set_identifier:
        yield f"{_said(record)} with routing policy {policies[0]} must have a SetIdentifier."
    if record.set_identifier and not policies:
        yield f"{_said(record)} has a SetIdentifier but no routing policy."
    if len(record.set_identifier) > _MAX_IDENTIFIER:
        yield f"The SetIdentifier of {_said(record)} is longer than {_MAX_IDENTIFIER} characters."
    if record.weight is not None and not 0 <= record.weight <= _MAX_WEIGHT:
        yield f"The weight of {_said(record)} must be between 0 and {_MAX_WEIGHT}."
    if record.multivalue and record.alias is not None:
        yield f"{_said(record)} is multivalue and cannot be an alias."
    if record.failover is FailoverRole.PRIMARY and record.alias is None and record.health_check == "":
        yield f"{_said(record)} is PRIMARY and not an alias: it must have a health check."


def _policies(record: RecordSet) -> tuple[str, ...]:
    present = {
        "failover": record.failover is not None,
        "weighted": record.weight is not None,
        "latency": bool(record.region),
        "multivalue": record.multivalue,
    }
    return tuple(name for name, there in present.items() if there)


def _value(record: RecordSet, value: Value) -> Iterator[str]:
    rule = _ADDRESS_RULES.get(record.type)
    if rule is None or isinstance(value, Pending):
        return
    parse, message = rule
    try:
        parse(value)
    except ValueError:
        yield f"Invalid Resource Record: 'FATAL problem: {message} encountered with '{value}''"


_ADDRESS_RULES: dict[str, tuple[Callable[[str], object], str]] = {
    "A": (ipaddress.IPv4Address, "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"),
    "AAAA": (ipaddress.IPv6Address, "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"),
}


def _name(records: list[RecordSet], name: str, zone_name: str) -> Iterator[str]:
    """What is wrong among the record sets of one name, once the batch were applied."""
    types = {record.type for record in records}
    if "CNAME" in types and name == zone_name:
        yield f"RRSet of type CNAME with DNS name {name}. is not permitted at apex in zone {zone_name}."
    elif "CNAME" in types and len(types) > 1:
        yield (
            f"RRSet of type CNAME with DNS name {name}. is not permitted as it conflicts with other records "
            f"with the same DNS name in zone {zone_name}."
        )
    for kind in sorted(types):
        yield from _group([record for record in records if record.type == kind])


def _group(records: list[RecordSet]) -> Iterator[str]:
    """What is wrong among the record sets of one name and type."""
    policies = {_policies(record)[:1] for record in records}
    if len(policies) > 1:
        said = ", ".join(sorted((*policy, "simple")[0] for policy in policies))
        yield f"{_said(records[0])} cannot be created: other RRSets of this name and type differ in policy ({said})."
    for role in FailoverRole:
        if sum(record.failover is role for record in records) > 1:
            yield f"{_said(records[0])} cannot be created: there is more than one {role.value}."
    regions = [record.region for record in records if record.region]
    if len(set(regions)) != len(regions):
        yield f"{_said(records[0])} cannot be created: there is more than one latency record for a region."


def _apex(after: Iterable[RecordSet], changes: tuple[RecordChange, ...], zone_name: str) -> Iterator[str]:
    kept = {record.type for record in after if record.name == zone_name}
    for change in changes:
        deleted = change.action is RecordAction.DELETE and change.record.name == zone_name
        if deleted and change.record.type in ("SOA", "NS") and change.record.type not in kept:
            yield f"A HostedZone must contain at least one {change.record.type} record for the zone itself."


def _said(record: RecordSet) -> str:
    identifier = f" and SetIdentifier {record.set_identifier}" if record.set_identifier else ""
    return f"RRSet of type {record.type} with DNS name {record.name}.{identifier}"


def _named(record: RecordSet) -> str:
    identifier = f", set-identifier='{record.set_identifier}'" if record.set_identifier else ""
    return f"[name='{record.name}.', type='{record.type}'{identifier}]"
