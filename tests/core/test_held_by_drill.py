"""What a failover makes of the notes of drills: who may hold out the regions that are left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.core.drill import DrillMode, DrillRecord
from orchestrator.core.levers import LeverKind, Position, lever_of, levers
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.planning.copied_notes import CopiedNotes, copied_notes
from orchestrator.core.planning.switch import plan_switch
from orchestrator.core.planning.switch_request import SwitchRequest
from tests.core.test_switch import answer, request
from tests.sample_world import EAST, NAMES, SOUTH, UNIT, WEST, Sample, topology

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
NOTE = DrillRecord(run="drill-1", region=WEST, mode=DrillMode.SWITCH, started_at=NOW, by="ana")
LONG_AGO = NOW - timedelta(hours=3)


def asked(
    *notes: DrillRecord, heard: bool = True, drill: Position = Position.UNKNOWN, **changes: object
) -> SwitchRequest:
    """EAST is left; the drill lever of WEST lives there, and copies of notes say what they say."""
    made = request(**changes)
    lever = lever_of(made.topology, NAMES.prefix, WEST, LeverKind.DRILL)
    told = copied_notes(made.topology, notes, NOW, heard=heard)
    return replace(made, positions={**made.positions, lever: drill}, drills=told)


def told(made: SwitchRequest) -> dict[str, Severity]:
    return {one.rule: one.severity for one in plan_switch(made).findings}


def found(made: SwitchRequest, rule: str) -> Finding:
    return next(one for one in plan_switch(made).findings if one.rule == rule)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (asked(), {}),
        (asked(NOTE), {"standby-in-drill": Severity.ERROR}),
        (asked(NOTE, force=True), {"standby-in-drill": Severity.WARNING}),
        (asked(NOTE, drill=Position.IN), {}),
        (asked(replace(NOTE, region=EAST)), {}),
        (asked(replace(NOTE, mode=DrillMode.OUTAGE)), {}),
        (asked(NOTE.ended(NOW)), {}),
        (asked(replace(NOTE, started_at=LONG_AGO)), {"drill-unfinished": Severity.WARNING}),
        (asked(replace(NOTE, started_at=LONG_AGO), drill=Position.IN), {}),
        (asked(NOTE, replace(NOTE, run="drill-0", started_at=LONG_AGO)), {"standby-in-drill": Severity.ERROR}),
        (asked(heard=False), {"drill-lever-unread": Severity.WARNING}),
        (asked(heard=False, drill=Position.IN), {}),
    ],
    ids=range(12),
)
def test_a_drill_that_may_hold_out_the_only_region_left_refuses_and_less_is_only_told(
    made: SwitchRequest, expected: dict[str, Severity]
) -> None:
    plan = plan_switch(made)

    assert told(made) == expected
    assert bool(plan.steps) == (Severity.ERROR not in expected.values())


def test_the_drill_is_named_with_the_command_that_ends_it() -> None:
    finding = found(asked(NOTE), "standby-in-drill")

    assert finding.message == (
        "drill drill-1 by ana, begun at 2026-11-01 12:00Z, has not ended: it may hold us-west-2 out"
    )
    assert finding.fix.startswith(f"orchestrator drill {WEST} --put-back first")
    assert "--force" in finding.fix
    assert "--force" not in found(asked(NOTE, force=True), "standby-in-drill").fix


def test_a_third_region_that_takes_over_makes_it_a_warning() -> None:
    three = Sample(topology(EAST, WEST, SOUTH)).topology
    made = replace(asked(), topology=three, answers=(answer(WEST, "r1"), answer(SOUTH, "r1")))
    drill = lever_of(three, NAMES.prefix, WEST, LeverKind.DRILL)
    positions = {**dict.fromkeys(levers(three, NAMES.prefix), Position.IN), drill: Position.UNKNOWN}

    assert told(replace(made, positions=positions, drills=CopiedNotes((NOTE,)))) == {
        "standby-in-drill": Severity.WARNING
    }


def test_with_organizational_units_the_drill_is_told_beside_what_nobody_asked() -> None:
    world = Sample(topology(units=(UNIT,))).topology
    made = asked(NOTE, topology=world, environment=world.environments[0], answers=(), force=True)

    assert told(made) == {"standby-unproven": Severity.WARNING, "standby-in-drill": Severity.WARNING}
