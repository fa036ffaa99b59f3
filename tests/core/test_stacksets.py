from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from orchestrator.core.errors import AlreadyExists, AwsError, NotFound, OperationInProgress
from orchestrator.core.stackset_operation import OperationAction, Preferences, Target
from orchestrator.core.stackset_parameters import Given
from orchestrator.core.stacksets import (
    AutoDeployment,
    Change,
    Definition,
    Outcome,
    StackSet,
    Work,
    automatic_targets,
    check_deletable,
    finished,
    request,
    started,
    stop_operation,
    work,
)

A1, B1, A2 = Target("1", "a"), Target("1", "b"), Target("2", "a")
CREATE, UPDATE, DELETE = OperationAction.CREATE, OperationAction.UPDATE, OperationAction.DELETE
BAD = Outcome(False, "because")
FIRST = Definition(template="v1", parameters={"P": "p", "Q": "q"})
SECOND = Change(definition=Definition(template="v2"), everywhere=True)


def empty(definition: Definition = FIRST) -> StackSet:
    return StackSet(name="s", set_id="s:1", definition=definition)


def managed() -> StackSet:
    return empty(replace(FIRST, managed_execution=True))


def carried_out(stack_set: StackSet, failing: Mapping[Target, Outcome] | None = None) -> StackSet:
    """Everything done that may be done, one target at a time."""
    number = 0
    while todo := work(stack_set):
        number += 1
        good = Outcome(True, "", f"stack-{number}")
        stack_set = started(stack_set, todo[0], now=2.0)
        stack_set = finished(stack_set, todo[0], (failing or {}).get(todo[0].target, good), now=3.0)
    return stack_set


def with_instances(*targets: Target) -> StackSet:
    return carried_out(request(empty(), "create", CREATE, targets, now=1.0))


def shown(stack_set: StackSet) -> dict[str, str]:
    return {
        target.account + target.region: f"{one.status.value}/{one.detailed.value}"
        for target, one in stack_set.instances.items()
    }


def status(stack_set: StackSet, operation_id: str) -> str:
    return stack_set.operations[operation_id].status.value


def test_creating_instances_makes_them_current_with_their_stacks() -> None:
    made = with_instances(A1, B1)

    assert shown(made) == {"1a": "CURRENT/SUCCEEDED", "1b": "CURRENT/SUCCEEDED"}
    assert (made.instances[A1].stack_id, made.instances[A1].last_operation_id) == ("stack-1", "create")
    assert status(made, "create") == "SUCCEEDED"


def test_instances_are_outdated_while_they_are_made() -> None:
    begun = request(empty(), "op", CREATE, (A1, B1), now=1.0)

    assert shown(begun) == {"1a": "OUTDATED/PENDING", "1b": "OUTDATED/PENDING"}
    assert work(begun) == (Work("op", CREATE, A1),)
    assert shown(started(begun, work(begun)[0], now=1.0)) == {"1a": "OUTDATED/RUNNING", "1b": "OUTDATED/PENDING"}


def test_a_failed_instance_is_outdated_with_its_reason_and_later_ones_are_cancelled() -> None:
    failed = carried_out(request(empty(), "op", CREATE, (A1, B1), now=1.0), {A1: BAD})

    assert shown(failed) == {"1a": "OUTDATED/FAILED", "1b": "OUTDATED/CANCELLED"}
    assert failed.instances[A1].reason == "because"
    assert failed.instances[B1].reason == "Cancelled since failure tolerance has exceeded"
    assert status(failed, "op") == "FAILED"


def test_a_failed_instance_keeps_the_stack_that_was_left_behind() -> None:
    failed = carried_out(request(empty(), "op", CREATE, (A1,), now=1.0), {A1: Outcome(False, "because", "left")})

    assert failed.instances[A1].stack_id == "left"


def test_a_new_template_makes_all_instances_outdated_and_the_named_ones_current() -> None:
    change = Change(definition=Definition(template="v2", parameters={"P": "p"}))

    updated = carried_out(request(with_instances(A1, B1), "up", UPDATE, (B1,), change=change, now=4.0))

    assert shown(updated) == {"1a": "OUTDATED/SUCCEEDED", "1b": "CURRENT/SUCCEEDED"}
    assert updated.definition.template == "v2"


def test_an_update_without_targets_reaches_every_instance() -> None:
    updated = carried_out(request(with_instances(A1, B1), "up", UPDATE, (), change=SECOND, now=4.0))

    assert shown(updated) == {"1a": "CURRENT/SUCCEEDED", "1b": "CURRENT/SUCCEEDED"}
    assert updated.instances[B1].last_operation_id == "up"


def test_the_stack_set_keeps_the_new_template_even_when_the_update_fails() -> None:
    failed = carried_out(request(with_instances(A1), "up", UPDATE, (), change=SECOND, now=4.0), {A1: BAD})

    assert failed.definition.template == "v2"
    assert shown(failed) == {"1a": "OUTDATED/FAILED"}


