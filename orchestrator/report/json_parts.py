"""A large JSON document piece by piece, so that it never lies in memory as a whole.

What grows with the accounts stands on a line each: written by the encoder in C, and a difference is one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from json.encoder import JSONEncoder, encode_basestring_ascii

from orchestrator.core.indented_json import Indented

# ASCII only: lone surrogates and bidirectional marks of foreign texts stay escapes, whatever reads this.
TEXT = Indented(indent=2, ascii=True, sort_keys=False)
_line = JSONEncoder().encode
_MEMBER, _ELEMENT = "\n  ", "\n    "


def document_parts(document: Mapping[str, object]) -> Iterator[str]:
    """The members in their order. An iterator is a list and a mapping an object, each read and written one at a time.

    Ends with a line break. `document` must not be empty.
    """
    head = "{"
    for key, value in document.items():
        yield f"{head}{_MEMBER}{encode_basestring_ascii(key)}: "
        yield from _value(value)
        head = ","
    yield "\n}\n"


def _value(value: object) -> Iterator[str]:
    match value:
        case Iterator():
            yield from _enclosed("[", map(_line, value), "]")
        case dict():
            yield from _enclosed("{", (f"{encode_basestring_ascii(k)}: {_line(v)}" for k, v in value.items()), "}")
        case _:
            yield TEXT.text(value).replace("\n", _MEMBER)


def _enclosed(begin: str, lines: Iterator[str], end: str) -> Iterator[str]:
    head = begin
    for line in lines:
        yield f"{head}{_ELEMENT}{line}"
        head = ","
    yield f"{begin}{end}" if head == begin else f"{_MEMBER}{end}"
