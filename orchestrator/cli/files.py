"""Files that a user asks for with --out: the old content or the whole new one, never half of it."""

from __future__ import annotations

import errno
from pathlib import Path

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


def write_file(path: Path, text: str, *, what: str) -> None:
    """Replace a file by `text` in one step; devices and pipes are written to as they are. `what` is named in errors.

    Raises UsageError when nothing can be written at that place, OrchestratorError when this machine fails (full disk).
    """
    content = text.encode("utf-8", "backslashreplace")
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            target.write_bytes(content)
        else:
            _replace(target, content)
    except OSError as error:
        raise _trouble(error, str(path), what) from error


def _replace(target: Path, content: bytes) -> None:
    """Where no second file fits beside it (a folder that is read-only), the file itself is written."""
    beside = target.with_name(f".{target.name}.part")
    try:
        beside.write_bytes(content)
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o7777)
        beside.replace(target)
    except PermissionError:
        if not target.exists():
            raise
        target.write_bytes(content)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _trouble(error: OSError, where: str, what: str) -> OrchestratorError:
    said = f"{what} cannot be written: {error.strerror}"
    if error.errno in _WRONG_PLACE:
        return UsageError(said, where=where, fix="choose another --out")
    return OrchestratorError(said, where=where, fix="make room, or choose another --out, then run the command again")
