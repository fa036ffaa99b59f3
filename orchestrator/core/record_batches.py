"""How many atomic batches a change of records takes: as few as Route 53 allows, and never one name in two of them."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.core.dns import RecordChange
from orchestrator.core.record_rules import MAX_CHARACTERS, MAX_ELEMENTS, size_of

Batch = tuple[RecordChange, ...]


def batches(changes: Sequence[RecordChange]) -> tuple[Batch, ...]:
    """The changes in their order, all in one batch if it takes them.

    Otherwise names that lead to one another stay together, PRIMARY and SECONDARY thereby too: users of a name never
    meet half of a change. Names that are too many for a batch by themselves are one that Route 53 refuses.
    """
    if _fits(_size(changes)):
        return (tuple(changes),)
    found: list[list[RecordChange]] = []
    held = (0, 0)
    for group in _groups(changes):
        size = _size(group)
        held = (held[0] + size[0], held[1] + size[1])
        if found and _fits(held):
            found[-1] += group
        else:
            found.append(group)
            held = size
    return tuple(tuple(batch) for batch in found)


def _size(changes: Sequence[RecordChange]) -> tuple[int, int]:
    sizes = [size_of(change) for change in changes]
    return sum(elements for elements, _ in sizes), sum(characters for _, characters in sizes)


def _fits(size: tuple[int, int]) -> bool:
    return size[0] <= MAX_ELEMENTS and size[1] <= MAX_CHARACTERS


def _groups(changes: Sequence[RecordChange]) -> list[list[RecordChange]]:
    """Of names that lead to one another, in the order of their first changes."""
    above = {change.record.name: change.record.name for change in changes}

    def top(name: str) -> str:
        while above[name] != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    for change in changes:
        record = change.record
        for target in (record.alias.name,) if record.alias else record.values:
            if str(target) in above:
                above[top(str(target))] = top(record.name)
    groups: dict[str, list[RecordChange]] = {}
    for change in changes:
        groups.setdefault(top(change.record.name), []).append(change)
    return list(groups.values())
