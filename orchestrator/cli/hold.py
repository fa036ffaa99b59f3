"""How long a drill holds a region out, as the command line says it."""

from __future__ import annotations

import argparse

_LONGEST_HOLD_S = 3600


def hold_seconds(text: str) -> int:
    """0 to 3600. Raises ArgumentTypeError."""
    try:
        seconds = int(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= _LONGEST_HOLD_S:
        raise argparse.ArgumentTypeError(f"a whole number of seconds from 0 to {_LONGEST_HOLD_S}, not {text}")
    return seconds
