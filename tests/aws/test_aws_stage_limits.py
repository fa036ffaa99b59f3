"""What was before an outage, through the tags of a stage and back."""

from __future__ import annotations

import re

import pytest

from orchestrator.aws.stage_limits import Limit, as_tags, of_tags, tag_keys

ALLOWED = re.compile(r"[a-zA-Z0-9+\-=._:/]{1,256}")


@pytest.mark.parametrize(
    ("before", "tags"),
    [
        ({}, {"orchestrator-drill": "none"}),
        ({"$default": Limit(100, 50.0)}, {"orchestrator-drill": "_24default=100:50.0"}),
        ({"*/*": Limit(-1, -1.0)}, {"orchestrator-drill": "_2a/_2a=-1:-1.0"}),
        ({"GET /a_b": Limit(None, 0.5), "/": Limit(0, 0.0)}, {"orchestrator-drill": "/=0:0.0+GET_20/a_5fb=:0.5"}),
    ],
)  # fmt: skip
def test_limits_are_readable_in_a_tag(before: dict[str, Limit], tags: dict[str, str]) -> None:
    assert as_tags(before) == tags
    assert of_tags(tags) == before


def test_many_limits_take_several_tags_of_what_aws_allows() -> None:
    before = {f"GET /pets/{{pet+}}/é~1{number}": Limit(number, number * 1e15) for number in range(100)}

    tags = as_tags(before)

    assert len(tags) > 10
    assert [value for value in tags.values() if not ALLOWED.fullmatch(value)] == []
    assert of_tags({"team": "blue", **tags}) == before


def test_a_stage_without_the_tag_was_never_throttled() -> None:
    assert of_tags({"team": "blue", "orchestrator-drill-2": "x"}) is None


@pytest.mark.parametrize(
    "value", ["", "x", "a=1", "a=x:1.0", "a b=1:1.0", "=1:1.0", "a=1:1.0+", "_zz=1:1.0", "_ff=1:1"]
)
def test_a_tag_that_somebody_else_wrote_is_no_limit(value: str) -> None:
    with pytest.raises(ValueError):
        of_tags({"orchestrator-drill": value})


def test_only_our_own_tags_are_removed() -> None:
    tags = dict.fromkeys(("orchestrator-drill", "orchestrator-drill-2", "orchestrator-drill-note", "team"), "x")

    assert tag_keys(tags) == ["orchestrator-drill", "orchestrator-drill-2"]
