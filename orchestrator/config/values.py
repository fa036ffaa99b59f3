"""Values that several keys of regions.yaml take."""

from __future__ import annotations

from orchestrator.config.spec import Key, Text, Whole

URL_PATH = Text(
    what="a path that begins with / and has neither spaces nor #",
    pattern=r"^/[!\"$-~]*$",
    longest=255,
)


def seconds(name: str, default: int, doc: str, *, least: int = 1, most: int = 86_400) -> Key:
    """A key that takes a whole number of seconds."""
    return Key(name=name, spec=Whole(what="seconds", least=least, most=most), default=default, doc=doc)