def test_a_change_of_tags_alone_leaves_the_other_instances_as_they_were() -> None:
    change = Change(definition=replace(FIRST, tags={"k": "v"}))

    updated = carried_out(request(with_instances(A1, B1), "up", UPDATE, (A1,), change=change, now=4.0))

    assert shown(updated) == {"1a": "CURRENT/SUCCEEDED", "1b": "CURRENT/SUCCEEDED"}


def test_creating_an_instance_that_exists_runs_it_again() -> None:
    again = carried_out(request(with_instances(A1), "again", CREATE, (A1,), now=4.0))

    assert again.instances[A1].last_operation_id == "again"
    assert shown(again) == {"1a": "CURRENT/SUCCEEDED"}


def test_overrides_survive_stack_set_updates_and_a_new_list_replaces_them() -> None:
    change = Change(overrides=(Given("P", "mine"), Given("Q", "mine")))
    made = carried_out(request(empty(), "create", CREATE, (A1,), change=change, now=1.0))
    newer = Change(definition=Definition(template="v2", parameters={"P": "other", "Q": "other"}), everywhere=True)

    updated = carried_out(request(made, "up", UPDATE, (), change=newer, now=4.0))
    assert updated.parameters_of(A1) == {"P": "mine", "Q": "mine"}

    only_p = Change(overrides=(Given("P", None),))
    narrowed = carried_out(request(updated, "over", UPDATE, (A1,), change=only_p, now=5.0))
    assert narrowed.parameters_of(A1) == {"P": "mine", "Q": "other"}


def test_deleting_removes_the_instance() -> None:
    gone = carried_out(request(with_instances(A1, B1), "del", DELETE, (A1,), now=4.0))

    assert shown(gone) == {"1b": "CURRENT/SUCCEEDED"}


def test_deleting_what_is_not_there_succeeds_at_once() -> None:
    assert status(request(empty(), "del", DELETE, (A1,), now=4.0), "del") == "SUCCEEDED"


def test_a_failed_deletion_makes_the_instance_inoperable() -> None:
    stuck = carried_out(request(with_instances(A1), "del", DELETE, (A1,), now=4.0), {A1: BAD})

    assert shown(stuck) == {"1a": "INOPERABLE/INOPERABLE"}
    assert stuck.instances[A1].reason == "because"


def test_an_inoperable_instance_is_passed_over_by_updates_but_can_be_deleted() -> None:
    stuck = carried_out(request(with_instances(A1, B1), "del", DELETE, (A1,), now=4.0), {A1: BAD})

    updated = carried_out(request(stuck, "up", UPDATE, (), change=SECOND, now=5.0))
    assert shown(updated) == {"1a": "INOPERABLE/INOPERABLE", "1b": "CURRENT/SUCCEEDED"}

    gone = carried_out(request(updated, "retain", DELETE, (A1,), retain_stacks=True, now=6.0))
    assert shown(gone) == {"1b": "CURRENT/SUCCEEDED"}


def test_a_cancelled_deletion_leaves_the_instance_where_it_was() -> None:
    failed = carried_out(request(with_instances(A1, B1), "del", DELETE, (A1, B1), now=4.0), {A1: BAD})

    assert shown(failed) == {"1a": "INOPERABLE/INOPERABLE", "1b": "CURRENT/CANCELLED"}


def test_the_same_operation_id_runs_once() -> None:
    with pytest.raises(AlreadyExists) as refused:
        request(with_instances(A1), "create", CREATE, (A1,), now=4.0)

    assert refused.value.code == "OperationIdAlreadyExistsException"


def test_a_second_operation_is_refused_while_one_is_active() -> None:
    with pytest.raises(OperationInProgress) as refused:
        request(request(empty(), "one", CREATE, (A1,), now=1.0), "two", CREATE, (B1,), now=1.0)

    assert refused.value.code == "OperationInProgressException"


def test_updating_an_instance_that_does_not_exist_is_refused() -> None:
    with pytest.raises(NotFound) as refused:
        request(with_instances(A1), "up", UPDATE, (A1, B1), now=4.0)

    assert refused.value.code == "StackInstanceNotFoundException"


def test_overriding_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(AwsError, match="do not exist"):
        request(empty(), "op", CREATE, (A1,), change=Change(overrides=(Given("Z", "z"),)), now=1.0)


def test_managed_execution_runs_operations_together_unless_they_conflict() -> None:
    one = request(managed(), "one", CREATE, (A1,), now=1.0)
    two = request(one, "two", CREATE, (B1,), now=1.0)
    three = request(two, "three", CREATE, (A1, A2), now=1.0)

    assert [status(three, name) for name in ("one", "two", "three")] == ["RUNNING", "RUNNING", "QUEUED"]
    assert [item.operation_id for item in work(three)] == ["one", "two"]


def test_a_queued_operation_begins_when_what_it_conflicts_with_has_ended() -> None:
    busy = request(managed(), "one", CREATE, (A1,), now=1.0)
    change = Change(definition=replace(busy.definition, template="v2"), everywhere=True)
    queued = request(busy, "two", UPDATE, (), change=change, now=1.0)

    assert (status(queued, "two"), queued.definition.template) == ("QUEUED", "v1")
    done = carried_out(queued)
    assert (status(done, "two"), done.definition.template) == ("SUCCEEDED", "v2")
    assert done.instances[A1].last_operation_id == "two"


