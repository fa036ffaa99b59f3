"""How a stack set's parameters and an instance's overrides follow from a request and from what was there.

Source: CloudFormation API reference, CreateStackSet, UpdateStackSet and UpdateStackInstances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.core.errors import AwsError


@dataclass(frozen=True, slots=True)
class Given:
    """One parameter of a request. `value` None stands for UsePreviousValue."""

    key: str
    value: str | None


def merge_parameters(
    declared: Mapping[str, str | None], given: tuple[Given, ...], previous: Mapping[str, str]
) -> dict[str, str]:
    """The stack set's parameters after a request.

    `declared` maps each name in the template to its default (None: it has none). A parameter left out takes its
    default, not its previous value. Raises AwsError (ValidationError) for unknown names and for missing values.
    """
    unknown = sorted({one.key for one in given} - declared.keys())
    if unknown:
        raise _invalid(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    asked = {one.key: previous.get(one.key) if one.value is None else one.value for one in given}
    values = {name: asked.get(name, default) for name, default in declared.items()}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise _invalid(f"Parameters: [{', '.join(missing)}] must have values")
    return {name: value for name, value in values.items() if value is not None}


def merge_overrides(
    allowed: Mapping[str, str], given: tuple[Given, ...] | None, previous: Mapping[str, str]
) -> dict[str, str]:
    """An instance's overrides after a request.

    No list (None) keeps all; a list replaces all, so a key left out returns to the stack set's value. Only
    parameters of the stack set (`allowed`) may be overridden. Raises AwsError (ValidationError).
    """
    if given is None:
        return dict(previous)
    unknown = sorted({one.key for one in given} - allowed.keys())
    if unknown:
        raise _invalid(f"Parameter overrides: [{', '.join(unknown)}] do not exist in the stack set's parameters")
    kept = {one.key: previous.get(one.key) if one.value is None else one.value for one in given}
    return {key: value for key, value in kept.items() if value is not None}


def effective_parameters(parameters: Mapping[str, str], overrides: Mapping[str, str]) -> dict[str, str]:
    """What an instance's stack runs with. An override of a parameter that is gone has no effect."""
    return {name: overrides.get(name, value) for name, value in parameters.items()}


def _invalid(message: str) -> AwsError:
    return AwsError(message, code="ValidationError")
