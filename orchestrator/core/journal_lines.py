"""One event as one line of a journal, and back: JSON whose last key is the CRC-32 of the rest.

The last line may be torn, and is then no event. A damaged line before it is an error that names it.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime

from orchestrator.core.errors import OrchestratorError
from orchestrator.core.run import Event, EventKind

FORMAT = 1
_CHECKSUM = re.compile(rb', "crc32": "([0-9a-f]{8})"\}\s*\Z')
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def event_document(event: Event) -> dict[str, object]:
    """One event as a JSON object."""
    return {
        "format": FORMAT,
        "at": event.at.isoformat(),
        "run": event.run,
        "kind": event.kind.value,
        "step": event.step,
        "region": event.region,
        "account": event.account,
        "detail": event.detail,
        "data": dict(event.data),
    }


def line_of(event: Event) -> str:
    """The line, with its end. ASCII: AWS's texts may hold what no UTF-8 file can."""
    told = json.dumps(event_document(event))
    return f'{told[:-1]}, "crc32": "{zlib.crc32(told.encode()):08x}"}}\n'


def is_event(line: bytes, where: str) -> bool:
    """Whether a line is whole, also when its line break is missing. Raises OrchestratorError for a newer format."""
    try:
        _read(line, where, checked=False)
    except _UNREADABLE:
        return False
    return True


def events_in(lines: Iterable[bytes], where: str) -> Iterator[Event]:
    """The events of these lines, in their order; kinds that only later versions know are left out.

    `where` is the journal's name. Raises OrchestratorError naming the line that is no event, or the newer format.
    """
    bad, reason, checked = 0, "", False
    for number, line in enumerate(lines, 1):
        if bad:
            # Something follows it: this was no torn end.
            raise _damaged(f"{where}:{bad}", reason)
        try:
            event = _read(line, f"{where}:{number}", checked=checked)
        except _UNREADABLE as error:
            bad, reason = number, str(error) if isinstance(error, _WrongChecksumError) else ""
            continue
        checked = checked or _CHECKSUM.search(line) is not None
        if event is not None:
            yield event


class _WrongChecksumError(ValueError):
    """The line is not what was written."""


def _damaged(where: str, reason: str) -> OrchestratorError:
    what = f"this line is no event: {reason}" if reason else "this line is no event"
    return OrchestratorError(what, where=where, fix="the file was damaged or edited; the lines before it are whole")


def _read(line: bytes, where: str, *, checked: bool) -> Event | None:
    """None for a kind of a later version. `checked`: an earlier line had a checksum, so this one must have one."""
    found = _CHECKSUM.search(line)
    if found is None and checked:
        raise _WrongChecksumError("its checksum is missing")
    if found and zlib.crc32(line[: found.start()] + b"}") != int(found[1], 16):
        raise _WrongChecksumError("its checksum is wrong")
    told = json.loads(line)
    _check_format(told["format"], where)
    return _event(told) if told["kind"] in _KINDS else None


_KINDS = frozenset(kind.value for kind in EventKind)


def _check_format(told: object, where: str) -> None:
    if isinstance(told, int) and told > FORMAT:
        what = f"the journal has format {told}, this version reads {FORMAT}"
        raise OrchestratorError(what, where=where, fix="read it with the version that wrote it, or a newer one")
    if told != FORMAT:
        raise ValueError(f"{told!r} is no format")


def _event(told: dict[str, object]) -> Event:
    at, data = datetime.fromisoformat(str(told["at"])), told["data"]
    if at.tzinfo is None or not isinstance(data, dict):
        raise ValueError("a time without a zone, or data of another kind")
    return Event(
        at=at,
        run=str(told["run"]),
        kind=EventKind(told["kind"]),
        step=str(told["step"]),
        region=str(told["region"]),
        account=str(told["account"]),
        detail=str(told["detail"]),
        data=tuple((str(key), str(value)) for key, value in data.items()),
    )
