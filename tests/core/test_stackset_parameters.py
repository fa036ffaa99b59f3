from __future__ import annotations

import pytest

from orchestrator.core.errors import AwsError
from orchestrator.core.stackset_parameters import Given, effective_parameters, merge_overrides, merge_parameters


def test_a_parameter_left_out_takes_its_default_not_its_previous_value() -> None:
    declared: dict[str, str | None] = {"A": "default", "B": None}

    merged = merge_parameters(declared, (Given("B", "b"),), {"A": "previous", "B": "previous"})

    assert merged == {"A": "default", "B": "b"}


def test_use_previous_value_keeps_the_previous_value() -> None:
    assert merge_parameters({"A": "default"}, (Given("A", None),), {"A": "previous"}) == {"A": "previous"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "Parameters: [A, B] must have values"),
        ("B", "Parameters: [A] must have values"),
        ("ABZY", "Parameters: [Y, Z] do not exist in the template"),
    ],
)
def test_missing_and_unknown_parameters_are_refused(given: str, message: str) -> None:
    with pytest.raises(AwsError) as refused:
        merge_parameters({"A": None, "B": None}, tuple(Given(key, "x") for key in given), {})

    assert (refused.value.code, refused.value.what) == ("ValidationError", message)


def test_use_previous_value_of_what_had_none_is_refused() -> None:
    with pytest.raises(AwsError, match="must have values"):
        merge_parameters({"A": "default"}, (Given("A", None),), {})


@pytest.mark.parametrize(
    ("given", "overrides"),
    [
        (None, {"A": "old", "B": "old"}),
        ((), {}),
        ((Given("A", "new"),), {"A": "new"}),
        ((Given("A", None),), {"A": "old"}),
        ((Given("C", None),), {}),
    ],
)
def test_a_list_of_overrides_replaces_all_and_no_list_keeps_all(
    given: tuple[Given, ...] | None, overrides: dict[str, str]
) -> None:
    allowed = {"A": "a", "B": "b", "C": "c"}

    assert merge_overrides(allowed, given, {"A": "old", "B": "old"}) == overrides


def test_only_parameters_of_the_stack_set_can_be_overridden() -> None:
    with pytest.raises(AwsError, match="do not exist") as refused:
        merge_overrides({"A": "a"}, (Given("Z", "z"),), {})

    assert refused.value.code == "ValidationError"


def test_an_override_of_a_parameter_that_is_gone_has_no_effect() -> None:
    assert effective_parameters({"A": "a", "B": "b"}, {"A": "over", "Gone": "x"}) == {"A": "over", "B": "b"}
