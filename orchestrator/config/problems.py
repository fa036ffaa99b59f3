"""Collects every fault of one file with its place, so that an operator mends them all in one go."""

from __future__ import annotations

from typing import NamedTuple, NoReturn, TypeAlias

from orchestrator.core.errors import ConfigurationError, Problem

Path: TypeAlias = tuple[str, ...]
"""Keys from the top of the file; an item of a list is `[0]`, `[1]`, ..."""

REPORTED = 100
_SHOWN = 60


class Place(NamedTuple):
    """Line and column, counted from 1. `WHOLE_FILE` stands for no place in particular."""

    line: int
    column: int


WHOLE_FILE = Place(0, 0)


class Problems:
    """The faults of `file` so far. Keeps the first REPORTED errors and counts the others, whatever the file holds."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._errors: list[Problem] = []
        self._warnings: list[Problem] = []
        self._unreported = 0

    @property
    def full(self) -> bool:
        """True when one more error would only be counted: then suggestions need not be searched for."""
        return len(self._errors) >= REPORTED

    def error(self, at: Place, path: Path, message: str, *, fix: str = "") -> None:
        """Note a fault that makes the file unusable."""
        if self.full:
            self._unreported += 1
        else:
            self._errors.append(Problem(self._file, at.line, at.column, show_path(path), message, fix))

    def warning(self, at: Place, path: Path, message: str, *, fix: str = "") -> None:
        """Note something that works and that the operator should know."""
        if len(self._warnings) < REPORTED:
            self._warnings.append(Problem(self._file, at.line, at.column, show_path(path), message, fix, "warning"))

    def stop(self, at: Place, message: str, *, fix: str = "") -> NoReturn:
        """Note a fault after which nothing can be read, and raise all that is known."""
        self.error(at, (), message, fix=fix)
        raise ConfigurationError(self._in_file_order())

    def raise_if_any(self) -> None:
        """Raise ConfigurationError when there is an error; warnings alone do not raise."""
        if self._errors:
            raise ConfigurationError(self._in_file_order())

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The warnings in file order."""
        return tuple(sorted(self._warnings))

    def _in_file_order(self) -> tuple[Problem, ...]:
        errors = sorted(self._errors)
        if self._unreported:
            rest = f"{self._unreported} more problems are not shown"
            errors.append(Problem(self._file, 0, 0, "", rest, "mend the ones above first"))
        return tuple(errors)


def show_path(path: Path) -> str:
    """`environments.production.accounts[1]`, safe to print whatever the keys are."""
    shown = ""
    for part in path:
        separator = "" if part.startswith("[") or not shown else "."
        shown += separator + _show_key(part)
    return shown


def show(text: str) -> str:
    """Text from the file in quotes, cut to a readable length, with everything unprintable escaped."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def _show_key(key: str) -> str:
    plain = key.isprintable() and 0 < len(key) <= _SHOWN and not key.isspace()
    return key if plain else show(key)
