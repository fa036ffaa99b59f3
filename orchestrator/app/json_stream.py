"""A large JSON object, read piece by piece: what grows with the accounts never lies in memory as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping

_LARGEST = 32 * 1024 * 1024
"""Characters of one element. The records of 20,000 instances name 60,000 steps that they wait for: 3 MiB."""
_MOST = 1_000_000
"""Elements of one member. A first deployment of 20,000 instances has 138,000 changes."""
_SPACE = re.compile(r"[ \t\n\r]*")

Sinks = Mapping[str, Callable[[object], None]]


def read_object(chunks: Iterable[str], sinks: Sinks) -> dict[str, object]:
    """The members of the object that `chunks` are the text of, but for those in `sinks`.

    Those must be lists or objects; their elements, or pairs of name and value, go to the sink one by one, and the
    result holds their number. Raises ValueError for what is no such object, or has one member twice.
    """
    text = _Text(chunks)
    found: dict[str, object] = {}

    def member() -> None:
        name = text.name()
        if name in found:
            raise ValueError(f"{name} is there twice")
        found[name] = _elements(text, sinks[name]) if name in sinks else text.value()

    text.each("{", "}", member)
    if text.peek():
        raise ValueError("there is more after the object")
    return found


def _elements(text: _Text, sink: Callable[[object], None]) -> int:
    if text.peek() == "{":
        return text.each("{", "}", lambda: sink((text.name(), text.value())))
    return text.each("[", "]", lambda: sink(text.value()))


class _Text:
    """What was read and not yet taken, and what comes after it."""

    def __init__(self, chunks: Iterable[str]) -> None:
        self._chunks = iter(chunks)
        self._held = ""
        self._at = 0
        self._decode = json.JSONDecoder().raw_decode

    def each(self, begin: str, end: str, take: Callable[[], object]) -> int:
        """Call `take` at each element between `begin` and `end`; how many there were."""
        self._expect(begin)
        if self.peek() == end:
            self._at += 1
            return 0
        number = 0
        while True:
            take()
            number += 1
            if number > _MOST:
                raise ValueError(f"there are more than {_MOST} elements")
            if self.peek() == end:
                self._at += 1
                return number
            self._expect(",")

    def peek(self) -> str:
        """The next character that is not space, "" at the end."""
        while True:
            space = _SPACE.match(self._held, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._more():
                return ""

    def name(self) -> str:
        """The name of a member, up to its value."""
        name = self.value()
        if not isinstance(name, str):
            raise ValueError("a member has no name")
        self._expect(":")
        return name

    def value(self) -> object:
        """The next value."""
        self.peek()
        while True:
            try:
                value, end = self._decode(self._held, self._at)
            except ValueError:
                if not self._more():
                    raise
                continue
            # A number may go on in the next chunk.
            if end < len(self._held) or not self._more():
                self._at = end
                return value

    def _expect(self, character: str) -> None:
        if self.peek() != character:
            raise ValueError(f"{character} is missing")
        self._at += 1

    def _more(self) -> bool:
        """Read at least as much again as is held, so that a large value is not tried at every chunk."""
        parts = [self._held[self._at :]]
        wanted = len(parts[0])
        if wanted > _LARGEST:
            raise ValueError("one element is too large")
        for chunk in self._chunks:
            if chunk:
                parts.append(chunk)
            wanted -= len(chunk)
            if len(parts) > 1 and wanted <= 0:
                break
        if len(parts) == 1:
            return False
        self._held, self._at = "".join(parts), 0
        return True
