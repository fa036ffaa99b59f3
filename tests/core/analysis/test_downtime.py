"""Changes that interrupt callers: what is told when a template follows another, and the nearest that is not."""

from __future__ import annotations

import pytest

from orchestrator.core.analysis import analyse
from tests.core.analysis.templates import Json, changed, environment, one, resource, rules, template, topology

KEYS = frozenset({"Properties/KeySchema", "Properties/TableName"})
RETAINED = {"DeletionPolicy": "Retain"}
SHIFTED = {"UpdatePolicy": {"CodeDeployLambdaAliasUpdate": {"ApplicationName": "a"}}}
ROLE_NAME = frozenset({"Properties/RoleName"})


def table(**properties: object) -> str:
    return one("DynamoDB::Table", dict(properties))


def alias(version: str = "One", provisioned: int = 5, name: str = "live", **attributes: object) -> str:
    properties: Json = {"Name": name, "FunctionVersion": {"Fn::GetAtt": [version, "Version"]}}
    if provisioned:
        properties["ProvisionedConcurrencyConfig"] = {"ProvisionedConcurrentExecutions": provisioned}
    return one("Lambda::Alias", properties, **attributes)


def named(logical_id: str, kind: str = "ApiGatewayV2::Api", **properties: object) -> str:
    return template({logical_id: resource(kind, dict(properties))})


EMPTY = template({})

# rule, before, after that it objects to, after that it does not
CASES: list[tuple[str, str, str, str]] = [
    ("store-replaced", table(KeySchema="a"), table(KeySchema="b"), table(KeySchema="a", BillingMode="b")),
    ("store-replaced", table(), one("SQS::Queue"), one("IAM::Role")),
    ("store-deleted", table(), EMPTY, table(A="b")),
    ("entrance-replaced", named("A", Name="x"), named("B", Name="x"), named("B", Name="y")),
    ("entrance-replaced", named("A"), named("B"), named("B", "SNS::Topic")),
    ("entrance-replaced", table(), one("SNS::Topic"), one("IAM::Role")),
    ("entrance-replaced", alias(name="live"), alias(name="new"), alias(version="Two")),
    (
        "handler-renamed",
        one("Lambda::Function", {"Handler": "a.b"}),
        one("Lambda::Function", {"Handler": "a.c"}),
        one("Lambda::Function", {"Handler": "a.b", "Timeout": 3}),
    ),
    (
        "handler-renamed",
        one("Lambda::Function", {"Handler": "a.b"}),
        one("Lambda::Function", {"Handler": "a.c"}),
        one("Lambda::Function", {"PackageType": "Image"}),
    ),
    (
        "handler-renamed",
        one("Lambda::Function", {"Handler": "a.b"}),
        one("Lambda::Function", {"Handler": "a.c"}),
        named("Two", "Lambda::Function", Handler="a.c"),
    ),
    ("concurrency-rebuilt", alias(), alias(version="Two"), alias(provisioned=6)),
    ("concurrency-rebuilt", alias(**SHIFTED), alias(version="Two"), alias(version="Two", **SHIFTED)),
    ("concurrency-rebuilt", alias(), alias(provisioned=0), alias(A="b")),
    ("concurrency-rebuilt", alias(), alias(name="new"), alias(provisioned=4)),
    ("concurrency-rebuilt", alias(), alias(version="Two"), EMPTY),
    ("concurrency-rebuilt", alias(), alias(version="Two"), one("SNS::Topic")),
]
CREATE_ONLY = {"DynamoDB__Table": KEYS, "Lambda__Alias": frozenset({"Properties/Name"}), "IAM__Role": ROLE_NAME}


@pytest.mark.parametrize(("rule", "before", "bad", "good"), CASES)
def test_a_change_that_interrupts_is_told_and_one_that_does_not_is_not(
    rule: str, before: str, bad: str, good: str
) -> None:
    assert changed(before, bad, rule, **CREATE_ONLY) != []
    assert changed(before, good, rule, **CREATE_ONLY) == []


def test_before_the_first_deployment_nothing_can_be_interrupted() -> None:
    for rule, _, bad, _ in CASES:
        assert rules(bad, rule) == []


def test_an_alias_without_provisioned_concurrency_has_none_to_lose() -> None:
    assert changed(alias(provisioned=0), alias(version="Two", provisioned=0), "concurrency-rebuilt") == []


def test_what_the_deployed_template_retains_is_not_lost() -> None:
    assert changed(one("DynamoDB::Table", **RETAINED), EMPTY, "store-deleted") == []
    assert changed(one("RDS::DBCluster", DeletionPolicy="Snapshot"), EMPTY, "store-deleted") == []


def test_without_replacement_rules_nothing_is_taken_for_replaced() -> None:
    assert changed(table(KeySchema="a"), table(KeySchema="b"), "store-replaced") == []


def test_what_is_replaced_and_no_store_or_entrance_is_left_to_the_plan() -> None:
    before, after = one("IAM::Role", {"RoleName": "a"}), one("IAM::Role", {"RoleName": "b"})

    assert changed(before, after, "store-replaced", IAM__Role=ROLE_NAME) == []
    assert changed(before, after, "entrance-replaced", IAM__Role=ROLE_NAME) == []


def test_the_properties_that_replace_are_named() -> None:
    before, after = table(KeySchema="a", TableName="t"), table(KeySchema="b", TableName="u")
    create_only = {"AWS::DynamoDB::Table": KEYS}
    found = analyse(topology(), environment(), {"infra": after}, before={"infra": before}, create_only=create_only)

    (message,) = (finding.message for finding in found if finding.rule == "store-replaced")
    assert "(Properties.KeySchema, Properties.TableName: a change replaces it)" in message


def _exporting(*names: object) -> str:
    outputs = {f"O{place}": {"Value": "v", "Export": {"Name": name}} for place, name in enumerate(names)}
    return template({}, Outputs={**outputs, "Plain": {"Value": "v"}})


KEY = {"Fn::Sub": "${AWS::Region}-key"}
IMPORTING = template({"App": resource("Lambda::Function", {"KmsKeyArn": [{"Fn::ImportValue": KEY}]})})


@pytest.mark.parametrize(
    ("after", "compute", "places"),
    [
        (_exporting(), IMPORTING, ["infra: Outputs.O0.Export"]),
        (_exporting("other"), IMPORTING, ["infra: Outputs.O0.Export"]),
        (_exporting("other", KEY), IMPORTING, []),
        (_exporting(), EMPTY, []),
    ],
)
def test_an_export_may_go_once_nobody_imports_it(after: str, compute: str, places: list[str]) -> None:
    bodies = {"infra": after, "compute": compute}
    found = analyse(topology(), environment(), bodies, before={"infra": _exporting(KEY)})

    assert [finding.where for finding in found if finding.rule == "export-removed"] == places
