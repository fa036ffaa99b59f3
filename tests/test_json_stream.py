"""Reading a large JSON object in pieces: the same values as in one, and no answer to what is none."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.app.json_stream import read_object

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
documents = st.fixed_dictionaries(
    {
        "n": values,
        "list": st.lists(values, max_size=4),
        "object": st.dictionaries(st.text(max_size=3), values, max_size=4),
    }
)


def pieces(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(0, len(text), size))


@settings(max_examples=200, deadline=None)
@given(documents, st.integers(1, 40), st.sampled_from([None, 0, 3]))
def test_wherever_the_text_is_cut_the_values_are_those_of_the_whole(document, size, indent):
    elements, members = [], []

    found = read_object(
        pieces(json.dumps(document, indent=indent), size), {"list": elements.append, "object": members.append}
    )

    assert elements == document["list"]
    assert dict(members) == document["object"]
    assert found == {"n": document["n"], "list": len(elements), "object": len(members)}


@settings(max_examples=100, deadline=None)
@given(documents, st.data())
def test_a_text_that_was_cut_off_is_no_object(document, data):
    text = json.dumps(document)
    end = data.draw(st.integers(0, len(text) - 1))

    with pytest.raises(ValueError, match=r".+"):
        read_object(pieces(text[:end], 7), {"list": lambda _one: None, "object": lambda _one: None})


@pytest.mark.parametrize(
    "text",
    ['{"a": 1} {}', '{"a": 1, "a": 2}', '{"list": 1}', '{"list": [1 2]}', '{"list": [1,]}', "{1: 2}", '{"a" 1}', "[1]"],
)
def test_what_is_not_exactly_one_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_object([text], {"list": lambda _one: None})


def test_one_endless_element_is_not_read_to_its_end() -> None:
    def endless() -> Iterator[str]:
        yield '{"a": "'
        while True:
            yield "x" * 2**20

    with pytest.raises(ValueError, match="too large"):
        read_object(endless(), {})
