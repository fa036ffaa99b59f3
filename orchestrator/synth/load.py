"""`package.module:Class` or `path/to/file.py:Class` -> the class. Users bring their own blueprints this way."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from blueprints import Blueprint
from orchestrator.synth.guard import Limits, UserCode
from orchestrator.synth.place import Place

if TYPE_CHECKING:
    from types import ModuleType

_FORM = "write package.module:Class or path/to/file.py:Class"


def load_blueprint(
    reference: str, base_dir: Path, *, place: Place | None = None, limits: Limits | None = None
) -> type[Blueprint]:
    """The class a reference names; files and packages are looked for in `base_dir` first.

    Raises ConfigurationError: no such module, file or class, a fault in the file (with its line), not a Blueprint.
    """
    place, limits = place or Place(), limits or Limits()
    module_name, colon, class_name = reference.rpartition(":")
    if not colon or not module_name or not class_name.isidentifier():
        raise place.error(f"{reference!r} is no reference to a blueprint", _FORM)
    if module_name.endswith(".py"):
        module = _from_file(module_name, base_dir, place, limits)
    else:
        module = _from_package(module_name, base_dir, place, limits)
    return _class_of(module, class_name, module_name, place)


def _from_file(name: str, base_dir: Path, place: Place, limits: Limits) -> ModuleType:
    file = (base_dir / name).resolve()
    if not file.is_file():
        near = get_close_matches(file.name, [one.name for one in file.parent.glob("*.py")], n=1)
        raise place.error(f"there is no file {name}", f"did you mean {near[0]}?" if near else _FORM)
    # A name of its own per file: two files called infra.py in two folders are two modules.
    module_name = f"_blueprint_{sha256(str(file).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(module_name, file)
    if spec is None or spec.loader is None:
        raise place.error(f"{name} is not a Python file", _FORM)
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # dataclasses look their module up while the class is being made
    with UserCode(place, base_dir, limits):
        spec.loader.exec_module(module)
    return module


def _from_package(name: str, base_dir: Path, place: Place, limits: Limits) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise place.error(f"{name!r} is no name of a Python module", _FORM)
    importlib.invalidate_caches()
    with UserCode(place, base_dir, limits):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            # Only when the module itself is missing; a module that *it* needs is a fault inside the user's code.
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise
            raise place.error(f"there is no module {error.name!r}", _missing_module_fix(name, base_dir)) from error


def _missing_module_fix(name: str, base_dir: Path) -> str:
    file = base_dir / Path(*name.split(".")).with_suffix(".py")
    if file.is_file():
        return f"for a file write {file.relative_to(base_dir)}:Class"
    if name.split(".")[0] == "blueprints":
        return "the package 'blueprints' is this tool's own; refer to yours by path/to/file.py:Class"
    return f"looked in {base_dir} and in the installed packages; {_FORM}"


def _class_of(module: ModuleType, class_name: str, module_name: str, place: Place) -> type[Blueprint]:
    found = vars(module).get(class_name)
    if found is None:
        known = sorted(
            name
            for name, value in vars(module).items()
            if isinstance(value, type) and issubclass(value, Blueprint) and value is not Blueprint
        )
        near = get_close_matches(class_name, known, n=1)
        fix = f"did you mean {near[0]}?" if near else f"blueprints there: {', '.join(known) or 'none'}"
        raise place.error(f"there is no class {class_name!r} in {module_name}", fix)
    if not isinstance(found, type) or not issubclass(found, Blueprint):
        raise place.error(f"{module_name}:{class_name} is not a blueprint", "subclass blueprints.Blueprint")
    return found
