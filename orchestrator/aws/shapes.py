"""CloudFormation's lists of parameters and tags, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def parameter_list(values: Mapping[str, str]) -> list[dict[str, str]]:
    """As the API takes them, sorted by name."""
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in sorted(values.items())]


def tag_list(values: Mapping[str, str]) -> list[dict[str, str]]:
    """As the API takes them, sorted by key."""
    return [{"Key": key, "Value": value} for key, value in sorted(values.items())]


def parameters_of(found: Any) -> tuple[tuple[str, str], ...]:
    """The parameters of a stack or stack set, sorted by name."""
    return tuple(sorted((one["ParameterKey"], one.get("ParameterValue", "")) for one in found.get("Parameters", ())))


def tags_of(found: Any) -> tuple[tuple[str, str], ...]:
    """The tags of a stack or stack set, sorted by key."""
    return tuple(sorted((one["Key"], one["Value"]) for one in found.get("Tags", ())))


def moment(found: datetime | None) -> datetime | None:
    """A time as botocore reads it (in this machine's zone), in UTC."""
    return found and found.astimezone(UTC)
