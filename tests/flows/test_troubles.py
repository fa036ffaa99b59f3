"""Troubles that have a name: what AWS, the machine or a colleague does at the worst moment. All invariants hold."""

from __future__ import annotations

import pytest

from orchestrator.core.errors import ExitCode
from tests.invariants import violations
from tests.mischief import Fault, Kind
from tests.sample_world import EAST, OTHER, WEST
from tests.scenarios import BY_NAME, Rival, play

OVER_S = 400.0
"""Long after a lease has ended."""

TROUBLES = {
    "a-holder-stands-still-past-its-lease": ("release", [Fault(Kind.PAUSE, 5.0, lasts_s=OVER_S)], "deploy", 100.0),
    "a-drill-stands-still-past-its-lease": ("drill-switch", [Fault(Kind.PAUSE, 5.0, lasts_s=OVER_S)], "deploy", 100.0),
    "two-release-at-the-same-instant": ("release", [], "deploy", 0.0),
    "two-drill-at-the-same-instant": ("drill-switch", [], "drill switch", 0.0),
    "a-replica-is-late": ("release", [Fault(Kind.REPLICA_LATE, 0.0, lasts_s=600.0, where=EAST)], "", 0.0),
    "a-replica-fails": ("release", [Fault(Kind.REPLICA_FAILS, 0.0, where=EAST)], "", 0.0),
    "a-standby-is-ill-at-its-gate": ("release", [Fault(Kind.SICK, 10.0, lasts_s=120.0, where=WEST)], "", 0.0),
    "the-primary-is-black-holed": ("removal", [Fault(Kind.OUTAGE, 0.0, lasts_s=600.0, where=EAST)], "", 0.0),
    "a-region-has-no-capacity": ("release", [Fault(Kind.BROKEN, 0.0, where=f"compute/{OTHER}/{WEST}")], "", 0.0),
    "route-53-is-black-holed": ("first", [Fault(Kind.OUTAGE, 300.0, lasts_s=300.0, where="route53")], "", 0.0),
    "the-wall-clock-jumps": ("release", [Fault(Kind.JUMP, 20.0, lasts_s=-600.0)], "", 0.0),
    "aws-throttles": ("release", [Fault(Kind.THROTTLE, 1, times=5), Fault(Kind.THROTTLE, 9, times=20)], "", 0.0),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_all_invariants_hold_through(trouble):
    name, faults, rival, after_s = TROUBLES[trouble]

    end = play(BY_NAME[name], faults, [Rival(rival, after_s)] if rival else [])

    assert violations(end) == []


def test_of_two_who_release_at_the_same_instant_one_is_refused():
    end = play(BY_NAME["release"], (), [Rival("deploy", 0.0)])

    codes = sorted(int(command.exit_code) for command in end.commands[:2] if command.exit_code is not None)
    assert codes == [ExitCode.DONE, ExitCode.REFUSED]
