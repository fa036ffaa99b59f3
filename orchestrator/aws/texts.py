"""AWS's texts made fit for terminals and logs: no escape sequences, no control or direction characters, no secrets of
the request that AWS repeats, bounded.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 2000

# CSI and OSC sequences first, so that their printable tails go with them; then any other two-byte escape.
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x9b[0-?]*[ -/]*[@-~]|\x1b.?", re.DOTALL
)
# A refused signature is explained with all that was signed, the session token among it.
_REPEATED = re.compile(
    r"(security-token|signature|secretaccesskey|sessiontoken)((?:%3d|[:=])\s*)[^\s&,<]+", re.IGNORECASE
)
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def cleaned(text: str) -> str:
    """One line without anything that moves a cursor, colours, reorders or is secret; at most LONGEST characters."""
    spaced = re.sub(r"\s+", " ", _ESCAPES.sub("", text))
    plain = "".join(char for char in spaced if unicodedata.category(char) not in _DROPPED).strip()
    kept = _REPEATED.sub(r"\1\2(hidden)", plain)
    return kept if len(kept) <= LONGEST else kept[: LONGEST - 1] + "…"
