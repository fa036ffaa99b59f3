"""The gallery's page: every example stands in it, drawn and explained."""

from __future__ import annotations

import pytest

from tests.examples.gallery import EXAMPLES, FOLDER


def test_there_are_five_and_each_is_in_the_index() -> None:
    index = (FOLDER / "README.md").read_text()

    assert len(EXAMPLES) == 5
    assert [one for one in EXAMPLES if f"]({one}/README.md)" not in index] == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_draws_explains_and_lists_what_is_skipped(example: str) -> None:
    page = (FOLDER / example / "README.md").read_text()

    assert [
        part
        for part in ("```\n ", "## What turns on what", "## On the embedded AWS", "Skipped there")
        if part not in page
    ] == []
