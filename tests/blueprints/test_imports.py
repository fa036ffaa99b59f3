"""Every block can be imported first, by a blueprint of one's own, and stands below those that read it."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

from tests.blueprints.templates import ROOT

_EACH_FIRST = """
import importlib, pkgutil, sys
import blueprints
names = [one.name for one in pkgutil.walk_packages(blueprints.__path__, "blueprints.")]
for name in names:
    for loaded in [one for one in sys.modules if one.partition(".")[0] == "blueprints"]:
        del sys.modules[loaded]
    importlib.import_module(name)
    assert "troposphere" not in sys.modules, name
print(len(names))
"""


def test_every_module_can_be_the_first_and_needs_no_troposphere_to_be_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _EACH_FIRST], cwd=ROOT, check=False, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50


def _imported(path: Path, modules: dict[str, Path]) -> set[str]:
    """Modules of the blueprints that one of them names, for types alone too."""
    found = [one for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.ImportFrom) and one.module]
    names = {(f"{one.module}.{alias.name}", f"{one.module}") for one in found for alias in one.names}
    return {name if name in modules else module for name, module in names if {name, module} & modules.keys()}


def test_no_module_stands_above_itself_not_even_by_the_types_that_it_names() -> None:
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted((ROOT / "blueprints").rglob("*.py"))
    }
    below = {name: _imported(path, modules) - {name} for name, path in modules.items()}

    assert len(tuple(graphlib.TopologicalSorter(below).static_order())) == len(modules) > 50
