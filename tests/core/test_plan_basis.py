"""A basis tells the user's inputs from what was observed, and names what moved."""

from __future__ import annotations

from orchestrator.core.planning.finish import inputs_of, moved

BASIS = (("code app", "1"), ("instance:compute:111111111111:us-east-1", "2"), ("template of infra", "3"))


def test_the_inputs_are_templates_and_code() -> None:
    assert inputs_of(BASIS) == (("code app", "1"), ("template of infra", "3"))


def test_each_item_that_moved_is_named_with_how() -> None:
    now = (("code app", "9"), ("record:www:A", "4"), ("template of infra", "3"))

    assert moved(BASIS, now) == (
        "code app: is not as it was",
        "instance:compute:111111111111:us-east-1: planned then, needs nothing now",
        "record:www:A: must change now, not in the plan",
    )
