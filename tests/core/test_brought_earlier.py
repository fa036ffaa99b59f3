"""The way back of a region that fails with a release that this run did not bring: from where it is taken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orchestrator.core.former import Before, Former
from orchestrator.core.planning.brought_earlier import BROUGHT_EARLIER, brought_earlier
from orchestrator.core.returns import Return
from orchestrator.core.run import Run, StepRecord, StepStatus, Verdict
from tests.sample_world import EAST, HOME, OTHER, SOUTH, WEST, topology

AT = datetime(2026, 1, 1, tzinfo=UTC)
NEW, OLD, OLDER = "n" * 12, "a" * 12, "b" * 12


def before(*releases: tuple[str, str, str]) -> Before:
    """Of (account, region, release)."""
    return Before(
        tuple(
            Former(layer="compute", account=account, region=region, digest="", parameters=(("Release", release),))
            for account, region, release in releases
        )
    )


def failed(*steps: str) -> Run:
    """A run of NEW whose `kind:account:region` failed."""
    records = tuple(
        StepRecord(
            id=one, status=StepStatus.FAILED, account=one.split(":")[1], region=one.split(":")[2].partition(".")[0]
        )
        for one in steps
    )
    return Run(
        id="r",
        verb="deploy",
        application="sample",
        environment="production",
        release=NEW,
        verdict=Verdict.FAILED,
        started_at=AT,
        ended_at=AT,
        steps=records,
    )


GATE = f"gate:{OTHER}:{WEST}"


@pytest.mark.parametrize(
    ("there", "steps", "known", "expected"),
    [
        ([(OTHER, EAST, OLD), (OTHER, WEST, NEW)], [GATE], (), [(WEST, OLD)]),
        ([(OTHER, EAST, OLD), (OTHER, WEST, NEW)], [f"gate-alarms:{OTHER}:{WEST}"], (), [(WEST, OLD)]),
        ([(OTHER, EAST, OLD), (OTHER, SOUTH, OLDER), (OTHER, WEST, NEW)], [GATE], (), [(WEST, OLD)]),
        (
            [(OTHER, EAST, NEW), (OTHER, SOUTH, OLDER), (HOME, SOUTH, OLDER), (HOME, WEST, OLD), (OTHER, WEST, NEW)],
            [GATE],
            (),
            [(WEST, OLDER)],
        ),
        ([(OTHER, EAST, NEW), (OTHER, WEST, NEW)], [GATE], (), []),
        ([(OTHER, EAST, OLD), (OTHER, WEST, OLD)], [GATE], (), []),
        ([(OTHER, EAST, OLD)], [GATE], (), []),
        ([(OTHER, EAST, OLD), (OTHER, WEST, NEW)], [f"update:compute:{WEST}"], (), []),
        ([(OTHER, EAST, OLD), (OTHER, WEST, NEW)], [GATE], (Return(layer="compute", region=WEST),), []),
    ],
    ids=[
        "the primary runs another",
        "every kind of gate",
        "the primary counts before the others",
        "without the primary, what most run",
        "no other release anywhere",
        "this run brought it",
        "its first deployment",
        "no gate failed",
        "returned by the run itself",
    ],
)
def test_a_failing_region_that_ran_the_release_already_is_named_with_the_way_back(there, steps, known, expected):
    found = brought_earlier(before(*there), topology(), failed(*steps), known)

    assert [(one.region, one.release) for one in found] == expected
    assert {one.cause for one in found} <= {BROUGHT_EARLIER}
