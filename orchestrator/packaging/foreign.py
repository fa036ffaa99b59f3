"""A zip made by somebody else: checked for what would harm or fail in Lambda, then taken as it is."""

from __future__ import annotations

import stat
import zipfile
from collections import Counter
from typing import TYPE_CHECKING

from orchestrator.core.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENTRY_LIMIT = 50_000
_CHUNK_BYTES = 1 << 20
_ENCRYPTED = 0x1


def check_zip(source: Path, *, limit_bytes: int) -> None:
    """Raises ConfigurationError: not a zip, damaged, a bomb, encrypted, or names that lead out of its folder."""
    try:
        with zipfile.ZipFile(source) as archive:
            problems = tuple(Problem(str(source), 0, 0, "", *one) for one in _faults(archive, limit_bytes))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise ConfigurationError(
            (Problem(str(source), 0, 0, "", f"is not a usable zip file: {error}", "build it again"),)
        ) from error
    if problems:
        raise ConfigurationError(problems)


def _faults(archive: zipfile.ZipFile, limit_bytes: int) -> Iterator[tuple[str, str]]:
    entries = archive.infolist()
    if not any(not entry.is_dir() for entry in entries):
        yield "has nothing in it", "put the code into it"
        return
    if len(entries) > ENTRY_LIMIT:
        yield (
            f"has {len(entries):,} entries; at most {ENTRY_LIMIT:,} are accepted",
            "take out what is not needed",
        )
        return
    names = [fault for entry in entries for fault in _name_faults(entry)]
    names += [(f"has two entries called {name!r}", "keep one") for name in _repeated(entries)]
    yield from names
    if not names:
        yield from _size_faults(archive, entries, limit_bytes)


def _name_faults(entry: zipfile.ZipInfo) -> Iterator[tuple[str, str]]:
    name = entry.filename
    if name.startswith("/") or name[1:2] == ":" or "\\" in entry.orig_filename:
        yield f"has an absolute or foreign path: {name!r}", "use relative paths with /"
    elif entry.orig_filename != name or any(ord(letter) < 32 for letter in name):
        yield f"has a name with control characters: {entry.orig_filename!r}", "rename the file"
    elif ".." in name.split("/"):
        yield f"has a path that leads out of its folder: {name!r}", "take out the `..`"
    if entry.flag_bits & _ENCRYPTED:
        yield f"has an encrypted entry: {name!r}", "Lambda has no password"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        yield f"has an entry that is neither stored nor deflated: {name!r}", "build it with plain deflate"
    if stat.S_ISLNK(entry.external_attr >> 16):
        yield f"has a symbolic link: {name!r}", "put the file there that it points to"


def _repeated(entries: list[zipfile.ZipInfo]) -> list[str]:
    return sorted(name for name, count in Counter(entry.filename for entry in entries).items() if count > 1)


def _size_faults(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limit_bytes: int
) -> Iterator[tuple[str, str]]:
    """Unpacks without keeping anything: declared sizes may lie, and check sums are proven by reading only."""
    declared = sum(entry.file_size for entry in entries)
    if declared > limit_bytes:
        yield f"unpacks to {declared:,} bytes; Lambda allows {limit_bytes:,}", "make it smaller"
        return
    read = 0
    for entry in entries:
        with archive.open(entry) as content:
            while chunk := content.read(_CHUNK_BYTES):
                read += len(chunk)
                if read > limit_bytes:
                    yield f"unpacks to more than {limit_bytes:,} bytes", "make it smaller"
                    return
