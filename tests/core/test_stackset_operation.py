from __future__ import annotations

import pytest

from orchestrator.core.fan_out import ConcurrencyMode
from orchestrator.core.stackset_operation import (
    CANCELLED_STOPPED,
    CANCELLED_TOLERANCE,
    FAILED_TOLERANCE,
    Operation,
    OperationAction,
    Preferences,
    RegionConcurrency,
    Result,
    ResultStatus,
    Target,
    in_work_order,
    next_targets,
    record,
    settle,
    stop,
)
from orchestrator.core.state import OperationStatus

SUCCEEDED, FAILED = Result(ResultStatus.SUCCEEDED), Result(ResultStatus.FAILED, "why")
RUNNING = Result(ResultStatus.RUNNING)
A1, A2, B1 = Target("1", "a"), Target("2", "a"), Target("1", "b")


def targets(*names: str) -> tuple[Target, ...]:
    return tuple(Target(name[0], name[1:]) for name in names)


def operation(*names: str, preferences: Preferences | None = None) -> Operation:
    chosen = preferences or Preferences()
    return Operation(
        operation_id="op",
        action=OperationAction.UPDATE,
        preferences=chosen,
        status=OperationStatus.RUNNING,
        results=in_work_order(targets(*names), chosen),
        created_at=1.0,
    )


def names(found: tuple[Target, ...]) -> list[str]:
    return [one.account + one.region for one in found]


def statuses(one: Operation) -> dict[str, str]:
    return {target.account + target.region: result.status.value for target, result in one.results.items()}


@pytest.mark.parametrize(
    ("preferences", "accounts", "tolerance"),
    [
        (Preferences(), 10, 0),
        (Preferences(failure_tolerance_count=2), 10, 2),
        (Preferences(failure_tolerance_percentage=25), 10, 2),
        (Preferences(failure_tolerance_percentage=25, failure_tolerance_count=9), 3, 0),
    ],
)
def test_tolerance_is_a_count_or_a_percentage_rounded_down(
    preferences: Preferences, accounts: int, tolerance: int
) -> None:
    assert preferences.tolerance(accounts) == tolerance


@pytest.mark.parametrize(
    ("preferences", "failures", "concurrency"),
    [
        (Preferences(max_concurrent_count=5), 0, 1),
        (Preferences(max_concurrent_count=5, failure_tolerance_count=2), 0, 3),
        (Preferences(max_concurrent_count=5, failure_tolerance_count=2), 2, 1),
        (Preferences(max_concurrent_count=2, failure_tolerance_count=9), 0, 2),
        (Preferences(max_concurrent_count=5, concurrency_mode=ConcurrencyMode.SOFT), 0, 5),
        (Preferences(max_concurrent_percentage=30, concurrency_mode=ConcurrencyMode.SOFT), 0, 3),
        (Preferences(max_concurrent_percentage=1, concurrency_mode=ConcurrencyMode.SOFT), 0, 1),
    ],
)
def test_strict_concurrency_is_capped_by_the_failures_still_allowed(
    preferences: Preferences, failures: int, concurrency: int
) -> None:
    assert preferences.concurrency(10, failures) == concurrency


def test_regions_follow_the_order_asked_for_then_the_order_given() -> None:
    ordered = in_work_order(targets("2a", "1a", "1b", "1c", "1a"), Preferences(region_order=("c", "elsewhere")))

    assert names(tuple(ordered)) == ["1c", "1a", "2a", "1b"]


def test_one_region_starts_at_a_time_and_one_account_by_default() -> None:
    one = operation("1a", "2a", "1b")

    assert names(next_targets(one)) == ["1a"]
    one = record(one, {A1: RUNNING}, now=2.0)
    assert next_targets(one) == ()
    one = record(one, {A1: SUCCEEDED}, now=3.0)
    assert names(next_targets(one)) == ["2a"]
    one = record(one, {A2: SUCCEEDED}, now=4.0)
    assert names(next_targets(one)) == ["1b"]


