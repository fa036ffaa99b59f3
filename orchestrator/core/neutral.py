"""Accounts have the same records under other names. With the names neutral, equal ones can be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from orchestrator.core.dns import HealthCheck, RecordSet
from orchestrator.core.proof import Subject, region_of

_HOST = "shared.invalid"


def neutral(subject: Subject, account: str) -> Subject:
    """The subject without a trace of its account: hosts, targets, names and ids of checks.

    Two accounts with equal neutral subjects answer alike in every combination of dead and evacuated regions.
    """
    ids = _ids(subject, account)
    checks = (_check(check, subject.host, ids) for check in subject.checks)
    records = (_record(record, subject, ids) for record in subject.records)
    return Subject(
        host=_HOST,
        regions=subject.regions,
        records=tuple(sorted(records, key=lambda record: record.key)),
        checks=tuple(sorted(checks, key=lambda check: check.id)),
        watches=tuple(sorted((ids[check], region) for check, region in subject.watches)),
        levers=tuple(sorted((ids[check], region) for check, region in subject.levers)),
    )


def _ids(subject: Subject, account: str) -> dict[str, str]:
    """Ids are random: a check is known by its name without the account, unless that is not its alone."""
    names = {check.id: check.name.replace(account, "") for check in subject.checks}
    uses = Counter(names.values())
    return {check: name if name and uses[name] == 1 else check for check, name in names.items()}


def _check(check: HealthCheck, host: str, ids: Mapping[str, str]) -> HealthCheck:
    return replace(
        check,
        name="",
        id=ids[check.id],
        host=_renamed(check.host, host),
        children=tuple(ids.get(str(child), child) for child in check.children),
        caller_reference="",
        version=1,
    )


def _record(record: RecordSet, subject: Subject, ids: Mapping[str, str]) -> RecordSet:
    check = str(record.health_check)
    renamed = replace(record, name=_renamed(record.name, subject.host), health_check=ids.get(check, check))
    if record.alias is not None:
        target = _target(str(record.alias.name), record, subject)
        return replace(renamed, alias=replace(record.alias, name=target, zone_id=""))
    return replace(renamed, values=tuple(_target(str(one), record, subject) for one in record.values))


def _target(name: str, record: RecordSet, subject: Subject) -> str:
    inside = _renamed(name, subject.host)
    region = "" if inside != name else region_of(record, (name,), subject.regions)
    return f"d-any.{region}.invalid" if region else inside


def _renamed(name: str, host: str) -> str:
    """A name at or below the host as the same name at or below the neutral one; others as they are."""
    return name.removesuffix(host) + _HOST if name == host or name.endswith(f".{host}") else name
