"""One code source of regions.yaml to one package: a folder or file is zipped, a zip is checked and taken as it is."""

from __future__ import annotations

import base64
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.core.errors import ConfigurationError, Problem, Refused
from orchestrator.core.state import Artifact
from orchestrator.packaging.foreign import check_zip
from orchestrator.packaging.tree import Entry, read_tree
from orchestrator.packaging.writer import copy_hashed, write_zip

if TYPE_CHECKING:
    from orchestrator.core.names import Names

UNZIPPED_LIMIT_BYTES = 262_144_000  # Lambda: 250 MB for a function with all of its layers

_ZIP_SUFFIXES = frozenset({".jar", ".zip"})

# What a runtime looks at below /opt; a layer without one of these folders would be mounted and never found.
_LAYER_FOLDERS = frozenset({"bin", "dotnetcore", "extensions", "java", "lib", "nodejs", "python", "ruby"})


@dataclass(frozen=True, slots=True)
class Package:
    """A zip on this machine. `sha256` is hex over the zip, `size_bytes` its size, `kind` is code or layer."""

    name: str
    kind: str
    sha256: str
    size_bytes: int
    path: Path

    @property
    def code_sha256(self) -> str:
        """The same digest as Lambda (CodeSha256) and S3 (ChecksumSHA256) write it: base64."""
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()

    def artifact(self, names: Names) -> Artifact:
        """The package in the words of the plan."""
        key = names.artifact_key(self.name, self.sha256)
        return Artifact(self.name, self.sha256, self.size_bytes, key, str(self.path), self.kind)


def package(source: Path, *, name: str, into: Path, kind: str = "code", also: tuple[Path, ...] = ()) -> Package:
    """Write `into/{name}-{sha256}.zip` and return it; `into` is made if it is missing.

    A folder is zipped without what never belongs into a package and what `.orchestratorignore` in it names. Python code
    of a layer is put below `python/` unless the folder already has one of Lambda's layer folders at its top.
    The files of `also` are added at its top; a zip is taken as it is.
    Raises ConfigurationError with every problem: missing, empty, unreadable, too large, links that lead out.
    Raises Refused when `into` cannot be written: nothing was changed yet.
    """
    if problem := _unusable(source):
        raise ConfigurationError((problem,))
    try:
        return _written(source, name, into, kind, also)
    except OSError as error:
        # Everything that is read has said so as a Problem by now: what is left is the folder that is written to.
        reason = error.strerror or type(error).__name__
        fix = "nothing was changed; make it writable and make room, or choose another with --state-dir"
        raise Refused(f"the package {name} cannot be written: {reason}", where=str(into), fix=fix) from error


def _written(source: Path, name: str, into: Path, kind: str, also: tuple[Path, ...]) -> Package:
    into.mkdir(parents=True, exist_ok=True)
    # Another command may package the same code at this moment: each writes a file of its own.
    partial = into / f".{name}.{os.getpid()}.partial"
    try:
        if source.is_file() and source.suffix in _ZIP_SUFFIXES:
            check_zip(source, limit_bytes=UNZIPPED_LIMIT_BYTES)
            digest, size = copy_hashed(source, partial)
        else:
            digest, size = write_zip(_entries(source, kind, also), partial)
        final = into / f"{name}-{digest}.zip"
        shutil.move(partial, final)
    finally:
        partial.unlink(missing_ok=True)
    return Package(name, kind, digest, size, final)


def _entries(source: Path, kind: str, also: tuple[Path, ...]) -> tuple[Entry, ...]:
    more = {entry.name: entry for path in also for entry in read_tree(path)}
    entries = tuple(
        sorted((*(one for one in read_tree(source) if one.name not in more), *more.values()), key=_in_order)
    )
    if not entries:
        raise ConfigurationError((_problem(source, "has nothing to package", "put the code there, or fix the path"),))
    total = sum(entry.size_bytes for entry in entries)
    if total > UNZIPPED_LIMIT_BYTES:
        raise ConfigurationError((_too_large(source, total, entries),))
    if kind == "layer" and not any(entry.name.partition("/")[0] in _LAYER_FOLDERS for entry in entries):
        return tuple(entry.below("python") for entry in entries)
    return entries


def _in_order(entry: Entry) -> bytes:
    return entry.name.encode()


def _unusable(source: Path) -> Problem | None:
    try:
        source.stat()
    except FileNotFoundError:
        return _problem(source, "does not exist", "fix `path` under `code`; it starts at the folder of regions.yaml")
    except OSError as error:
        return _problem(source, f"cannot be read: {error.strerror}", "fix its permissions")
    if not (source.is_dir() or source.is_file()):
        return _problem(source, "is neither a folder nor a file", "give a folder or a zip file")
    return None


def _too_large(source: Path, total: int, entries: tuple[Entry, ...]) -> Problem:
    largest = sorted(entries, key=lambda entry: (-entry.size_bytes, entry.name))[:3]
    shown = ", ".join(f"{entry.name} ({entry.size_bytes:,} bytes)" for entry in largest)
    return _problem(
        source,
        f"has {total:,} bytes; Lambda unpacks at most {UNZIPPED_LIMIT_BYTES:,}",
        f"name what is not needed in .orchestratorignore; the largest are {shown}",
    )


def _problem(source: Path, message: str, fix: str) -> Problem:
    return Problem(str(source), 0, 0, "", message, fix)
