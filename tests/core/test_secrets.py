"""Secrets of a template never reach a plan; that they change does, and so does everything else."""

from __future__ import annotations

import json

import pytest

from orchestrator.core.diff import template_changes
from orchestrator.core.secrets import HIDDEN, concealed, is_secret, secret_values, without_secrets


def resource(**properties: object) -> str:
    return json.dumps({"Resources": {"DbSecret": {"Type": "T", "Properties": properties}}})


def shown(before: str, after: str) -> str:
    return " ".join(f"{one.path}: {one.before} > {one.after}" for one in template_changes(before, after, {}))


@pytest.mark.parametrize("name", ["SecretString", "MasterUserPassword", "AuthToken", "DB_PASSWORD", "api_key", "TOKEN"])
def test_a_literal_with_a_secret_name_is_hidden_and_its_change_is_told(name: str) -> None:
    text = shown(resource(**{name: "canary-1"}), resource(**{name: "canary-2"}))

    assert "canary" not in text
    assert f"Resources.DbSecret.Properties.{name}: {HIDDEN} > {HIDDEN} (a hidden value changed)" in text


@pytest.mark.parametrize("name", ["SecretId", "PasswordPolicy", "TokenTtl", "GenerateSecretString", "CodeAppKey"])
def test_names_that_only_contain_the_word_stay_readable(name: str) -> None:
    assert f"{name}: one > two" in shown(resource(**{name: "one"}), resource(**{name: "two"}))


def test_a_resource_that_is_called_a_secret_is_not_hidden() -> None:
    assert "DbSecret.Properties.Name: one > two" in shown(resource(Name="one"), resource(Name="two"))


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "DbPassword"},
        {"Fn::GetAtt": ["Db", "Arn"]},
        "{{resolve:secretsmanager:db}}",
        {"Fn::Sub": "{{resolve:secretsmanager:${Db}}}"},
    ],
)
def test_references_are_no_secrets(value: object) -> None:
    assert concealed({"Password": value}, secret=False) == {"Password": value}


@pytest.mark.parametrize(
    "value", ["canary", 4711, ["canary"], {"Fn::Sub": "canary-${A}"}, {"Fn::Join": ["", ["canary"]]}]
)
def test_literals_in_functions_and_lists_are_hidden(value: object) -> None:
    text = json.dumps(concealed({"Password": value}, secret=False))

    assert "canary" not in text
    assert "4711" not in text
    assert HIDDEN in text


def test_what_is_no_text_and_no_number_stays() -> None:
    assert concealed({"Password": True, "Secret": None, "Token": ""}, secret=False) == {
        "Password": True,
        "Secret": None,
        "Token": "",
    }


def test_a_new_resource_is_shown_without_its_secrets() -> None:
    text = shown("{}", resource(Name="db", SecretString="canary"))

    assert "canary" not in text
    assert '"Name": "db"' in text


def test_pairs_of_name_and_value_are_told_by_the_name() -> None:
    pairs = [{"Name": "DB_PASSWORD", "Value": "canary"}, {"Name": "LEVEL", "Value": "info"}, {"Name": 5, "Value": "x"}]

    assert concealed(pairs, secret=False) == [
        {"Name": "DB_PASSWORD", "Value": HIDDEN},
        {"Name": "LEVEL", "Value": "info"},
        {"Name": 5, "Value": "x"},
    ]


def parameter(default: str, **more: object) -> str:
    return json.dumps({"Parameters": {"Pin": {"Type": "String", "Default": default, **more}}})


def test_the_default_of_a_noecho_parameter_is_hidden_also_when_noecho_was_just_added() -> None:
    text = shown(parameter("canary-1"), parameter("canary-2", NoEcho=True))

    assert "canary" not in text
    assert "Parameters.Pin.Default" in text


def test_a_new_noecho_parameter_is_shown_without_its_default() -> None:
    assert "canary" not in shown(json.dumps({"Parameters": {}}), parameter("canary", NoEcho=True))


def test_other_defaults_and_other_fields_of_parameters_stay_readable() -> None:
    assert "Default: one > two" in shown(parameter("one"), parameter("two"))
    assert "Description: a > b" in shown(parameter("x", Description="a"), parameter("x", Description="b"))


def test_a_parameter_with_a_secret_name_needs_no_noecho() -> None:
    assert is_secret("Parameters.DbPassword.Default", {}, {"Parameters": {}})
    assert not is_secret("Parameters.DbPassword", {})
    assert not is_secret("Outputs.DbPassword", {})


# -- what others write ------------------------------------------------------------------------------------------------


def test_of_an_environment_the_values_with_secret_names_are_secret_the_longest_first():
    environment = {
        "AWS_SECRET_ACCESS_KEY": "canary-a",
        "AWS_SESSION_TOKEN": "canary-longer",
        "DB_PASSWORD_PRODUCTION": "canary-b",
        "MY_SECRET_THING": "canary-c",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/token",
        "HOME": "/home/somebody",
        "CI_TOKEN": "1",
    }

    assert secret_values(environment) == ("canary-longer", "canary-a", "canary-b", "canary-c")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("it is canary-1, really", f"it is {HIDDEN}, really"),
        ("key AKIAIOSFODNN7EXAMPLE was used", f"key {HIDDEN} was used"),
        ("ASIAIOSFODNN7EXAMPLE", HIDDEN),
        ("password=hunter2 host=db", f"password={HIDDEN} host=db"),
        ("DB_PASSWORD = 'two words'", f"DB_PASSWORD = '{HIDDEN}'"),
        ("?token=abc&page=2", f"?token={HIDDEN}&page=2"),
        ('{"authToken": "a b", "n": 1}', f'{{"authToken": "{HIDDEN}", "n": 1}}'),
        (r'"{\"token\": \"abc\"}"', rf'"{{\"token\": \"{HIDDEN}\"}}"'),
        ("aws_secret_access_key=abc/def+1", f"aws_secret_access_key={HIDDEN}"),
        ("Authorization: Bearer eyJhbGciOi.J9", f"Authorization: Bearer {HIDDEN}"),
        ("GET https://me:hunter2@example.com/x", f"GET https://{HIDDEN}@example.com/x"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA", f"{HIDDEN}-----END RSA"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE", HIDDEN),
        ("2 of 9 checks failed: https://host:8443/health", "2 of 9 checks failed: https://host:8443/health"),
        ("the password is wrong; token expired", "the password is wrong; token expired"),
        ("password=(hidden)", "password=(hidden)"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_and_the_rest_stays_readable(written, shown):
    assert without_secrets(written, ["canary-1"]) == shown


@pytest.mark.parametrize(
    "piece", ["token", "token=", "secret\\\\", "://a:", "-----BEGIN PRIVATE KEY-----", "AKIA", "bearer "]
)
def test_nothing_that_is_written_takes_long_to_look_through(piece):
    assert len(without_secrets(piece * 50_000)) <= len(piece) * 50_000


def test_what_is_hidden_once_stays_as_it_is():
    text = without_secrets('password="a" token=b AKIAIOSFODNN7EXAMPLE')

    assert without_secrets(text) == text
