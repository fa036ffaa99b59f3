"""The one canonical text of a JSON value, and its digest: what is hashed here is what CloudFormation gets."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from orchestrator.core.indented_json import Indented

_CANONICAL = Indented(indent=1, ascii=False, sort_keys=True)


def canonical_json(value: object) -> str:
    """Sorted keys, one space of indentation, no trailing spaces, a final newline. Equal values give equal bytes."""
    return _CANONICAL.text(value) + "\n"


def tightened(body: str) -> str:
    """The same JSON in as few bytes as it takes; what is no JSON as it is. Its `template_digest` is the same."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":"))
    except ValueError:
        return body


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 text, as 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=64)
def template_digest(body: str) -> str:
    """Digest of a template, whatever the spacing and order in which somebody stored it. YAML counts as text."""
    try:
        value = json.loads(body)
    except ValueError:
        return digest(body)
    return digest(canonical_json(value))
