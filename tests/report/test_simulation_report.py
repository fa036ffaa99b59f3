"""How a simulation is told: order, critical path, expectation, what a lost region leaves behind."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from orchestrator.core.critical_path import critical_path
from orchestrator.core.gate_actions import RunCommand
from orchestrator.core.plan import Step
from orchestrator.report import (
    Style,
    deploy_simulation_json,
    deploy_simulation_text,
    drill_simulation_json,
    drill_simulation_text,
)
from tests.report.drill_runs import PASSED, report_of
from tests.report.samples import ACCOUNTS, PRIMARY, STANDBY
from tests.report.simulations import FAILED, LOST_PRIMARY, WELL

HOSTILE = "\x1b[2Jwiped \u202eevil"


def told(found=WELL, **style) -> str:
    return deploy_simulation_text(found, Style(**{"width": 100, **style}))


def row(text: str, beginning: str) -> list[str]:
    """The cells of the only row that begins so."""
    (line,) = [line for line in text.splitlines() if line.strip().startswith(beginning) and "  " in line.strip()]
    return [cell.strip() for cell in line.strip().split("  ") if cell]


def test_it_says_first_that_nothing_was_asked_of_aws_and_nothing_is_promised() -> None:
    text = " ".join(told().split())

    assert "no AWS call was made, no blueprint was run" in text
    assert "Durations are orders of magnitude that users report, not promises." in text


def test_each_deployment_tells_duration_expectation_order_and_critical_path() -> None:
    text = told()

    assert "first deployment: succeeded in 1 min 15 s, 5 steps" in text
    assert "expected: median 1 min 1 s, worst 2 min 10 s, in 20 tries with drawn durations (seed 0)" in text
    assert "critical path: 2 min, the run took 0.62 times as long" in text
    assert text.count("Order (5 steps)") == 2


def test_a_lost_region_has_a_table_of_steps() -> None:
    text = told()

    assert row(text, "gate:{account}") == [
        "gate:{account}:us-west-2",
        "failed in 15 min 5 s",
        "unknown",
        "new",
        "us-west-2",
        "3 steps",
    ]
    assert row(text, "records  ")[1:] == ["succeeded in 15 min 5 s", "old", "new", "us-east-1", "nothing"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mended": False}, "3 steps, NOT WELL"),
        ({"answers": ()}, "no answer"),
        ({"served": False}, "us-west-2 (fails)"),
    ],
)
def test_what_is_bad_is_said(change: dict[str, object], words: str) -> None:
    assert words in told(replace(WELL, losses=(replace(LOST_PRIMARY, **change),)))


def test_a_narrow_screen_gets_blocks_and_no_long_line() -> None:
    text = told(width=80)

    assert all(len(line) <= 80 for line in text.splitlines())
    assert "    gate:{account}:us-west-2: failed in 15 min 5 s\n" in text


def test_what_was_left_out_is_counted() -> None:
    assert "7 other cases left out" in told(replace(WELL, left_out=7))
    assert "2 of 50 accounts" in told(replace(WELL, accounts_in_all=50))


def test_a_deployment_that_fails_says_where_and_how_often() -> None:
    text = told(FAILED)

    assert "first deployment: FAILED in 1 min 15 s" in text
    assert "  records: not done within 75 s\n" in text
    assert "20 of 20 tries with drawn durations (seed 0) failed, the first: records: too late" in " ".join(text.split())
    assert "expected: median" not in text
    assert "falls silent" not in text


def test_hostile_names_and_reasons_stay_text() -> None:
    rollout = replace(WELL.rollouts[0], name=HOSTILE)
    loss = replace(LOST_PRIMARY, step=HOSTILE, answers=(HOSTILE,))

    text = told(replace(WELL, application=HOSTILE, rollouts=(rollout,), losses=(loss,)))

    assert "\x1b" not in text
    assert "\u202e" not in text


def test_without_unicode_it_is_ascii() -> None:
    assert told(unicode=False).isascii()


def test_programs_get_everything() -> None:
    document = json.loads(deploy_simulation_json(WELL))

    assert document["format"] == 1
    assert document["succeeded"] is True
    assert [one["name"] for one in document["rollouts"]] == ["first deployment", "release"]
    assert document["rollouts"][0]["critical_path"]["makespan_s"] == 75
    assert document["rollouts"][0]["expected"] == {"tries": 20, "median_s": 61.0, "worst_s": 130.0, "failures": []}
    assert document["losses"][0] == {
        "step": f"gate:{ACCOUNTS[0]}:{STANDBY}",
        "region": PRIMARY,
        "verdict": "failed",
        "duration_s": 905.0,
        "problem": "records: no answer in time",
        "releases": {PRIMARY: "unknown", STANDBY: "new"},
        "answers": [STANDBY],
        "served": True,
        "left_to_do": 3,
        "mended": True,
    }


GUARDED = Step(
    id=f"gate-command:{ACCOUNTS[0]}:{STANDBY}",
    action=RunCommand(ACCOUNTS[0], STANDBY, ("./smoke",), ".", (), 300),
    needs=(),
    reason="must succeed",
)


def test_gates_that_a_simulation_does_not_run_are_named() -> None:
    one = WELL.rollouts[0]
    rounds = tuple(replace(part, plan=replace(part.plan, steps=(*part.plan.steps, GUARDED))) for part in one.rounds)
    guarded = replace(WELL, rollouts=(replace(one, rounds=rounds),))

    assert "Not run, taken as passed: gates.command." in told(guarded)
    assert json.loads(deploy_simulation_json(guarded))["not_run"] == ["gates.command"]
    assert "Not run" not in told(WELL)
    assert json.loads(deploy_simulation_json(WELL))["not_run"] == []


def test_programs_learn_of_a_failure_too() -> None:
    document = json.loads(deploy_simulation_json(FAILED))

    assert document["succeeded"] is False
    assert document["rollouts"][0]["problem"] == "records: not done within 75 s"
    assert document["rollouts"][0]["expected"]["median_s"] is None


def test_a_drill_tells_its_report_and_its_critical_path() -> None:
    path = critical_path([(one.plan, one.run) for one in WELL.rollouts[0].rounds])

    text = drill_simulation_text(report_of(PASSED), path, Style())
    document = json.loads(drill_simulation_json(report_of(PASSED), path))

    assert text.startswith("drill of us-east-1 in sample production: passed")
    assert "critical path: 2 min, the run took" in text
    assert document["verdict"] == "passed"
    assert [one["id"] for one in document["critical_path"]["steps"]] == [LOST_STEP, "records"]


LOST_STEP = f"update:compute:{STANDBY}"
