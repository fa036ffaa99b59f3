"""From a path to text that is safe to parse: size, encoding and invisible characters are judged before any YAML is."""

from __future__ import annotations

import re
import stat
import unicodedata
from pathlib import Path

from orchestrator.config.problems import WHOLE_FILE, Place, Problems

MAX_BYTES = 1024 * 1024

_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"\xef\xbb\xbf", "UTF-8 with a byte order mark"),
)

# Controls, line ends that only some tools take for one, and characters that hide or reorder text: what a reviewer
# sees must be what is read (Unicode Technical Report 36).
_FORBIDDEN = re.compile(
    r"\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
# Parsers disagree about where a tab may stand; the first of each line is reported.
_TAB = re.compile(r"^[^\t\n]*\t", re.MULTILINE)


def read_bytes(path: Path, problems: Problems) -> bytes:
    """At most one byte more than is allowed. Raises ConfigurationError when the file cannot be read."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):  # a pipe could keep us waiting for ever
            kind = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
            problems.stop(WHOLE_FILE, f"is {kind}", fix="name the regions.yaml file itself with --config")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        problems.stop(
            WHOLE_FILE, "there is no such file", fix="write one with `orchestrator init`, or name it with --config"
        )
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else str(error)
        problems.stop(WHOLE_FILE, f"cannot be read: {reason}", fix="check the path and the permissions")
    return data


def decode(data: bytes, problems: Problems) -> str:
    """UTF-8 to text. Raises ConfigurationError for anything else, and for characters that no configuration needs."""
    if len(data) > MAX_BYTES:
        problems.stop(WHOLE_FILE, "is larger than 1 MiB", fix="write a regions.yaml; a real one has a few kilobytes")
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            problems.stop(Place(1, 1), f"the file is {encoding}", fix="save it as UTF-8 without a byte order mark")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        at = _place(data[: error.start].decode("utf-8"))
        problems.stop(at, f"byte 0x{data[error.start]:02x} is not UTF-8", fix="save the file as UTF-8")
    _refuse_invisible(text, problems)
    problems.raise_if_any()
    return text


def _refuse_invisible(text: str, problems: Problems) -> None:
    for found in _FORBIDDEN.finditer(text):
        if problems.full:
            break
        character = found.group()
        name = unicodedata.name(character, "a control character")
        message = f"U+{ord(character):04X} ({name}) is not allowed"
        problems.error(_place(text[: found.start()]), (), message, fix="delete it")
    for found in _TAB.finditer(text):
        if problems.full:
            break
        at = _place(text[: found.end() - 1])
        problems.error(at, (), "a tab is not allowed", fix="write spaces, or \\t inside double quotes")


def _place(before: str) -> Place:
    line = before.count("\n") + 1
    return Place(line, len(before) - (before.rfind("\n") + 1) + 1)
