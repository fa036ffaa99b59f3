"""docs/systems.md names tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent
_PAGE = (_ROOT / "docs" / "systems.md").read_text("utf-8")
_NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", _PAGE)))
_ROWS = re.findall(r"^\| [A-E]\d+ \| .+ \|$", _PAGE, re.MULTILINE)


@pytest.mark.parametrize("row", _ROWS)
def test_every_row_names_what_turns_it_on_and_a_test(row: str) -> None:
    _, system, option, tests = (part.strip() for part in row.strip("|").split(" | "))

    assert system
    assert option
    assert tests.startswith("`tests/")


@pytest.mark.parametrize(("file", "name"), _NAMED)
def test_every_test_that_is_named_exists(file: str, name: str) -> None:
    tree = ast.parse((_ROOT / file).read_text("utf-8"))

    assert not name or name in {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
