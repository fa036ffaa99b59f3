"""The one canonical text of a JSON value, and its digest: what is hashed here is what CloudFormation gets."""

from __future__ import annotations

import hashlib
import json


def canonical_json(value: object) -> str:
    """Sorted keys, one space of indentation, no trailing spaces, a final newline. Equal values give equal bytes."""
    return _text(value, "\n") + "\n"


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 text, as 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def template_digest(body: str) -> str:
    """Digest of a template, whatever the spacing and order in which somebody stored it. YAML counts as text."""
    try:
        value = json.loads(body)
    except ValueError:
        return digest(body)
    return digest(canonical_json(value))


_string = json.JSONEncoder(ensure_ascii=False).encode


def _text(value: object, line: str) -> str:
    """What `json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False)` says, in a quarter of its time.

    Its encoder written in C does not indent, and a large plan has a hundred thousand values to digest. `line`: a line
    break and the indentation so far.
    """
    inner = f"{line} "
    if isinstance(value, list | tuple) and value:
        return f"[{inner}{f',{inner}'.join([_text(one, inner) for one in value])}{line}]"
    if isinstance(value, dict) and value and all(type(key) is str for key in value):
        pairs = [f"{_string(key)}: {_text(value[key], inner)}" for key in sorted(value)]
        return f"{{{inner}{f',{inner}'.join(pairs)}{line}}}"
    if isinstance(value, dict) and value:
        raise TypeError(f"a key of canonical JSON is a string: {value!r}")
    return _string(value)
