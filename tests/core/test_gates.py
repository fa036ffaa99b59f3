"""Gates: how answers are judged, what a bake makes of its alarms, and which steps guard which region."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from orchestrator.core.baking import AlarmSeen, Baking, looked
from orchestrator.core.check_health import AlarmState
from orchestrator.core.drill_alarms import place_of_alarm
from orchestrator.core.gate_actions import AwaitHealthy, InvokeFunction, RunCommand, WatchAlarms
from orchestrator.core.gates import Gates, function_fault, function_gates, place_of_function
from orchestrator.core.plan import Plane, Severity
from orchestrator.core.planning.finish import changes_of, inputs_of
from orchestrator.core.topology import Health, Rollout
from tests.core.landed import LANDED, landed, plan, step_ids
from tests.sample_world import EAST, HOME, OTHER, SOUTH, TWO_ACCOUNTS, WEST, Sample, topology

ARN = f"arn:aws:lambda:{WEST}:{OTHER}:function:judge"
OK, ALARM, SILENT = AlarmState.OK, AlarmState.ALARM, AlarmState.INSUFFICIENT_DATA


# -- functions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "payload", "fault"),
    [
        ("", "null", ""),
        ("", '"fine"', ""),
        ("", "[false]", ""),
        ("", '{"ok": true}', ""),
        ("", '{"ok": null, "reason": "x"}', ""),
        ("", '{"ok": false}', "says no: no reason given"),
        ("", '{"ok": false, "reason": "2 orders\\nlost"}', "says no: 2 orders lost"),
        ("Unhandled", '{"errorMessage": "boom"}', "failed (Unhandled): boom"),
        ("Unhandled", "[1]", "failed (Unhandled): [1]"),
        ("", "<html>", "gave an answer that is no JSON: <html>"),
        ("", "", "gave an answer that is no JSON: "),
        ("", "[" * 100_000, "gave an answer that is no JSON: " + "[" * 500 + "…"),
    ],
)
def test_a_function_opens_its_gate_unless_it_fails_says_no_or_talks_nonsense(error, payload, fault):
    assert function_fault(error, payload) == fault


@pytest.mark.parametrize(
    ("error", "payload"),
    [
        ("", '{"ok": false, "reason": "called with canary-1"}'),
        ("", '{"ok": false, "reason": "token=canary-2"}'),
        ("Unhandled", '{"errorMessage": "KeyError: canary-1"}'),
        ("Unhandled", '{"password": "canary-2"}'),
        ("", "<html>canary-1"),
        ("", '{"ok": false, "reason": "' + "x" * 495 + 'canary-1"}'),
    ],
)
def test_what_a_function_answers_is_told_without_secrets(error, payload):
    assert "can" not in function_fault(error, payload, ("canary-1",))


@pytest.mark.parametrize(
    ("function", "account", "region", "guards"),
    [
        ("", OTHER, WEST, False),
        ("judge", OTHER, WEST, True),
        ("judge:live", HOME, EAST, True),
        (ARN, OTHER, WEST, True),
        (ARN + ":live", OTHER, WEST, True),
        (ARN, OTHER, EAST, False),
        (ARN, HOME, WEST, False),
    ],
)
def test_a_named_function_guards_every_place_and_an_arn_its_own(function, account, region, guards):
    assert function_gates(function, account, region) is guards


def test_the_place_of_an_arn_is_told_and_of_a_name_is_not():
    assert place_of_function(ARN) == (OTHER, WEST)
    assert place_of_function("judge") is None
    assert place_of_alarm(f"arn:aws:cloudwatch:{WEST}:{OTHER}:alarm:errors") == (OTHER, WEST)
    assert place_of_alarm("errors") is None


def test_what_a_user_brings_is_told_apart_from_what_the_application_has():
    assert EVERYTHING.brought == ("gates.alarms", "gates.command", "gates.function")
    assert EVERYTHING.without_brought() == Gates(probes=3, interval_s=5, health_check=True)
    assert Gates(health_check=True, bake_s=5).brought == ()


# -- bakes ----------------------------------------------------------------------------------------------------------


def seen(**states):
    return {name: state if isinstance(state, AlarmSeen) else AlarmSeen(state, "then") for name, state in states.items()}


NAMES = ("a", "b")
BAKING = Baking(began=10.0, since=("then", "then"))
LOOKS = {
    "all are OK: it begins": (Baking(), seen(a=OK, b=OK), BAKING),
    "one rings before it began: it is waited for": (
        Baking(),
        seen(a=ALARM, b=OK),
        Baking(detail="alarm a is in ALARM"),
    ),
    "one has no data: it is waited for": (
        Baking(),
        seen(a=OK, b=SILENT),
        Baking(detail="alarm b has too little data"),
    ),
    "one does not exist": (Baking(), seen(a=OK), Baking(fault="there is no alarm b")),
    "none exists any more": (BAKING, seen(), Baking(fault="there is no alarm a, b")),
    "all stay OK: it goes on from where it began": (
        replace(BAKING, began=3.0),
        seen(a=OK, b=OK),
        replace(BAKING, began=3.0),
    ),
    "one begins to ring": (
        replace(BAKING, began=3.0),
        seen(a=OK, b=ALARM),
        Baking(fault="alarm b began to ring 7 s into the bake"),
    ),
    "one loses its data: it begins anew": (
        BAKING,
        seen(a=SILENT, b=OK),
        Baking(detail="alarm a has too little data"),
    ),
    "one was not OK between two looks: it begins anew": (
        replace(BAKING, began=3.0),
        seen(a=AlarmSeen(OK, "since"), b=OK),
        Baking(began=10.0, detail="alarm a was not OK meanwhile: once more", since=("since", "then")),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "alarms", "after"), LOOKS.values(), ids=LOOKS)
def test_a_look_at_the_alarms_moves_the_bake(before, alarms, after):
    assert looked(before, NAMES, alarms, 10.0) == after


# -- the plan -------------------------------------------------------------------------------------------------------

EVERYTHING = Gates(
    probes=3,
    interval_s=5,
    alarms=("errors",),
    bake_s=600,
    health_check=True,
    command=("./smoke", "-v"),
    function="judge",
)
KINDS = ("gate", "gate-alarms", "gate-health", "gate-command", "gate-function")


def gated(gates, *regions, accounts=(OTHER,), **settings):
    return Sample(replace(topology(*regions, accounts=accounts), gates=gates, **settings))


def release(sample):
    return plan(sample.edited(code="second"), landed(sample))


def steps_of(made):
    return {step.id: step for step in made.steps}


def test_without_gates_a_region_is_only_probed():
    made = release(gated(Gates()))

    assert [one for one in step_ids(made) if one.startswith("gate")] == [f"gate:{OTHER}:{WEST}", f"gate:{OTHER}:{EAST}"]


def test_each_gate_is_a_step_and_the_next_region_waits_for_all_of_them_in_all_accounts():
    steps = steps_of(release(gated(EVERYTHING, accounts=TWO_ACCOUNTS)))

    gates = {f"{kind}:{account}:{WEST}" for kind in KINDS for account in TWO_ACCOUNTS}
    assert gates <= steps.keys()
    assert gates <= set(steps[f"update:compute:{EAST}"].needs)


def test_records_wait_for_the_gates_of_every_region():
    sample = gated(EVERYTHING)
    bare = replace(landed(sample), records=())

    steps = steps_of(plan(sample.edited(code="second"), bare))

    assert {f"{kind}:{OTHER}:{region}" for kind in KINDS for region in (EAST, WEST)} <= set(steps["records"].needs)


def test_alarms_and_checkers_are_asked_beside_the_probe_and_the_users_own_gates_after_it():
    steps = steps_of(release(gated(EVERYTHING)))
    needs = {kind: steps[f"{kind}:{OTHER}:{WEST}"].needs for kind in KINDS}

    released, probed = (f"update:compute:{WEST}",), (f"gate:{OTHER}:{WEST}",)
    assert needs == dict(zip(KINDS, (released, released, released, probed, probed), strict=True))


def test_gates_do_what_regions_yaml_says():
    sample = gated(EVERYTHING, health=Health(interval_s=30), base_dir="/project")
    steps = steps_of(release(sample))
    told = {
        "application": "sample",
        "environment": "production",
        "account": OTHER,
        "region": WEST,
        "role": "secondary",
        "host": f"{WEST}.sample.fed.dev",
        "release": sample.edited(code="second").inputs.release,
    }

    actions = {kind: steps[f"{kind}:{OTHER}:{WEST}"].action for kind in KINDS}
    assert (actions["gate"].successes, actions["gate"].interval_s) == (3, 5)
    assert actions["gate-alarms"] == WatchAlarms(OTHER, WEST, ("errors",), 600)
    assert actions["gate-health"] == AwaitHealthy(OTHER, WEST, f"hc-{OTHER}-{WEST}", f"{WEST}.sample.fed.dev", 30)
    environment = tuple((f"ORCHESTRATOR_{name.upper()}", value) for name, value in told.items())
    assert actions["gate-command"] == RunCommand(OTHER, WEST, ("./smoke", "-v"), "/project", environment, 300)
    asked = actions["gate-function"]
    assert asked == InvokeFunction(OTHER, WEST, "judge", asked.payload)
    assert json.loads(asked.payload) == told


def test_deadlines_leave_room_for_what_a_gate_takes_at_least():
    steps = steps_of(release(gated(EVERYTHING, rollout=Rollout(gate_deadline_s=100))))

    deadlines = {kind: steps[f"{kind}:{OTHER}:{WEST}"].deadline_s for kind in KINDS}
    assert deadlines == {
        "gate": 100,
        "gate-alarms": 100 + 600,
        "gate-health": 100 + 10,
        "gate-command": 100 + 30,
        "gate-function": 100 + 60,
    }


def test_many_accounts_whose_commands_take_turns_have_time_for_all_turns():
    accounts = tuple(f"{number:012}" for number in range(1, 10))
    steps = steps_of(release(gated(EVERYTHING, accounts=accounts, rollout=Rollout(gate_deadline_s=100))))

    assert steps[f"gate-command:{accounts[0]}:{WEST}"].deadline_s == 3 * 100 + 30
    assert steps[f"gate-function:{accounts[0]}:{WEST}"].deadline_s == 100 + 2 * 60


def test_each_gate_says_why_and_where_its_call_goes():
    steps = steps_of(release(gated(replace(EVERYTHING, command=("./smoke", "a b", "x" * 100)))))
    gates = [steps[f"{kind}:{OTHER}:{WEST}"] for kind in KINDS]

    assert [(one.plane, one.home_region) for one in gates] == [
        (Plane.DATA, WEST),
        (Plane.CONTROL, WEST),
        (Plane.CONTROL, EAST),
        (Plane.DATA, ""),
        (Plane.DATA, WEST),
    ]
    assert all(one.reason.endswith("before the next region is touched") for one in gates)
    assert "errors must be OK for 600 s" in gates[1].reason
    assert "`./smoke 'a b' xxx" in gates[3].reason
    assert "…` must succeed" in gates[3].reason
    assert all(one.waits for one in gates)


def test_without_a_bake_the_alarms_are_looked_at_once():
    step = steps_of(release(gated(Gates(alarms=("errors",)))))[f"gate-alarms:{OTHER}:{WEST}"]

    assert (step.action.bake_s, step.deadline_s) == (0, 300)
    assert step.reason == "errors must be OK before the next region is touched"


def test_arns_guard_their_own_place_alone():
    alarm = f"arn:aws:cloudwatch:{EAST}:{OTHER}:alarm:business"

    steps = step_ids(release(gated(Gates(alarms=(alarm,), function=ARN))))

    assert [one for one in steps if one.startswith(("gate-alarms", "gate-function"))] == [
        f"gate-function:{OTHER}:{WEST}",
        f"gate-alarms:{OTHER}:{EAST}",
    ]


def later(made):
    return [(one.severity, one.where, one.message) for one in made.findings if one.rule == "gate-health-later"]


def test_where_no_health_check_is_yet_the_plan_says_that_it_cannot_judge():
    sample = gated(Gates(health_check=True), accounts=TWO_ACCOUNTS)
    seen = landed(sample)
    without = [one for one in seen.health_checks if one.id != f"hc-{OTHER}-{WEST}"]

    made = plan(sample.edited(code="second"), replace(seen, health_checks=tuple(without)))

    assert f"gate-health:{OTHER}:{WEST}" not in step_ids(made)
    assert f"gate-health:{HOME}:{WEST}" in step_ids(made)
    message = (
        f"no health check asks {WEST} in 1 of 2 accounts as this release is to be asked: only the other gates judge it"
    )
    assert later(made) == [(Severity.INFO, WEST, message)]


def test_a_check_that_this_deployment_changes_judges_only_the_next_one():
    sample = gated(Gates(health_check=True))
    moved = Sample(replace(sample.topology, health=Health(path="/ready"))).edited(code="second")

    made = plan(moved, landed(sample))

    assert not any(one.startswith("gate-health:") for one in step_ids(made))
    assert {where for _, where, _ in later(made)} == {EAST, WEST}


def test_a_check_whose_threshold_changes_still_asks_the_same_and_judges():
    sample = gated(Gates(health_check=True))
    moved = Sample(replace(sample.topology, health=Health(failure_threshold=5))).edited(code="second")

    assert f"gate-health:{OTHER}:{WEST}" in step_ids(plan(moved, landed(sample)))


def test_a_region_that_an_earlier_run_updated_passes_all_its_gates_again():
    sample = gated(EVERYTHING, EAST, WEST, SOUTH)
    second = sample.edited(code="second")
    done, before = landed(second), landed(sample)
    instances = tuple(
        old if old.region == EAST else new for old, new in zip(before.instances, done.instances, strict=True)
    )

    made = plan(second, replace(done, instances=instances))

    gates = {f"{kind}:{OTHER}:{region}" for kind in KINDS for region in (SOUTH, WEST)}
    assert gates <= set(steps_of(made)[f"update:compute:{EAST}"].needs)


def test_a_plan_rests_on_its_gates_as_soon_as_somebody_set_some():
    bare, one, other = (dict(release(gated(gates)).basis) for gates in (Gates(), Gates(probes=3), Gates(probes=4)))

    item = "gates of regions.yaml"
    assert item not in bare
    assert one[item] != other[item]
    assert {key: value for key, value in one.items() if key != item} == bare
    assert (item, one[item]) not in (*changes_of(tuple(one.items())), *inputs_of(tuple(one.items())))


def test_nothing_to_release_needs_no_gates():
    assert step_ids(plan(gated(EVERYTHING), LANDED)) == []
