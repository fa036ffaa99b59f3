"""What regions.yaml no longer names: drained, then deleted; what left by itself: said, and its names taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.drill_actions import Pause
from orchestrator.core.plan import ChangeAction, Risk, Severity
from orchestrator.core.state import Operation, OperationStatus, Targets
from tests.core.landed import Bent, change, landed, plan, step_ids
from tests.sample_world import (
    EAST,
    FAR_UNIT,
    HOME,
    OTHER,
    SOUTH,
    THIRD,
    TWO_ACCOUNTS,
    UNIT,
    WEST,
    Sample,
    in_waves,
    topology,
)

WIDE = landed(Sample(topology(EAST, WEST, SOUTH)))
NARROW = Sample(topology(EAST, WEST))
BOTH_UNITS = Sample(in_waves(topology(units=(UNIT, FAR_UNIT)), canary=(UNIT,)))


def step(made, step_id):
    return next(one for one in made.steps if one.id == step_id)


def test_a_region_is_drained_between_its_records_and_its_stacks():
    made = plan(NARROW, WIDE)

    assert "records" in step(made, "drain").needs
    assert step(made, f"delete:compute:{SOUTH}").needs == ("drain",)
    assert step(made, "drain").waits


@pytest.mark.parametrize(("ttl", "kept", "expected"), [(60, 0, 60), (30, 0, 60), (120, 0, 120), (60, 900, 900)])
def test_draining_takes_the_longest_that_a_resolver_may_keep_an_answer(ttl, kept, expected):
    sample = NARROW.edited(topology=replace(NARROW.topology, failover=replace(NARROW.topology.failover, ttl_s=ttl)))
    records = tuple(replace(one, ttl_s=kept or one.ttl_s) for one in WIDE.records)

    made = plan(sample, replace(WIDE, records=records))

    assert step(made, "drain").action == Pause(expected)


def test_draining_is_repeated_when_the_records_went_in_an_earlier_run():
    narrow = landed(NARROW)
    observed = replace(WIDE, records=narrow.records, health_checks=narrow.health_checks, buckets=narrow.buckets)

    made = plan(NARROW, observed)

    assert "records" not in step_ids(made)
    assert step(made, f"delete:compute:{SOUTH}").needs == ("drain",)


def test_nothing_is_drained_when_nothing_goes():
    assert "drain" not in step_ids(plan(NARROW, landed(NARROW)))


def test_an_account_that_is_named_no_more_is_a_deletion_of_high_risk():
    sample = Sample(topology(accounts=TWO_ACCOUNTS))

    made = plan(sample, landed(Sample(topology(accounts=(HOME, OTHER, THIRD)))))

    gone = change(made, f"instance:compute:{THIRD}:{EAST}")
    assert (gone.action, gone.risk) == (ChangeAction.DELETE, Risk.HIGH)


def test_a_unit_that_is_named_no_more_goes_alone():
    observed = landed(BOTH_UNITS)
    one_unit = Sample(topology(units=(UNIT,)))
    inputs = replace(one_unit.inputs, accounts=(OTHER,))

    made = plan(_Asked(inputs), observed)

    assert change(made, f"instance:compute:{THIRD}:{EAST}").action is ChangeAction.DELETE
    assert change(made, f"instance:compute:{OTHER}:{EAST}").action is ChangeAction.NO_OP
    assert step(made, f"delete:compute:{WEST}").action.targets == Targets((), (FAR_UNIT,))
    assert any(one.action is ChangeAction.DELETE and THIRD in one.id for one in made.changes if "record" in one.id)


def test_an_account_that_left_its_unit_is_told_and_loses_its_records():
    observed = landed(BOTH_UNITS)
    observed = Bent(observed).instances("compute", lambda one: None, account=THIRD)
    observed = Bent(observed).instances("infra", lambda one: None, account=THIRD)
    inputs = replace(Sample(topology(units=(UNIT, FAR_UNIT))).inputs, accounts=(OTHER,))

    made = plan(_Asked(inputs), observed)

    left = next(one for one in made.findings if one.rule == "account-left")
    assert (left.severity, left.where) == (Severity.WARNING, THIRD)
    deleted = [one for one in made.changes if one.action is ChangeAction.DELETE and f"record:{EAST}.{THIRD}" in one.id]
    assert [one.risk for one in deleted] == [Risk.HIGH]
    assert "drain" not in step_ids(made)


def test_each_operation_in_flight_is_waited_for():
    running = [Operation(name, "CREATE", OperationStatus.RUNNING) for name in ("second", "first")]
    observed = Bent(landed(NARROW)).stack_set("infra", operations=tuple(running))
    bent = Bent(observed).instances("infra", lambda one: replace(one, stack=None, last_operation="first"), region=EAST)
    bent = Bent(bent).instances("infra", lambda one: None, region=WEST)

    made = plan(NARROW, bent)

    assert [one for one in step_ids(made) if one.startswith("await")] == ["await:infra:second", "await:infra:first"]
    assert step(made, f"certificate:{OTHER}:{EAST}").action.beside == "await:infra:first"
    assert step(made, f"certificate:{OTHER}:{WEST}").action.beside == "await:infra:second"


class _Asked:
    """A sample whose inputs say something else than its configuration: what AWS Organizations told."""

    def __init__(self, inputs):
        self.inputs = inputs

    def desired(self, observed):
        from orchestrator.core.desired import desired_state

        return desired_state(self.inputs, observed)
