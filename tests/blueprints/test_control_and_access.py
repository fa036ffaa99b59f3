"""The control layer and the roles that bootstrap makes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from blueprints.access.grants import COMPUTE_TYPES, CONTROL_TYPES, GRANTS, INFRA_TYPES, Grant
from orchestrator.core.errors import ConfigurationError
from orchestrator.core.levers import LeverKind, alarm_rule
from orchestrator.core.names import Names
from tests.blueprints.context import CONTEXT
from tests.blueprints.templates import TARGETS, at, body, types
from tests.sample_world import control_arn

NAMES = Names(CONTEXT.application, CONTEXT.environment, CONTEXT.home_account)
BUCKET = "Resources/ArtifactBucket/Properties"
INLINE_POLICY_LIMIT = 10_240
MANAGED_POLICY_LIMIT = 6_144


def length(document: dict[str, Any]) -> int:
    return len(json.dumps(document, separators=(",", ":")))


def statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for policy in role["Properties"]["Policies"] for one in policy["PolicyDocument"]["Statement"]]


def actions(role: dict[str, Any]) -> set[str]:
    found = [one["Action"] for one in statements(role)]
    return {name for one in found for name in ([one] if isinstance(one, str) else one)}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{BUCKET}/VersioningConfiguration/Status", "Enabled"),
        (f"{BUCKET}/OwnershipControls/Rules/0/ObjectOwnership", "BucketOwnerEnforced"),
        (f"{BUCKET}/PublicAccessBlockConfiguration/BlockPublicPolicy", True),
        (f"{BUCKET}/LifecycleConfiguration/Rules/0/NoncurrentVersionExpiration/NoncurrentDays", 90),
        ("Resources/ArtifactBucket/DeletionPolicy", "RetainExceptOnCreate"),
        ("Resources/ArtifactBucketPolicy/Properties/PolicyDocument/Statement/0/Effect", "Deny"),
    ],
)
def test_control_says(path: str, expected: Any) -> None:
    assert at(body("control"), path) == expected


def test_the_bucket_has_the_name_under_which_it_is_looked_for() -> None:
    name = at(body("control"), f"{BUCKET}/BucketName/Fn::Sub")
    filled = name.replace("${AWS::AccountId}", CONTEXT.home_account).replace("${AWS::Region}", "us-east-1")

    assert filled == NAMES.artifact_bucket("us-east-1")


def test_the_bucket_leaves_replication_to_the_orchestrator() -> None:
    assert "ReplicationConfiguration" not in at(body("control"), BUCKET)


@pytest.mark.parametrize("kind", LeverKind)
def test_a_levers_alarm_is_the_one_that_is_reckoned_with(kind: LeverKind) -> None:
    rule = alarm_rule(kind)

    alarm = at(body("control"), f"Resources/{kind.value.capitalize()}UsEast1/Properties")

    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == (rule.comparison, rule.threshold)
    assert (alarm["Statistic"], alarm["Period"]) == (rule.statistic, rule.period_s)
    assert (alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (rule.evaluation_periods, rule.missing.value)


def test_target_accounts_read_artifacts_and_nobody_writes() -> None:
    allow = at(body("control"), "Resources/ArtifactBucketPolicy/Properties/PolicyDocument/Statement/1")

    assert allow["Action"] == ["s3:GetObject", "s3:GetObjectVersion"]
    assert [one["Fn::Sub"].removesuffix(":root")[-12:] for one in allow["Principal"]["AWS"]] == list(TARGETS)


def test_an_organization_reads_by_its_id() -> None:
    policy = at(body("control", accounts=(), organization_id="o-abc"), "Resources/ArtifactBucketPolicy/Properties")

    assert policy["PolicyDocument"]["Statement"][1]["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-abc"}}


def test_a_bucket_that_nobody_reads_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"options\.accounts: nobody could read"):
        body("control", accounts=())


def test_a_bucket_name_that_is_too_long_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"application: .* S3 allows 63"):
        body("control", replace(CONTEXT, application="a" * 30))


def test_roles_have_the_names_that_the_orchestrator_looks_for() -> None:
    home = {role["Properties"]["RoleName"] for role in body("home")["Resources"].values()}
    target = {role["Properties"]["RoleName"] for role in body("target")["Resources"].values()}

    assert home == {
        NAMES.administration_role,
        NAMES.execution_role,
        NAMES.replication_role,
        NAMES.access_role(""),
    }
    assert target == {NAMES.execution_role, NAMES.access_role("")}


def test_a_configured_access_role_wins() -> None:
    assert at(body("target", access_role="mine"), "Resources/OrchestratorRole/Properties/RoleName") == "mine"


@pytest.mark.parametrize(
    ("layer", "listed"), [("infra", INFRA_TYPES), ("compute", COMPUTE_TYPES), ("control", CONTROL_TYPES)]
)
def test_the_execution_role_knows_every_type_of_the_layer(layer: str, listed: tuple[str, ...]) -> None:
    options = {"layers": ["deps"]} if layer == "compute" else {}

    assert types(body(layer, **options)) == set(listed)


@pytest.mark.parametrize("layer", ["home", "target"])
def test_no_role_has_a_wildcard_in_its_actions(layer: str) -> None:
    roles = body(layer)["Resources"].values()

    assert not [name for role in roles for name in actions(role) if "*" in name]
    assert not [role for role in roles if "ManagedPolicyArns" in role["Properties"]]


@pytest.mark.parametrize("layer", ["home", "target"])
def test_inline_policies_fit_into_a_role(layer: str) -> None:
    function = "f" * 64
    largest = body(
        layer,
        hosted_zone_here=True,
        gate_function=function,
        **({"accounts": (CONTEXT.home_account,)} if layer == "home" else {}),
    )

    for role in largest["Resources"].values():
        policies = [policy["PolicyDocument"] for policy in role["Properties"].get("Policies", ())]
        assert sum(length(one) for one in policies) < INLINE_POLICY_LIMIT


def test_the_execution_role_cannot_change_the_roles_of_bootstrap() -> None:
    role = body("target")["Resources"]["ExecutionRole"]
    iam = [one for one in statements(role) if any(name.startswith("iam:Put") for name in one["Action"])]

    assert [one["Resource"] for one in iam] == [
        [{"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/sample-production/*"}]
    ]


def test_in_a_target_account_the_orchestrator_changes_nothing_but_stages_of_apis_and_its_own_tags_on_them() -> None:
    reading = ("Describe", "Get", "List", "GET")
    role = body("target")["Resources"]["OrchestratorRole"]
    changing = [
        one for one in statements(role) if not all(name.split(":")[1].startswith(reading) for name in one["Action"])
    ]

    places = {place["Fn::Sub"].rpartition("::")[2] for one in changing for place in one["Resource"]}
    assert places == {"/apis/*/stages/*", "/restapis/*/stages/*", "/apis/*/stages/*/routesettings/*", "/tags/*"}
    tags = next(one for one in changing if "/tags/*" in one["Resource"][0]["Fn::Sub"])
    assert tags["Condition"] == {
        "ForAllValues:StringLike": {"aws:TagKeys": ["orchestrator-drill", "orchestrator-drill-*"]}
    }


def invocations(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in statements(role) if "lambda:InvokeFunction" in one["Action"]]


@pytest.mark.parametrize(
    ("function", "place"),
    [
        ("judge", "lambda:*:${AWS::AccountId}:function:judge"),
        ("judge:live", "lambda:*:${AWS::AccountId}:function:judge"),
        ("arn:aws:lambda:us-west-2:222222222222:function:judge", "lambda:us-west-2:222222222222:function:judge"),
        ("arn:aws:lambda:us-west-2:222222222222:function:judge:3", "lambda:us-west-2:222222222222:function:judge"),
    ],
)
def test_the_orchestrator_may_ask_the_one_function_that_judges_releases(function: str, place: str) -> None:
    role = body("target", gate_function=function)["Resources"]["OrchestratorRole"]

    (asking,) = invocations(role)
    assert asking["Action"] == ["lambda:InvokeFunction"]
    arn = f"arn:${{AWS::Partition}}:{place}"
    assert asking["Resource"] == [{"Fn::Sub": arn}, {"Fn::Sub": f"{arn}:*"}]


def test_without_such_a_gate_no_function_may_be_asked() -> None:
    assert invocations(body("target")["Resources"]["OrchestratorRole"]) == []


def test_the_home_account_may_ask_its_function_only_as_a_target() -> None:
    alone = body("home", gate_function="judge")["Resources"]["OrchestratorRole"]
    both = body("home", accounts=(CONTEXT.home_account,), gate_function="judge")["Resources"]["OrchestratorRole"]

    assert (len(invocations(alone)), len(invocations(both))) == (0, 1)


def test_a_home_account_that_is_a_target_may_hold_the_application() -> None:
    alone = actions(body("home")["Resources"]["ExecutionRole"])
    both = actions(body("home", accounts=(CONTEXT.home_account,))["Resources"]["ExecutionRole"])

    assert "lambda:CreateFunction" not in alone
    assert "lambda:CreateFunction" in both


def test_records_may_be_changed_below_the_own_host_only() -> None:
    role = body("target", replace(CONTEXT, host="{account}.fed.dev"), hosted_zone_here=True)["Resources"][
        "OrchestratorRole"
    ]
    change = next(one for one in statements(role) if "route53:ChangeResourceRecordSets" in one["Action"])

    assert list(change["Condition"]["ForAllValues:StringLike"].values()) == [["*.fed.dev", "*.*.fed.dev"]]


def test_hundreds_of_accounts_still_fit_into_a_role() -> None:
    accounts = tuple(f"{number:012d}" for number in range(400))

    for role in body("home", accounts=accounts)["Resources"].values():
        policies = [policy["PolicyDocument"] for policy in role["Properties"]["Policies"]]
        assert sum(length(one) for one in policies) < INLINE_POLICY_LIMIT


def test_the_organization_is_read_only_where_units_are_used() -> None:
    plain = actions(body("home")["Resources"]["OrchestratorRole"])
    units = actions(body("home", accounts=(), organization_id="o-abc")["Resources"]["OrchestratorRole"])

    assert {name for name in units - plain if name.startswith("organizations:")} == {
        "organizations:DescribeOrganization",
        "organizations:ListAccountsForParent",
        "organizations:ListOrganizationalUnitsForParent",
    }


def test_the_role_reads_and_moves_the_routing_controls_of_its_environment_alone() -> None:
    plain = actions(body("home")["Resources"]["OrchestratorRole"])
    role = body("home", routing_controls=(control_arn("us-east-1"),))["Resources"]["OrchestratorRole"]
    moves, reads = (one for one in statements(role) if str(one.get("Sid")).startswith("Control"))

    assert actions(role) - plain == {*moves["Action"], *reads["Action"]}
    assert moves["Action"] == ["route53-recovery-cluster:UpdateRoutingControlStates"]
    assert moves["Condition"] == {"BoolIfExists": {"route53-recovery-cluster:AllowSafetyRulesOverrides": ["false"]}}
    bare = control_arn("us-east-1").removeprefix("arn:aws:")
    assert moves["Resource"] == reads["Resource"] == [{"Fn::Sub": f"arn:${{AWS::Partition}}:{bare}"}]


def test_the_execution_role_may_make_what_the_templates_hold_and_nothing_else() -> None:
    role = body("target", resource_types=("AWS::Lambda::Function", "Mine::Own::Type"))["Resources"]["ExecutionRole"]

    assert "lambda:CreateFunction" in actions(role)
    assert not {name for name in actions(role) if name.startswith(("dynamodb:", "apigateway:", "kms:"))}


def test_what_is_too_long_for_a_role_goes_into_policies_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    long = [Grant(f"Long{number}", tuple(f"x:{number}Does{at}" for at in range(150)), ("*",)) for number in range(4)]
    monkeypatch.setitem(GRANTS, "AWS::Lambda::Function", tuple(long))

    resources = body("target")["Resources"]

    beside = [name for name, one in resources.items() if one["Type"] == "AWS::IAM::ManagedPolicy"]
    assert resources["ExecutionRole"]["Properties"]["ManagedPolicyArns"] == [{"Ref": name} for name in beside]
    documents = [resources[name]["Properties"]["PolicyDocument"] for name in beside]
    inline = [one["PolicyDocument"] for one in resources["ExecutionRole"]["Properties"]["Policies"]]
    assert sum(length(one) for one in inline) <= INLINE_POLICY_LIMIT
    assert [one for one in documents if length(one) > MANAGED_POLICY_LIMIT] == []
    allowed = [one for document in (*inline, *documents) for one in document["Statement"]]
    assert {one.sid for one in long} <= {one["Sid"] for one in allowed}


def test_the_administration_role_serves_the_stack_sets_of_the_home_account_only() -> None:
    trust = at(body("home", opt_in_regions=("af-south-1",)), "Resources/AdministrationRole/Properties")
    allow = trust["AssumeRolePolicyDocument"]["Statement"][0]

    assert allow["Principal"]["Service"] == [
        "cloudformation.amazonaws.com",
        "cloudformation.af-south-1.amazonaws.com",
    ]
    assert allow["Condition"]["StringEquals"] == {"aws:SourceAccount": CONTEXT.home_account}


@pytest.mark.parametrize("layer", ["home", "target"])
def test_the_execution_role_trusts_the_administration_role_without_needing_it_to_exist(layer: str) -> None:
    role = at(body(layer), "Resources/ExecutionRole/Properties/AssumeRolePolicyDocument/Statement/0")

    assert role["Principal"] == {"AWS": {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::{CONTEXT.home_account}:root"}}
    assert role["Condition"] == {
        "ArnEquals": {
            "aws:PrincipalArn": {
                "Fn::Sub": f"arn:${{AWS::Partition}}:iam::{CONTEXT.home_account}:role/{NAMES.administration_role}"
            }
        }
    }


def test_s3_takes_the_replication_role_under_no_condition() -> None:
    trust = at(body("home"), "Resources/ReplicationRole/Properties/AssumeRolePolicyDocument/Statement/0")

    assert (trust["Principal"], trust.get("Condition")) == ({"Service": "s3.amazonaws.com"}, None)
