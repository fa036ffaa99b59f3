"""Where in regions.yaml a blueprint is used, so that its faults are reported there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from orchestrator.core.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blueprints import Fault

Positions = Mapping[str, tuple[int, int]]
"""Path in the file (`stack_sets.compute.options.memory`) -> line and column, both from 1."""


@dataclass(frozen=True, slots=True)
class Place:
    """A path in a configuration file. `line` is used for paths that `positions` does not know (0: the whole file)."""

    file: str = "regions.yaml"
    path: str = ""
    line: int = 0
    positions: Positions = field(default_factory=lambda: MappingProxyType({}))

    def at(self, path: str) -> Place:
        """Another path of the same file."""
        return Place(self.file, path, self.line, self.positions)

    def problem(self, message: str, fix: str = "") -> Problem:
        """A fault here."""
        line, column = self._position()
        return Problem(self.file, line, column, self.path, message, fix)

    def error(self, message: str, fix: str = "") -> ConfigurationError:
        """One fault here, to be raised."""
        return ConfigurationError((self.problem(message, fix),))

    def below(self, prefix: str, faults: Iterable[Fault]) -> ConfigurationError:
        """Faults with paths relative to `prefix` (empty: to the file), to be raised together."""
        problems = []
        for fault in faults:
            separator = "" if fault.path.startswith("[") or not (prefix and fault.path) else "."
            problems.append(self.at(f"{prefix}{separator}{fault.path}").problem(fault.message, fault.fix))
        return ConfigurationError(tuple(problems))

    def _position(self) -> tuple[int, int]:
        """Of the path, or of the nearest path above it that is in the file."""
        path = self.path
        while path:
            if path in self.positions:
                return self.positions[path]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return (self.line, 1 if self.line else 0)
