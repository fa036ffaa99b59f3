"""A folder as the sorted list of files that go into a package. Links inside the folder are followed, others refused."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.core.errors import ConfigurationError, Problem
from orchestrator.packaging.ignore import Ignore, read_ignore

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a package: its name inside (with /), where it is read from, whether it is a program."""

    name: str
    file: Path
    executable: bool
    size_bytes: int

    def below(self, folder: str) -> Entry:
        """The same file inside a folder."""
        return replace(self, name=f"{folder}/{self.name}")


def read_tree(source: Path) -> tuple[Entry, ...]:
    """Entries of a folder (or of one file), sorted by the bytes of their names. Raises ConfigurationError."""
    root = source.resolve()
    if root.is_file():
        found: list[Entry | Problem] = list(_file(root, source.name))
    else:
        found = list(_folder(root, root, "", read_ignore(root), (root,)))
    if problems := tuple(sorted(one for one in found if isinstance(one, Problem))):
        raise ConfigurationError(problems)
    return tuple(sorted((one for one in found if isinstance(one, Entry)), key=lambda one: one.name.encode()))


def _folder(
    root: Path, folder: Path, prefix: str, ignore: Ignore, parents: tuple[Path, ...]
) -> Iterator[Entry | Problem]:
    try:
        items = list(os.scandir(folder))
    except OSError as error:
        yield _problem(folder, f"cannot be read: {error.strerror}", "fix its permissions")
        return
    for item in items:
        name, path = f"{prefix}{item.name}", Path(item.path)
        if ignore.matches(name, folder=path.is_dir()):
            continue
        yield from _item(root, path, name, ignore, parents)


def _item(root: Path, path: Path, name: str, ignore: Ignore, parents: tuple[Path, ...]) -> Iterator[Entry | Problem]:
    if problem := _bad_name(path, name):
        yield problem
        return
    real = _real(path)
    if real is None or not real.exists():
        yield _problem(path, "is a link that leads nowhere", "remove it, or name it in .orchestratorignore")
    elif not real.is_relative_to(root):
        yield _problem(path, f"is a link that leads out of the folder, to {real}", "copy what it points to")
    elif real in parents:
        yield _problem(path, "is a link to a folder that contains it", "remove it")
    elif real.is_dir():
        yield from _folder(root, real, f"{name}/", ignore, (*parents, real))
    else:
        yield from _file(real, name)


def _file(path: Path, name: str) -> Iterator[Entry | Problem]:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        yield _problem(path, "is neither a file nor a folder", "remove it, or name it in .orchestratorignore")
    elif not os.access(path, os.R_OK):
        yield _problem(path, "cannot be read", "fix its permissions")
    else:
        yield Entry(name, path, bool(status.st_mode & stat.S_IXUSR), status.st_size)


def _real(path: Path) -> Path | None:
    """Where a path leads in the end; None for links in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return None


def _bad_name(path: Path, name: str) -> Problem | None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return _problem(path.parent, f"has a file whose name is not UTF-8: {name!r}", "rename it")
    if "\\" in name or any(ord(letter) < 32 for letter in name):
        return _problem(path.parent, f"has a file whose name other machines cannot have: {name!r}", "rename it")
    return None


def _problem(path: Path, message: str, fix: str) -> Problem:
    return Problem(str(path).encode(errors="replace").decode(), 0, 0, "", message, fix)
