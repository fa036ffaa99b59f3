"""The applications of examples/: their files, their templates, and their code as Lambda imports it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

from orchestrator.app import Settings

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples"
EXAMPLES = tuple(sorted(one.name for one in FOLDER.iterdir() if one.is_dir()))
FILES = ("regions.yaml", "govcloud.yaml")
CONFIGURATIONS = tuple((example, file) for example in EXAMPLES for file in FILES)


def settings(example: str, file: str, state_dir: Path) -> Settings:
    """As `orchestrator --config examples/EXAMPLE/FILE` has them."""
    return Settings(config=FOLDER / example / file, state_dir=state_dir)


def code(example: str, module: str) -> ModuleType:
    """A module of an example, imported from the folder of its package; others of the same name are not disturbed."""
    folder = FOLDER / example / "app"
    own = {file.stem for file in folder.glob("*.py")}
    hidden = {name: sys.modules.pop(name) for name in own & sys.modules.keys()}
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(module)
    finally:
        sys.path.remove(str(folder))
        for name in own & sys.modules.keys():
            del sys.modules[name]
        sys.modules.update(hidden)
