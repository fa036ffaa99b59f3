"""Files that a user names: with --out the old content or the whole new one, never half of it; a plan to be read."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import copyfile
from typing import IO

from orchestrator.core.errors import OrchestratorError, UsageError

_WRONG_PLACE = frozenset(
    (
        errno.ENOENT,
        errno.EACCES,
        errno.EPERM,
        errno.EISDIR,
        errno.ENOTDIR,
        errno.EROFS,
        errno.ENAMETOOLONG,
        errno.EINVAL,
        errno.ELOOP,
    )
)


_PLAN_LIMIT = 512 * 1024 * 1024
"""Characters of a plan file. A first deployment of 20,000 instances takes 110 million."""
_CHUNK = 1024 * 1024


def write_file(path: Path, text: str | Iterable[str], *, what: str) -> None:
    """Replace a file by `text` in one step; devices and pipes are written to as they are. `what` is named in errors.

    `text` may come in pieces, which are never all in memory. Raises UsageError when nothing can be written at that
    place, OrchestratorError when this machine fails (full disk).
    """
    pieces = (text,) if isinstance(text, str) else text
    content = (piece.encode("utf-8", "backslashreplace") for piece in pieces)
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            _write(target, content)
        else:
            _replace(target, content)
    except OSError as error:
        raise _trouble(error, str(path), what) from error


@contextmanager
def open_plan(path: str) -> Iterator[Iterator[str]]:
    """The pieces of a plan's file, to be read within. It is read through at once; what a pipe brings is kept on disk.

    Raises UsageError for a file that cannot be read, has no end in sight or is no text.
    """
    with ExitStack() as opened:
        try:
            file = opened.enter_context(Path(path).open(encoding="utf-8", newline=""))
            kept = file if file.seekable() else opened.enter_context(_temporary())
            for piece in _pieces(file, path):
                if kept is not file:
                    kept.write(piece)
            kept.seek(0)
        except OSError as error:
            raise _unreadable(path, f"cannot be read: {error.strerror}") from error
        yield _pieces(kept, path)


def _temporary() -> IO[str]:
    from tempfile import TemporaryFile

    return TemporaryFile("w+", encoding="utf-8", newline="")


def _pieces(file: IO[str], path: str) -> Iterator[str]:
    # Bounded: a pipe is fine, an endless one is not.
    left = _PLAN_LIMIT
    try:
        while piece := file.read(_CHUNK):
            left -= len(piece)
            if left < 0:
                raise _unreadable(path, f"is larger than {_PLAN_LIMIT} characters")
            yield piece
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _unreadable(path, "is not UTF-8 text") from error


def _unreadable(path: str, why: str) -> UsageError:
    return UsageError(f"the plan file {why}", where=path, fix="write it with: orchestrator plan --out FILE")


def _write(target: Path, content: Iterable[bytes]) -> None:
    with target.open("wb") as file:
        file.writelines(content)


def _replace(target: Path, content: Iterable[bytes]) -> None:
    """Where no second file fits beside it (a folder that is read-only), the file itself is written."""
    beside = target.with_name(f".{target.name}.part")
    try:
        _write(beside, content)
    except PermissionError:
        # Opening it failed: nothing of the content is gone.
        if not target.exists():
            raise
        _write(target, content)
    except (OSError, KeyboardInterrupt):
        beside.unlink(missing_ok=True)
        raise
    else:
        _move(beside, target)


def _move(beside: Path, target: Path) -> None:
    try:
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o7777)
        beside.replace(target)
    except PermissionError:
        if not target.exists():
            raise
        # Somebody else's file, in a folder that lets only its owner remove it.
        copyfile(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def _trouble(error: OSError, where: str, what: str) -> OrchestratorError:
    said = f"{what} cannot be written: {error.strerror}"
    if error.errno in _WRONG_PLACE:
        return UsageError(said, where=where, fix="choose another --out")
    return OrchestratorError(said, where=where, fix="make room, or choose another --out, then run the command again")
