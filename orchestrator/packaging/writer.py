"""Zip files with nothing in them but names, contents and the executable bit; files are streamed, never held in memory.

Stored, not deflated: deflate's output differs between zlib and its replacements (docs/decisions/0011).
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from typing import TYPE_CHECKING, BinaryIO

from orchestrator.core.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from orchestrator.packaging.tree import Entry

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold
_UNIX = 3
_CHUNK_BYTES = 1 << 20


def write_zip(entries: Iterable[Entry], target: Path) -> tuple[str, int]:
    """Write the entries in the given order; returns SHA-256 (hex) and size in bytes.

    Raises ConfigurationError for an entry that cannot be read, OSError for a target that cannot be written.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            _write(archive, entry)
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return digest, target.stat().st_size


def copy_hashed(source: Path, target: Path) -> tuple[str, int]:
    """Copy bytes as they are; returns SHA-256 (hex) and size of the copy."""
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), target.stat().st_size


def _write(archive: zipfile.ZipFile, entry: Entry) -> None:
    info = zipfile.ZipInfo(entry.name, _EPOCH)
    info.create_system = _UNIX  # Lambda takes permissions from the Unix part of the attributes
    info.external_attr = (0o100755 if entry.executable else 0o100644) << 16
    info.file_size = entry.size_bytes
    with _opened(entry) as source, archive.open(info, "w") as into:
        while chunk := _chunk(entry, source):
            into.write(chunk)


def _opened(entry: Entry) -> BinaryIO:
    try:
        return entry.file.open("rb")
    except OSError as error:
        raise _unreadable(entry, error) from error


def _chunk(entry: Entry, source: BinaryIO) -> bytes:
    try:
        return source.read(_CHUNK_BYTES)
    except OSError as error:
        raise _unreadable(entry, error) from error


def _unreadable(entry: Entry, error: OSError) -> ConfigurationError:
    reason = error.strerror or str(error)
    return ConfigurationError((Problem(str(entry.file), 0, 0, "", f"cannot be read: {reason}", "fix its permissions"),))
