"""Stack sets behave alike in the simulation and in the embedded AWS."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.errors import AlreadyExists, AwsError, NotFound
from orchestrator.core.fan_out import FanOut, Share
from orchestrator.core.state import InstanceStatus, OperationStatus
from tests.contract.worlds import EAST, ONE, TWO, WEST, Contract, fresh, operation, stack_set

CURRENT, OUTDATED = InstanceStatus.CURRENT, InstanceStatus.OUTDATED
BOTH = (ONE, TWO)


def finished(world: Contract, name: str, token: str) -> OperationStatus:
    """The status of an operation once it has ended."""
    assert world.until(lambda: world.ports.stack_sets.operation(name, token).status.ended)
    return world.ports.stack_sets.operation(name, token).status


def made(world: Contract, *regions: str, accounts: tuple[str, ...] = (ONE,)) -> str:
    """A stack set with its instances."""
    name = fresh("set")
    world.ports.stack_sets.create(stack_set(name), token=name)
    world.ports.stack_sets.create_instances(operation(name, "create", *regions, accounts=accounts), overrides={})
    assert finished(world, name, "create") is OperationStatus.SUCCEEDED
    return name


def statuses(world: Contract, name: str) -> dict[tuple[str, str], InstanceStatus]:
    return {one.place: one.status for one in world.ports.stack_sets.instances(name)}


def results(world: Contract, name: str, token: str) -> dict[tuple[str, str], str]:
    return {(one.account, one.region): one.status for one in world.ports.stack_sets.results(name, token)}


def colors(world: Contract, name: str) -> dict[str, str]:
    """What the stacks of account ONE run, by region."""
    return {
        region: dict(stack.parameters)["Color"]
        for region in (EAST, WEST)
        for stack in world.ports.stacks.list(ONE, region, name_contains=name)
    }


def test_what_was_never_made_is_not_there(world: Contract) -> None:
    sets, name = world.ports.stack_sets, fresh("none")

    assert sets.describe(name) is None
    assert list(sets.instances(name)) == []
    with pytest.raises(NotFound):
        sets.operation(name, "never")


def test_instances_are_current_stacks_once_their_operation_has_ended(world: Contract) -> None:
    name = made(world, EAST, WEST, accounts=BOTH)

    assert statuses(world, name) == {(account, region): CURRENT for account in BOTH for region in (EAST, WEST)}
    assert results(world, name, "create") == dict.fromkeys(statuses(world, name), "SUCCEEDED")
    assert colors(world, name) == {EAST: "red", WEST: "red"}


def test_an_update_of_one_region_leaves_the_other_outdated_until_its_turn(world: Contract) -> None:
    name = made(world, EAST, WEST)
    newer = stack_set(name, color="blue")

    world.ports.stack_sets.update(newer, operation(name, "west", WEST))
    assert finished(world, name, "west") is OperationStatus.SUCCEEDED
    halfway = statuses(world, name), colors(world, name)
    world.ports.stack_sets.update(newer, operation(name, "east", EAST))
    assert finished(world, name, "east") is OperationStatus.SUCCEEDED

    assert halfway == ({(ONE, EAST): OUTDATED, (ONE, WEST): CURRENT}, {EAST: "red", WEST: "blue"})
    assert statuses(world, name) == {(ONE, EAST): CURRENT, (ONE, WEST): CURRENT}
    assert colors(world, name) == {EAST: "blue", WEST: "blue"}


def test_another_template_makes_instances_outdated_too(world: Contract) -> None:
    name = made(world, EAST, WEST)

    world.ports.stack_sets.update(stack_set(name, version="2"), operation(name, "west", WEST))

    assert finished(world, name, "west") is OperationStatus.SUCCEEDED
    assert statuses(world, name) == {(ONE, EAST): OUTDATED, (ONE, WEST): CURRENT}


def test_nothing_is_tolerated_and_the_other_accounts_of_a_region_are_done_all_the_same(world: Contract) -> None:
    name = made(world, WEST, accounts=BOTH)

    with world.failing(name, ONE, WEST):
        world.ports.stack_sets.update(stack_set(name, color="blue"), operation(name, "blue", WEST, accounts=BOTH))
        ended = finished(world, name, "blue")

    reasons = [one.reason for one in world.ports.stack_sets.results(name, "blue") if one.account == ONE]
    assert ended is OperationStatus.FAILED
    assert results(world, name, "blue") == {(ONE, WEST): "FAILED", (TWO, WEST): "SUCCEEDED"}
    assert statuses(world, name) == {(ONE, WEST): OUTDATED, (TWO, WEST): CURRENT}
    assert all("out of luck" in reason for reason in reasons)
    assert colors(world, name) == {WEST: "red"}


def test_what_failed_is_mended_by_the_same_update_under_another_token(world: Contract) -> None:
    name = made(world, WEST)
    newer = stack_set(name, color="blue")
    with world.failing(name, ONE, WEST):
        world.ports.stack_sets.update(newer, operation(name, "first", WEST))
        assert finished(world, name, "first") is OperationStatus.FAILED

    world.ports.stack_sets.update(newer, operation(name, "second", WEST))

    assert finished(world, name, "second") is OperationStatus.SUCCEEDED
    assert colors(world, name) == {WEST: "blue"}


def test_a_token_is_taken_once(world: Contract) -> None:
    name = made(world, WEST)

    with pytest.raises(AlreadyExists):
        world.ports.stack_sets.update(stack_set(name), operation(name, "create", WEST))


def test_an_operation_on_the_same_instances_is_queued_behind_the_first(world: Contract) -> None:
    name, sets = made(world, WEST), world.ports.stack_sets

    with world.slow():
        sets.override(operation(name, "one", WEST), overrides={"Color": "blue"})
        sets.override(operation(name, "two", WEST), overrides={"Color": "green"})
        queued = sets.operation(name, "two").status

    assert queued is OperationStatus.QUEUED
    assert finished(world, name, "two") is OperationStatus.SUCCEEDED
    assert colors(world, name) == {WEST: "green"}


def test_operations_on_different_regions_run_at_the_same_time(world: Contract) -> None:
    name, sets = fresh("set"), world.ports.stack_sets
    sets.create(stack_set(name), token=name)

    with world.slow():
        for region in (EAST, WEST):
            sets.create_instances(operation(name, region, region), overrides={})
        running = [sets.operation(name, region).status for region in (EAST, WEST)]

    assert running == [OperationStatus.RUNNING, OperationStatus.RUNNING]
    assert {finished(world, name, region) for region in (EAST, WEST)} == {OperationStatus.SUCCEEDED}
    assert colors(world, name) == {EAST: "red", WEST: "red"}


def test_an_update_of_the_template_is_queued_behind_everything(world: Contract) -> None:
    name, sets = made(world, EAST, WEST), world.ports.stack_sets

    with world.slow():
        sets.override(operation(name, "one", WEST), overrides={"Color": "green"})
        sets.update(stack_set(name, version="2"), operation(name, "two", EAST))
        queued = sets.operation(name, "two").status

    assert queued is OperationStatus.QUEUED
    assert finished(world, name, "two") is OperationStatus.SUCCEEDED


def test_accounts_beyond_the_tolerance_are_not_begun(world: Contract) -> None:
    name = made(world, WEST, accounts=BOTH)
    one_by_one = replace(operation(name, "blue", WEST, accounts=BOTH), fan_out=FanOut(concurrency=Share(1)))

    with world.failing(name, ONE, WEST):
        world.ports.stack_sets.update(stack_set(name, color="blue"), one_by_one)
        ended = finished(world, name, "blue")

    assert ended is OperationStatus.FAILED
    assert results(world, name, "blue") == {(ONE, WEST): "FAILED", (TWO, WEST): "CANCELLED"}


def test_a_tolerated_failure_leaves_an_operation_that_succeeded_and_an_instance_that_is_outdated(
    world: Contract,
) -> None:
    name = made(world, WEST, accounts=BOTH)
    fan_out = FanOut(concurrency=Share(50, percent=True), tolerance=Share(50, percent=True))
    tolerant = replace(operation(name, "blue", WEST, accounts=BOTH), fan_out=fan_out)

    with world.failing(name, ONE, WEST):
        world.ports.stack_sets.update(stack_set(name, color="blue"), tolerant)
        ended = finished(world, name, "blue")

    assert ended is OperationStatus.SUCCEEDED
    assert statuses(world, name) == {(ONE, WEST): OUTDATED, (TWO, WEST): CURRENT}


def test_an_override_holds_in_its_region_and_ends_when_it_is_left_out(world: Contract) -> None:
    name = made(world, EAST, WEST)

    world.ports.stack_sets.override(operation(name, "green", WEST), overrides={"Color": "green"})
    finished(world, name, "green")
    overridden = colors(world, name)
    world.ports.stack_sets.override(operation(name, "back", WEST), overrides={})
    finished(world, name, "back")

    assert overridden == {EAST: "red", WEST: "green"}
    assert colors(world, name) == {EAST: "red", WEST: "red"}


def test_a_stack_set_is_deleted_once_it_is_empty(world: Contract) -> None:
    name, sets = made(world, WEST), world.ports.stack_sets

    with pytest.raises(AwsError) as refused:
        sets.delete(name)
    sets.delete_instances(operation(name, "delete", WEST))
    assert finished(world, name, "delete") is OperationStatus.SUCCEEDED
    stacks = list(world.ports.stacks.list(ONE, WEST, name_contains=name))
    sets.delete(name)
    sets.delete(name)

    assert refused.value.code == "StackSetNotEmptyException"
    assert stacks == []
    assert sets.describe(name) is None
