"""How many accounts can fail: the bound that plans tell, held against the model of StackSets itself."""

from __future__ import annotations

import pytest

from orchestrator.core.fan_out import ALL_AT_ONCE, ConcurrencyMode, FanOut, Share
from orchestrator.core.stackset_operation import (
    Operation,
    OperationAction,
    Result,
    ResultStatus,
    Target,
    in_work_order,
    next_targets,
    preferences_of,
    record,
)
from orchestrator.core.state import OperationStatus

SHARES = [Share(0), Share(1), Share(3), Share(40, percent=True), Share(100, percent=True)]


def failures(accounts: int, fan_out: FanOut, survivors: int) -> int:
    """How many fail when the first `survivors` succeed and everybody after them fails."""
    preferences = preferences_of(fan_out)
    targets = tuple(Target(f"{number:012}", "us-west-2") for number in range(accounts))
    operation = Operation(
        operation_id="op",
        action=OperationAction.UPDATE,
        preferences=preferences,
        status=OperationStatus.RUNNING,
        results=in_work_order(targets, preferences),
        created_at=0.0,
    )
    done = 0
    while ready := next_targets(operation):
        operation = record(operation, dict.fromkeys(ready, Result(ResultStatus.RUNNING)), now=1.0)
        for target in ready:
            good = done < survivors
            done += 1
            status = ResultStatus.SUCCEEDED if good else ResultStatus.FAILED
            operation = record(operation, {target: Result(status)}, now=2.0)
    return sum(result.status is ResultStatus.FAILED for result in operation.results.values())


@pytest.mark.parametrize("mode", ConcurrencyMode)
@pytest.mark.parametrize("tolerance", SHARES)
@pytest.mark.parametrize("concurrency", [Share(1), Share(2), Share(100), Share(50, percent=True)])
def test_no_more_accounts_fail_than_the_plan_tells(concurrency, tolerance, mode):
    fan_out = FanOut(concurrency, tolerance, mode)

    for accounts in range(1, 8):
        worst = max(failures(accounts, fan_out, survivors) for survivors in range(accounts))
        assert worst <= fan_out.most_failed(accounts)


@pytest.mark.parametrize(
    ("fan_out", "accounts", "expected"),
    [
        (ALL_AT_ONCE, 1, 1),
        (ALL_AT_ONCE, 5, 5),
        (FanOut(concurrency=Share(2)), 5, 2),
        (FanOut(concurrency=Share(2), tolerance=Share(1)), 5, 3),
        (FanOut(concurrency=Share(10, percent=True)), 5, 1),
        (FanOut(concurrency=Share(50, percent=True), tolerance=Share(20, percent=True)), 10, 7),
        (FanOut(mode=ConcurrencyMode.STRICT), 5, 1),
        (FanOut(tolerance=Share(2), mode=ConcurrencyMode.STRICT), 5, 3),
    ],
)
def test_the_most_accounts_that_can_fail_follow_from_the_numbers(fan_out, accounts, expected):
    assert fan_out.most_failed(accounts) == expected
