"""A folder as the sorted list of files that go into a package. Links inside the folder are followed, others refused."""

from __future__ import annotations

import itertools
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.core.errors import ConfigurationError, Problem
from orchestrator.packaging.ignore import Ignore, read_ignore

if TYPE_CHECKING:
    from collections.abc import Iterator


# Links that fan out double a tree with every level: the walk is bounded by what it meets, not by what it keeps.
ITEM_LIMIT = 50_000
DEPTH_LIMIT = 100


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
        found = list(_Walk(root, read_ignore(root)).folder(root, "", (root,)))
    if problems := tuple(sorted(one for one in found if isinstance(one, Problem))):
        raise ConfigurationError(problems)
    return tuple(sorted((one for one in found if isinstance(one, Entry)), key=lambda one: one.name.encode()))


class _Walk:
    def __init__(self, root: Path, ignore: Ignore) -> None:
        self._root, self._ignore = root, ignore
        self._met = itertools.count(1)

    def folder(self, folder: Path, prefix: str, parents: tuple[Path, ...]) -> Iterator[Entry | Problem]:
        if len(parents) > DEPTH_LIMIT:
            yield _problem(folder, f"is nested more than {DEPTH_LIMIT} folders deep", "flatten it")
            return
        try:
            items = list(os.scandir(folder))
        except OSError as error:
            yield _problem(folder, f"cannot be read: {error.strerror}", "fix its permissions")
            return
        for item in items:
            met = next(self._met)
            if met == ITEM_LIMIT + 1:
                what = f"has more than {ITEM_LIMIT:,} files and folders"
                yield _problem(self._root, what, "name what is not needed in .orchestratorignore")
            if met > ITEM_LIMIT:
                return
            yield from self._item(Path(item.path), f"{prefix}{item.name}", parents)

    def _item(self, path: Path, name: str, parents: tuple[Path, ...]) -> Iterator[Entry | Problem]:
        try:
            if self._ignore.matches(name, folder=path.is_dir()):
                return
            real = _real(path)
            there = real is not None and real.exists()
        except OSError as error:
            yield _problem(path, f"cannot be read: {error.strerror}", "fix its permissions")
            return
        if problem := _bad_name(path, name):
            yield problem
        elif real is None or not there:
            yield _problem(path, "is a link that leads nowhere", "remove it, or name it in .orchestratorignore")
        elif not real.is_relative_to(self._root):
            yield _problem(path, f"is a link that leads out of the folder, to {real}", "copy what it points to")
        elif real in parents:
            yield _problem(path, "is a link to a folder that contains it", "remove it")
        elif real.is_dir():
            yield from self.folder(real, f"{name}/", (*parents, real))
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
