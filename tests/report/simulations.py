"""Simulated deployments, written by hand."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.core.run import StepStatus, Verdict
from orchestrator.core.simulated import DeploySimulation, Expected, Loss, ReleaseSeen, Rollout, Round
from tests.report.samples import ACCOUNTS, PRIMARY, STANDBY, UPDATE, record, run

OLD, NEW, UNKNOWN = ReleaseSeen.OLD, ReleaseSeen.NEW, ReleaseSeen.UNKNOWN
EXPECTED = Expected(tries=20, median_s=61.0, worst_s=130.0)
_STEPS = (record("update:compute:us-west-2", StepStatus.SUCCEEDED, 45), record("records", StepStatus.SUCCEEDED, 75))
_ROUND = Round(UPDATE, run(*_STEPS))
FAILED_ROUND = Round(
    UPDATE, run(_STEPS[0], record("records", StepStatus.FAILED, 75, "not done within 75 s"), verdict=Verdict.FAILED)
)
LOST_PRIMARY = Loss(
    step=f"gate:{ACCOUNTS[0]}:{STANDBY}",
    region=PRIMARY,
    verdict=Verdict.FAILED,
    lasted_s=905.0,
    problem="records: no answer in time",
    releases=((PRIMARY, UNKNOWN), (STANDBY, NEW)),
    answers=(STANDBY,),
    served=True,
    left=3,
    mended=True,
)
LOST_STANDBY = replace(
    LOST_PRIMARY,
    step="records",
    region=STANDBY,
    verdict=Verdict.SUCCEEDED,
    problem="",
    releases=((PRIMARY, OLD), (STANDBY, NEW)),
    answers=(PRIMARY,),
    left=0,
)
WELL = DeploySimulation(
    application="sample",
    environment="production",
    regions=(PRIMARY, STANDBY),
    accounts=ACCOUNTS,
    accounts_in_all=2,
    seed=0,
    durations=(("create_stack_s", 90.0), ("alarm_every_s", 60.0)),
    spread=0.4,
    rollouts=(
        Rollout(name="first deployment", rounds=(_ROUND,), expected=EXPECTED),
        Rollout(name="release", rounds=(_ROUND,), expected=EXPECTED),
    ),
    losses=(LOST_PRIMARY, LOST_STANDBY),
)
FAILED = replace(
    WELL,
    rollouts=(
        Rollout(
            name="first deployment",
            rounds=(FAILED_ROUND,),
            expected=Expected(tries=20, median_s=None, worst_s=None, failures=("records: too late",) * 20),
        ),
    ),
    losses=(),
)
