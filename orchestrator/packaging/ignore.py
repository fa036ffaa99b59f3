"""What stays out of a package: what never belongs in, and what `.orchestratorignore` names.

One pattern per line (shell wildcards); one with a slash is matched against the whole path, one without against each
name; `name/` matches folders only; `#` begins a comment. There is no `!`: the order of lines never matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from orchestrator.core.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from pathlib import Path

FILE = ".orchestratorignore"

ALWAYS = (
    "*.pyc",
    "*.pyo",
    "*.swp",
    "*~",
    ".#*",
    "#*#",
    ".DS_Store",
    ".git",
    ".gitignore",
    ".hg",
    ".idea/",
    ".mypy_cache/",
    ".orchestrator/",
    ".pytest_cache/",
    ".ruff_cache/",
    ".svn",
    ".vscode/",
    "Thumbs.db",
    "__pycache__",
    FILE,
)


@dataclass(frozen=True, slots=True)
class Ignore:
    """Patterns, read once."""

    patterns: tuple[str, ...]

    def matches(self, name: str, *, folder: bool) -> bool:
        """Whether a path inside the package (with /) stays out; a folder takes all below it along."""
        return any(_matches(pattern, name, folder=folder) for pattern in self.patterns)


def read_ignore(root: Path) -> Ignore:
    """The built-in patterns and those of the folder. Raises ConfigurationError."""
    file = root / FILE
    try:
        lines = file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return Ignore(ALWAYS)
    except OSError as error:
        raise _unreadable(file, error.strerror or type(error).__name__, "fix its permissions") from error
    except UnicodeDecodeError as error:
        raise _unreadable(file, str(error), "write it in UTF-8") from error
    problems = tuple(
        Problem(str(file), number, 1, "", "patterns with ! are not supported", "name what to leave out")
        for number, line in enumerate(lines, 1)
        if line.startswith("!")
    )
    if problems:
        raise ConfigurationError(problems)
    own = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return Ignore((*ALWAYS, *own))


def _unreadable(file: Path, reason: str, fix: str) -> ConfigurationError:
    return ConfigurationError((Problem(str(file), 0, 0, "", f"cannot be read: {reason}", fix),))


def _matches(pattern: str, name: str, *, folder: bool) -> bool:
    if pattern.endswith("/"):
        return folder and _matches(pattern.rstrip("/"), name, folder=folder)
    if "/" in pattern:
        return fnmatchcase(name, pattern.lstrip("/"))
    return fnmatchcase(name.rpartition("/")[2], pattern)
