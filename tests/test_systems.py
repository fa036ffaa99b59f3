"""docs/systems.md names tests and options that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from blueprints.compute.options import ComputeOptions
from blueprints.infra.options import InfraOptions
from blueprints.options import option_docs

_ROOT = Path(__file__).parent.parent
_PAGE = (_ROOT / "docs" / "systems.md").read_text("utf-8")
_NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", _PAGE)))
_OPTIONS = sorted(set(re.findall(r"`((?:infra|compute)\.options\.[\w.<>]+)(?:: \w+)?`", _PAGE)))
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


@pytest.fixture(scope="module")
def options() -> set[str]:
    """Every option of both layers, as `compute.options.api.routes.<>.topic`."""
    layers = {"infra": InfraOptions, "compute": ComputeOptions}
    return {
        re.sub("<.+?>", "<>", f"{layer}.options.{one.name}")
        for layer, kind in layers.items()
        for one in option_docs(kind)
    }


@pytest.mark.parametrize("option", _OPTIONS)
def test_every_option_that_is_named_exists(options: set[str], option: str) -> None:
    assert re.sub("<.+?>", "<>", option) in options
