# ruff: noqa: E501 - a message stands on one line, as a user sees it
"""gates: what cannot open, and what guards nothing, is said at its place."""

from __future__ import annotations

import pytest

ALARM = "arn:aws:cloudwatch:us-west-2:111111111111:alarm:errors"
FUNCTION = "arn:aws:lambda:us-west-2:111111111111:function:judge"
CASES = {
    "an unknown key": ("gates: {probe: 2}", ["13:9: gates.probe: is not a key here; write probes"]),
    "no probe": ("gates: {probes: 0}", ["13:17: gates.probes: '0' is not allowed; write a whole number of answers from 1 to 20, without quotes"]),
    "a negative bake": ("gates: {bake: -1}", ["13:15: gates.bake: '-1' is not allowed; write a whole number of seconds from 0 to 86400, without quotes"]),
    "a health check of YAML 1.1": ("gates: {health_check: yes}", ["13:23: gates.health_check: 'yes' is neither true nor false; write true or false, without quotes"]),
    "a health check in quotes": ('gates: {health_check: "true"}', ["13:23: gates.health_check: 'true' is neither true nor false; write true or false, without quotes"]),
    "a health check of nothing": ("gates: {health_check: }", ["13:23: gates.health_check: is empty; write true or false, without quotes"]),
    "a health check that is a list": ("gates: {health_check: [true]}", ["13:23: gates.health_check: is a list; write true or false"]),
    "a command in one line": ("gates: {command: ./smoke -v}", ["13:18: gates.command: is a single value; write a list, each item a word of the command"]),
    "a command without a word": ("gates: {command: []}", ["13:18: gates.command: is empty; write a word of the command"]),
    "a word of a command that other tools read as a number": ("gates: {command: [./smoke, 5]}", ['13:28: gates.command[1]: 5 is not in quotes: other YAML tools read a number; write "5"']),
    "an alarm twice": ("gates: {alarms: [errors, errors]}", ["13:26: gates.alarms[1]: errors is in the list already; delete one"]),
    "an alarm by an ARN of something else": (
        f"gates: {{alarms: ['{FUNCTION}']}}",
        [f"13:18: gates.alarms[0]: '{FUNCTION}' is no ARN of an alarm; write its name, or arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME"],
    ),
    "an alarm of another region": (
        f"gates: {{alarms: ['{ALARM.replace('us-west-2', 'eu-west-1')}']}}",
        ["13:18: gates.alarms[0]: guards nothing: eu-west-1 is not one of the regions; write one of us-east-1 or us-west-2, or the bare name for all of them"],
    ),
    "an alarm of another account": (
        f"gates: {{alarms: ['{ALARM.replace('1' * 12, '2' * 12)}']}}",
        ["13:18: gates.alarms[0]: guards nothing: 222222222222 is no target account; write the bare name: it is looked for in every target account"],
    ),
    "a function of another region": (
        f"gates: {{function: '{FUNCTION.replace('us-west-2', 'eu-west-1')}'}}",
        ["13:19: gates.function: guards nothing: eu-west-1 is not one of the regions; write one of us-east-1 or us-west-2, or the bare name for all of them"],
    ),
    "a function that is none": (
        "gates: {function: 'judge release'}",
        ["13:19: gates.function: 'judge release' does not fit; write the name or ARN of a Lambda function, with or without a version or alias"],
    ),
    "probes that take longer than there is time": (
        "rollout: {gate_deadline: 60}\ngates: {probes: 3, interval: 30}",
        ["14:30: gates.interval: 3 probes 30 s apart take no less than the 60 s of rollout.gate_deadline; write fewer probes, a shorter interval or a longer deadline"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("section", "said"), CASES.values(), ids=CASES)
def test_a_gate_that_cannot_work_is_said_with_its_place_and_what_to_write(good, complaints, section, said):
    assert complaints(f"{good}{section}\n") == [f"regions.yaml:{line}" for line in said]


@pytest.mark.parametrize(
    "section",
    [
        "gates: {}",
        "gates: {bake: 3600, alarms: [errors]}\nrollout: {gate_deadline: 60}",
        f"gates: {{alarms: ['{ALARM}', errors], function: '{FUNCTION}:live'}}",
        "gates: {probes: 3, interval: 29}\nrollout: {gate_deadline: 60}",
        "gates: {command: [sh, -c, 'exit 0', -c]}",
        "gates: {health_check: false, bake: 0}",
    ],
)
def test_gates_that_work_are_taken_without_a_word(good, read, section):
    assert read(f"{good}{section}\n").warnings == ()


def test_an_arn_of_an_account_below_a_unit_may_be_one_of_its_accounts(good, read):
    units = good.replace('accounts: ["111111111111"]', "organizational_units: [ou-ab12-34567890]")
    units = units.replace("host: sample", 'host: "{account}.sample').replace(
        "fed.dev\n    hosted", 'fed.dev"\n    hosted'
    )

    assert read(f"{units}gates: {{alarms: ['{ALARM}']}}\n").topology.gates.alarms == (ALARM,)


def test_a_bake_without_alarms_is_warned_of(good, read):
    (warning,) = read(f"{good}gates: {{bake: 60}}\n").warnings

    assert str(warning) == (
        "regions.yaml:13:9: gates.bake: has no effect without gates.alarms: a bake watches alarms; name the alarms, or remove it"
    )
