"""The canonical text of a JSON value: that of json.dumps, byte for byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.canonical import canonical_json

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner))


@settings(deadline=None)
@given(VALUES)
def test_it_is_the_text_of_the_standard_library(value):
    expected = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, separators=(",", ": ")) + "\n"

    assert canonical_json(value) == expected


def test_a_key_that_is_no_string_is_refused():
    with pytest.raises(TypeError, match="a key of canonical JSON"):
        canonical_json({1: "one"})
