"""docs/reliability.md has a row for every fault and every invariant, and each test that it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent
_PAGE = (_ROOT / "docs" / "reliability.md").read_text("utf-8")
_ROW = re.compile(r"^\| ([FI]\d+) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_ROWS = _ROW.findall(_PAGE)
_NAMED = sorted(set(_TEST.findall(_PAGE)))


@cache
def _collected(file: str) -> frozenset[str]:
    """The tests that pytest finds in a file of ours, which has functions only and no classes of tests."""
    path = _ROOT / file
    if not path.is_file() or not path.name.startswith("test_"):
        return frozenset()
    functions = (one for one in ast.parse(path.read_text("utf-8")).body if isinstance(one, ast.FunctionDef))
    return frozenset(one.name for one in functions if one.name.startswith("test_"))


def test_every_fault_and_every_invariant_has_one_row_in_order() -> None:
    numbered = [f"F{number}" for number in range(1, 36)] + [f"I{number}" for number in range(1, 13)]

    assert [name for name, _ in _ROWS] == numbered


@pytest.mark.parametrize(("name", "row"), _ROWS)
def test_every_row_says_what_happens_what_is_promised_and_names_a_test(name: str, row: str) -> None:
    *words, tests = row.split(" | ")

    assert len(words) == (2 if name.startswith("F") else 1)
    assert all(words)
    assert [part for part in tests.split("<br>") if not _TEST.fullmatch(part)] == []


def _elsewhere(name: str) -> list[str]:
    """Where a test of that name has gone."""
    files = [path.relative_to(_ROOT).as_posix() for path in sorted((_ROOT / "tests").rglob("test_*.py"))]
    return [file for file in files if name in _collected(file)]


@pytest.mark.parametrize(("file", "name"), _NAMED)
def test_every_test_that_is_named_exists(file: str, name: str) -> None:
    there = name in _collected(file)

    assert there, f"no {file}::{name} any more; tests of that name: {_elsewhere(name) or 'none'}"
