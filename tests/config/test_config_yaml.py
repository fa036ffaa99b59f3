# ruff: noqa: E501 - a message stands on one line, as a user sees it
"""The part of YAML that a configuration needs; everything else is refused by name."""

from __future__ import annotations

import pytest
import yaml

from orchestrator.config.problems import Problems
from orchestrator.config.tree import compose
from orchestrator.core.errors import ConfigurationError

FIX = "check indentation, brackets and quotes here and on the line before"

CASES = [
    ("", ["1:1: the file is empty; start from what `orchestrator init` writes"]),
    ("# only a comment\n\n", ["1:1: the file is empty; start from what `orchestrator init` writes"]),
    ("a: &x 1\nb: *x\n", ["1:4: a: anchor '&x' is not supported; delete it", "2:4: b: alias '*x' is not supported; write the value out"]),
    ("&x a: 1\n*x : 2\n", ["1:1: ?: anchor '&x' is not supported; delete it", "2:1: ?: alias '*x' is not supported; write the value out"]),
    ("a: &x [*x]\n", ["1:4: a: anchor '&x' is not supported; delete it", "1:8: a[0]: alias '*x' is not supported; write the value out"]),
    ("a: !!python/object/apply:os.system [x]\n", ["1:4: a: tag '!!python/object/apply:os.system' is not supported; delete it"]),
    ("a: !!str 1\n", ["1:4: a: tag '!!str' is not supported; delete it"]),
    ("a: ! 1\n", ["1:4: a: tag '!' is not supported; delete it"]),
    ("!x {a: 1}\n", ["1:1: tag '!x' is not supported; delete it"]),
    ("a: {<<: {b: 1}}\n", ["1:5: a: merge key << is not supported; write the keys out"]),
    ("a: 1\nb: 2\na: 3\n", ["3:1: a: is given twice, first at line 1, column 1; keep one"]),
    ("a: {b: 1, 'b': 2}\n", ["1:11: a.b: is given twice, first at line 1, column 5; keep one"]),
    ("? [a, b]\n: 1\n", ["1:3: a key must be text, not a mapping or a list; write a name"]),
    ("? {a: b}\n: 1\n", ["1:3: a key must be text, not a mapping or a list; write a name"]),
    ("a: 1\n---\nb: 2\n", ["2:1: a second document begins; keep one document per file"]),
]  # fmt: skip


def said(text: str, loader: type) -> list[str]:
    problems = Problems("x")
    try:
        compose(text, problems, loader=loader)
        problems.raise_if_any()
    except ConfigurationError as error:
        return [line.removeprefix("x:") for line in str(error).splitlines()]
    return []


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def loader(request):
    if not hasattr(yaml, request.param):
        pytest.skip("this build of PyYAML has no C parser")
    return getattr(yaml, request.param)


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[case[0][:30] for case in CASES])
def test_what_no_configuration_needs_is_refused_by_name(loader, text, expected):
    assert said(text, loader) == expected


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [1, 2\n", "2:1"),
        ("a: b: c\n", "1:5"),
        ("a: 'x\n", "2:1"),
        ("a: 1\n b: 2\n", "2:3"),
        ("a: {b: 1]\n", "1:9"),
        ("}\n", "1:1"),
        ("a: @x\n", "1:4"),
        ("- a\nb: c\n", "2:1"),
    ],
)
def test_broken_yaml_is_said_with_its_place(loader, text, place):
    (line,) = said(text, loader)

    assert line.startswith(f"{place}: is not valid YAML: ")
    assert line.endswith(f"; {FIX}")


def test_nesting_ends_at_fifty_levels(loader):
    deep = "a: " + "[" * 49 + "]" * 49 + "\n"

    assert said(deep, loader) == []
    assert said("a: " + "[" * 51 + "]" * 51, loader) == ["1:54: is nested more than 50 levels deep; flatten it"]


def test_the_number_of_values_is_bounded(loader):
    many = "[" + "1," * 20_001 + "]"

    assert said(many, loader) == ["1:40000: the file holds more than 20000 values; split it"]


def test_characters_that_only_the_pure_parser_judges_are_no_crash():
    # The C parser takes what is above; the pure one judges characters by itself.
    (line,) = said("a: \x01", yaml.SafeLoader)

    assert line.startswith("1:1: is not valid YAML: ")


@pytest.mark.parametrize("text", ["just text\n", "12\n", "- a\n- b\n", "---\n...\n", "null\n"])
def test_a_file_must_be_a_mapping_at_the_top(complaints, text):
    (line,) = complaints(text)

    assert line.split("; ")[1] == (
        "write a mapping with the keys application, partition, home_region, reference_region, regions, environments, "
        "code, stack_sets, health, failover, rollout, gates, objectives, traffic, drills, access, analysis"
    )


def test_a_file_that_begins_with_three_dashes_is_fine(good, complaints):
    assert complaints("---\n" + good) == []
