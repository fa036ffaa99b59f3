"""Finds the word that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST_WORD = 64
_FEW = 20


def closest(word: str, known: Iterable[str]) -> str:
    """The known word nearest to `word`, or nothing when none is near."""
    if len(word) > _LONGEST_WORD:
        return ""
    from difflib import get_close_matches

    matches = get_close_matches(word.lower(), tuple(known), n=1, cutoff=0.6)
    return matches[0] if matches else ""


def write_one_of(word: str, known: tuple[str, ...]) -> str:
    """What to write instead of `word`: its near miss, or all that is known when that is few."""
    near = closest(word, known)
    if near:
        return f"write {near}"
    if len(known) > _FEW:
        return f"write one of the {len(known)} known, such as {known[0]}"
    return "write " + alternatives(known)


def alternatives(words: tuple[str, ...]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
