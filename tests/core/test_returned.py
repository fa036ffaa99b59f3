"""What came of a rollback, judged account by account from what its steps told."""

from __future__ import annotations

import pytest

from orchestrator.core.errors import OperationStopped, Refused, StepFailed
from orchestrator.core.failure import failure_data, with_failure
from orchestrator.core.returns import Return, returned
from orchestrator.core.run import StepRecord, StepStatus
from tests.sample_world import EAST, HOME, OTHER, THIRD, WEST

ALL = (HOME, OTHER, THIRD)
OPERATION = f"rollback:compute:{WEST}"


def step(identity, status=StepStatus.FAILED, account="", failed=(), region=WEST):
    return StepRecord(
        id=identity, status=status, region=region, account=account, reason="no", failed_accounts=tuple(failed)
    )


def gate(account, status=StepStatus.SUCCEEDED):
    return step(f"rollback-gate:{account}:{WEST}", status, account)


def wanted(*accounts, layer="compute"):
    return Return(layer=layer, region=WEST, release="r1", accounts=accounts)


CASES = {
    "all went well": ([step(OPERATION, StepStatus.SUCCEEDED), gate(HOME)], ALL, ()),
    "one account failed": ([step(OPERATION, failed=(HOME,)), gate(HOME, StepStatus.FAILED)], (OTHER, THIRD), (HOME,)),
    "an account does not answer": (
        [step(OPERATION, StepStatus.SUCCEEDED), gate(OTHER, StepStatus.FAILED)],
        (HOME, THIRD),
        (),
        (OTHER,),
    ),
    "each has a cause of its own": (
        [step(OPERATION, failed=(HOME,)), gate(OTHER, StepStatus.FAILED)],
        (THIRD,),
        (HOME,),
        (OTHER,),
    ),
    "all accounts failed": ([step(OPERATION, failed=ALL)], (), ALL),
    "nobody knows where it failed": ([step(OPERATION), gate(HOME)], (), ALL),
    "another layer failed": ([step(f"rollback:infra:{WEST}")], ALL, ()),
    "another region failed": ([step(f"rollback:compute:{EAST}", region=EAST)], ALL, ()),
}


@pytest.mark.parametrize(("steps", "back", "left", "unproven"), [(*one, ())[:4] for one in CASES.values()], ids=CASES)
def test_an_account_is_back_when_every_step_about_it_succeeded(steps, back, left, unproven):
    found = returned([wanted(*ALL)], steps)

    assert tuple(account for one in found.back for account in one.accounts) == back
    assert tuple(account for one in found.left for account in one.accounts) == left
    assert tuple(account for one in found.unproven for account in one.accounts) == unproven


def test_accounts_that_return_to_another_release_are_judged_by_their_own_operation():
    found = returned([wanted(HOME), wanted(OTHER)], [step(OPERATION + ":2", failed=(OTHER,))])

    assert [one.accounts for one in found.back] == [(HOME,)]
    assert [one.accounts for one in found.left] == [(OTHER,)]


def test_each_account_that_is_not_back_or_not_proven_is_told_its_own_cause():
    steps = [step(OPERATION, failed=(HOME,)), gate(HOME, StepStatus.FAILED), gate(OTHER, StepStatus.FAILED)]

    found = returned([wanted(*ALL)], steps)
    causes = {one.accounts: one.cause for one in (*found.left, *found.unproven)}

    assert causes == {
        (HOME,): f"{OPERATION}: no; rollback-gate:{HOME}:{WEST}: no",
        (OTHER,): f"rollback-gate:{OTHER}:{WEST}: no",
    }


def test_the_only_account_is_not_named():
    found = returned([wanted()], [step(OPERATION, failed=(HOME,))])

    assert (found.back, [one.accounts for one in found.left]) == ((), [()])


@pytest.mark.parametrize(
    ("error", "accounts", "stopped"),
    [
        (None, (), False),
        (Refused("no"), (), False),
        (StepFailed("no"), (), False),
        (StepFailed("no", accounts=(HOME, OTHER)), (HOME, OTHER), False),
        (OperationStopped("no"), (), True),
    ],
    ids=["none", "other", "anywhere", "somewhere", "stopped"],
)
def test_what_a_failure_says_to_programs_survives_the_journal(error, accounts, stopped):
    record = with_failure(step(OPERATION), failure_data(error))

    assert (record.failed_accounts, record.stopped) == (accounts, stopped)