def test_managed_execution_cannot_be_switched_off_while_operations_are_active() -> None:
    off = Change(definition=FIRST, everywhere=True)

    with pytest.raises(AwsError, match="running or queued") as refused:
        request(request(managed(), "one", CREATE, (A1,), now=1.0), "two", UPDATE, (), change=off, now=1.0)
    assert refused.value.code == "InvalidOperationException"


@pytest.mark.parametrize("changes", [{"template": "v2"}, {"parameters": {"P": "p", "Q": "other"}}])
@pytest.mark.parametrize("before", [False, True])
def test_managed_execution_cannot_change_together_with_what_is_deployed(
    before: bool, changes: dict[str, object]
) -> None:
    stack_set = empty(replace(FIRST, managed_execution=before))
    both = replace(FIRST, managed_execution=not before, **changes)

    with pytest.raises(AwsError, match="Cannot update ManagedExecution while updating") as refused:
        request(stack_set, "op", UPDATE, (), change=Change(definition=both, everywhere=True), now=1.0)
    assert refused.value.code == "InvalidOperationException"


def test_managed_execution_of_an_idle_stack_set_can_be_changed_alone() -> None:
    on = Change(definition=replace(FIRST, managed_execution=True), everywhere=True)

    assert request(empty(), "op", UPDATE, (), change=on, now=1.0).definition.managed_execution


def test_stopping_cancels_what_waits_and_lets_the_rest_finish() -> None:
    busy = request(empty(), "op", CREATE, (A1, B1), now=1.0)
    todo = work(busy)[0]

    stopping = stop_operation(started(busy, todo, now=2.0), "op", now=3.0)
    assert status(stopping, "op") == "STOPPING"

    stopped = finished(stopping, todo, Outcome(True, "", "stack"), now=4.0)
    assert status(stopped, "op") == "STOPPED"
    assert shown(stopped) == {"1a": "CURRENT/SUCCEEDED", "1b": "OUTDATED/CANCELLED"}


@pytest.mark.parametrize(
    ("operation_id", "code"), [("none", "OperationNotFoundException"), ("create", "InvalidOperationException")]
)
def test_only_an_active_operation_can_be_stopped(operation_id: str, code: str) -> None:
    with pytest.raises(AwsError) as refused:
        stop_operation(with_instances(A1), operation_id, now=4.0)

    assert refused.value.code == code


def test_only_an_empty_idle_stack_set_can_be_deleted() -> None:
    check_deletable(empty())

    with pytest.raises(AwsError) as full:
        check_deletable(with_instances(A1))
    with pytest.raises(OperationInProgress):
        check_deletable(request(empty(), "op", CREATE, (A1,), now=1.0))
    assert full.value.code == "StackSetNotEmptyException"


def deployed_to_unit(*, automatic: bool = True) -> StackSet:
    change = Change(units={"1": "ou"}, unit_regions={"ou": ("a", "b")})
    definition = replace(FIRST, auto_deployment=AutoDeployment(enabled=automatic))
    return carried_out(request(empty(definition), "op", CREATE, (A1, B1), change=change, now=1.0))


def test_accounts_that_join_a_unit_get_instances_in_its_regions() -> None:
    joined, left = automatic_targets(deployed_to_unit(), {"ou": ("1", "2")})

    assert joined == {Target("2", "a"): "ou", Target("2", "b"): "ou"}
    assert left == ()


def test_accounts_that_leave_a_unit_lose_their_instances() -> None:
    assert automatic_targets(deployed_to_unit(), {"ou": ()}) == ({}, (A1, B1))


def test_nothing_is_automatic_when_it_is_off_or_an_operation_is_active() -> None:
    busy = request(deployed_to_unit(), "busy", UPDATE, (A1,), now=4.0)

    assert automatic_targets(deployed_to_unit(automatic=False), {"ou": ("2",)}) == ({}, ())
    assert automatic_targets(busy, {"ou": ("2",)}) == ({}, ())


def test_deleting_a_units_instances_ends_automatic_deployment_there() -> None:
    change = Change(unit_regions={"ou": ("a",)})

    gone = carried_out(request(deployed_to_unit(), "del", DELETE, (A1,), change=change, now=4.0))

    assert automatic_targets(gone, {"ou": ("1", "2")})[0] == {Target("2", "b"): "ou"}


def test_an_update_of_a_unit_changes_nothing_about_automatic_deployment() -> None:
    change = Change(unit_regions={"ou": ("z",)})

    updated = carried_out(request(deployed_to_unit(), "up", UPDATE, (A1,), change=change, now=4.0))

    assert updated.deployed_units == {"ou": ("a", "b")}


def test_preferences_decide_where_an_operation_begins() -> None:
    begun = request(empty(), "op", CREATE, (A1, B1), preferences=Preferences(region_order=("b", "a")), now=1.0)

    assert work(begun) == (Work("op", CREATE, B1),)
