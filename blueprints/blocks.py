"""What blocks of several things by name share: names that become logical ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from blueprints.faults import Fault
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FIFO = ".fifo"

_NAME = re.compile(r"[a-z](-?[a-z0-9])*")


def name_faults(path: str, names: Iterable[str], *, fifo: bool = False) -> Iterator[Fault]:
    """Names that cannot be used, or that two things of a block would share as a logical id.

    `fifo` allows the ending `.fifo`, which says what kind of queue or topic it is.
    """
    titles: dict[str, str] = {}
    for name in names:
        here = f"{path}.{name}"
        if _NAME.fullmatch(name.removesuffix(FIFO) if fifo else name) is None:
            ending = "; a FIFO one ends in .fifo" if fifo else ""
            yield Fault(here, f"{name!r} is no name", f"use lower-case letters, digits and single dashes{ending}")
        other = titles.setdefault(camel(name), name)
        if other != name:
            yield Fault(here, f"becomes the same logical id as {other!r}", "rename one of the two")