def test_parallel_regions_start_together_each_within_its_own_limit() -> None:
    preferences = Preferences(
        region_concurrency=RegionConcurrency.PARALLEL, max_concurrent_count=2, concurrency_mode=ConcurrencyMode.SOFT
    )

    assert names(next_targets(operation("1a", "2a", "3a", "1b", preferences=preferences))) == ["1a", "2a", "1b"]


@pytest.mark.parametrize("status", [status for status in OperationStatus if status is not OperationStatus.RUNNING])
def test_nothing_starts_unless_the_operation_is_running(status: OperationStatus) -> None:
    results = in_work_order(targets("1a"), Preferences())
    waiting = Operation(
        operation_id="op", action=OperationAction.CREATE, status=status, created_at=0.0, results=results
    )

    assert next_targets(waiting) == ()


def test_an_operation_succeeds_when_every_target_has() -> None:
    one = record(operation("1a", "1b"), {A1: SUCCEEDED}, now=2.0)

    assert (one.status, one.ended_at) == (OperationStatus.RUNNING, None)
    one = record(one, {B1: SUCCEEDED}, now=3.0)
    assert (one.status, one.ended_at, one.reason) == (OperationStatus.SUCCEEDED, 3.0, "")


def test_a_failure_within_tolerance_leaves_the_operation_succeeded() -> None:
    one = operation("1a", "2a", preferences=Preferences(failure_tolerance_count=1))

    one = record(one, {A1: FAILED, A2: SUCCEEDED}, now=2.0)

    assert one.status is OperationStatus.SUCCEEDED


def test_exceeded_tolerance_cancels_the_rest_of_the_region_and_every_later_one() -> None:
    one = record(operation("1a", "2a", "1b", "2b"), {A1: FAILED}, now=2.0)

    assert statuses(one) == {"1a": "FAILED", "2a": "CANCELLED", "1b": "CANCELLED", "2b": "CANCELLED"}
    assert (one.status, one.reason) == (OperationStatus.FAILED, FAILED_TOLERANCE)
    assert one.results[B1].reason == CANCELLED_TOLERANCE


def test_with_parallel_regions_another_region_goes_on() -> None:
    one = operation("1a", "2a", "1b", preferences=Preferences(region_concurrency=RegionConcurrency.PARALLEL))

    one = record(one, {A1: FAILED}, now=2.0)

    assert statuses(one) == {"1a": "FAILED", "2a": "CANCELLED", "1b": "PENDING"}
    assert one.status is OperationStatus.RUNNING
    assert record(one, {B1: SUCCEEDED}, now=3.0).status is OperationStatus.FAILED


def test_what_runs_when_tolerance_is_exceeded_runs_to_its_end() -> None:
    preferences = Preferences(max_concurrent_count=2, concurrency_mode=ConcurrencyMode.SOFT)
    one = record(operation("1a", "2a", "3a", preferences=preferences), {A1: RUNNING, A2: RUNNING}, now=2.0)

    one = record(one, {A1: FAILED}, now=3.0)

    assert statuses(one) == {"1a": "FAILED", "2a": "RUNNING", "3a": "CANCELLED"}
    assert one.status is OperationStatus.RUNNING
    assert record(one, {A2: SUCCEEDED}, now=4.0).status is OperationStatus.FAILED


def test_a_stopped_operation_cancels_what_waits_and_ends_with_what_runs() -> None:
    one = record(operation("1a", "1b"), {A1: RUNNING}, now=2.0)

    one = stop(one, now=3.0)

    assert one.status is OperationStatus.STOPPING
    assert one.results[B1] == Result(ResultStatus.CANCELLED, CANCELLED_STOPPED)
    ended = record(one, {A1: SUCCEEDED}, now=4.0)
    assert (ended.status, ended.ended_at) == (OperationStatus.STOPPED, 4.0)


def test_an_operation_without_targets_succeeds_at_once() -> None:
    assert settle(operation(), now=5.0).status is OperationStatus.SUCCEEDED
