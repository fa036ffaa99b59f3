"""Indented JSON: the text of json.dumps, byte for byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.indented_json import Indented

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner)
        | st.dictionaries(st.text(), inner)
        | st.dictionaries(st.integers(), inner, min_size=1)
    ),
)


@settings(deadline=None)
@given(VALUES, st.integers(0, 4), st.booleans(), st.booleans())
def test_it_is_the_text_of_the_standard_library(value, indent, ascii, sort_keys):
    expected = json.dumps(value, sort_keys=sort_keys, indent=indent, ensure_ascii=ascii, separators=(",", ": "))

    made = Indented(indent=indent, ascii=ascii, sort_keys=sort_keys)

    assert made.text(value) == expected
    assert "".join(made.parts(value)) == expected


def test_an_iterator_is_a_list():
    plain = Indented(indent=2, ascii=True, sort_keys=False)

    assert plain.text({"a": iter([1, {"b": 2}])}) == plain.text({"a": [1, {"b": 2}]})
    assert plain.text(iter([])) == "[]"


def test_elements_of_lists_and_members_of_objects_are_pieces_of_their_own():
    made = Indented(indent=1, ascii=False, sort_keys=True)

    pieces = list(made.parts({"a": {"b": iter(["x", ["y"]])}, "c": []}))

    assert pieces[1:5] == ['{\n  "b": ', '[\n   "x"', ',\n   [\n    "y"\n   ]', "\n  ]"]


def test_a_value_that_holds_itself_is_refused():
    ring: list[object] = []
    ring.append(ring)

    with pytest.raises(ValueError, match="Circular"):
        Indented(indent=1, ascii=False, sort_keys=True).text(ring)
