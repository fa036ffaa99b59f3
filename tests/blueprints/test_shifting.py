"""Releases that move users little by little: who decides, who tests, what turns them back, and in which order."""

from __future__ import annotations

from typing import Any

import pytest
from troposphere import GetAtt, Template
from troposphere.cloudwatch import Alarm

from blueprints.compute.shifting import Shifting, add_shifting, wait_for_alarms
from orchestrator.core.errors import ConfigurationError
from tests.blueprints.context import CONTEXT
from tests.blueprints.templates import at, body

GROUP = "Resources/FunctionFrontRelease/Properties"
ALARM = "Resources/FunctionFrontReleaseAlarm/Properties"
UPDATE = "Resources/FunctionFrontLive/UpdatePolicy/CodeDeployLambdaAliasUpdate"


def shifted(**shifting: object) -> dict[str, Any]:
    return body("compute", functions={"front": {"shifting": shifting or True}, "check": {}, "probe": {}})


def statements(template: dict[str, Any], title: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = at(template, f"Resources/{title}/Properties/Policies/0/PolicyDocument/Statement")
    return found


def dimensions(template: dict[str, Any]) -> dict[str, Any]:
    return {one["Name"]: one["Value"] for one in at(template, f"{ALARM}/Dimensions")}


@pytest.mark.parametrize(
    ("options", "path", "expected"),
    [
        ({}, f"{UPDATE}/ApplicationName", {"Ref": "Releases"}),
        ({}, f"{UPDATE}/DeploymentGroupName", {"Ref": "FunctionFrontRelease"}),
        ({"before": "check"}, f"{UPDATE}/BeforeAllowTrafficHook", {"Ref": "FunctionCheck"}),
        ({"after": "probe"}, f"{UPDATE}/AfterAllowTrafficHook", {"Ref": "FunctionProbe"}),
        ({}, f"{GROUP}/DeploymentConfigName", "CodeDeployDefault.LambdaCanary10Percent5Minutes"),
        (
            {"configuration": "Linear10PercentEvery1Minute"},
            f"{GROUP}/DeploymentConfigName",
            "CodeDeployDefault.LambdaLinear10PercentEvery1Minute",
        ),
        ({}, f"{GROUP}/DeploymentStyle/DeploymentOption", "WITH_TRAFFIC_CONTROL"),
        ({}, f"{GROUP}/AlarmConfiguration/IgnorePollAlarmFailure", False),
        ({}, f"{GROUP}/AutoRollbackConfiguration/Enabled", True),
        (
            {"alarms": ["front-duration"]},
            f"{GROUP}/AlarmConfiguration/Alarms",
            [{"Name": {"Ref": "FunctionFrontReleaseAlarm"}}, {"Name": "sample-production-front-duration"}],
        ),
        ({"errors": 3}, f"{ALARM}/Threshold", 3),
        ({}, f"{ALARM}/AlarmName", "sample-production-front-release"),
        ({}, f"{ALARM}/TreatMissingData", "notBreaching"),
        ({}, "Resources/Releases/Properties/ComputePlatform", "Lambda"),
    ],
)
def test_a_release_is_shifted_as_written(options: dict[str, object], path: str, expected: object) -> None:
    assert at(shifted(**options), path) == expected


def test_the_alarm_watches_the_new_version_alone() -> None:
    version = at(shifted(), "Resources/FunctionFrontLive/Properties/FunctionVersion")

    assert dimensions(shifted())["ExecutedVersion"] == version


def test_at_once_versions_cannot_be_told_apart() -> None:
    assert set(dimensions(shifted(configuration="AllAtOnce"))) == {"FunctionName", "Resource"}


def test_a_hook_is_told_the_version_that_it_tests_and_may_call_it() -> None:
    template = shifted(before="check")

    told = at(template, "Resources/FunctionCheck/Properties/Environment/Variables/TESTED_FRONT/Ref")
    actions = {action: one for one in statements(template, "FunctionCheckRole") for action in one["Action"]}

    assert at(template, f"Resources/{told}/Properties/FunctionName") == {"Ref": "FunctionFront"}
    assert at(actions["lambda:InvokeFunction"], "Resource/Fn::Sub").endswith(":function:sample-production-front:*")
    reported = at(actions["codedeploy:PutLifecycleEventHookExecutionStatus"], "Resource/Fn::Sub")
    assert reported.endswith(":deploymentgroup:sample-production/front")


def test_what_is_not_a_hook_may_not_call_versions() -> None:
    template = shifted(before="check")

    assert "lambda:InvokeFunction" not in str(statements(template, "FunctionProbeRole"))


def test_codedeploy_may_move_this_alias_and_call_these_hooks() -> None:
    template = shifted(before="check", after="check")

    moves, alarms, hooks = statements(template, "FunctionFrontReleaseRole")

    assert [one["Fn::Sub"].rpartition(":function:")[2] for one in moves["Resource"]] == [
        "sample-production-front",
        "sample-production-front:*",
    ]
    assert alarms["Action"] == ["cloudwatch:DescribeAlarms"]
    assert [one["Fn::Sub"].rpartition(":function:")[2] for one in hooks["Resource"]] == ["sample-production-check"]


def test_two_functions_share_one_application() -> None:
    template = body("compute", functions={"a": {"shifting": True}, "b": {"shifting": True}})

    assert at(template, "Resources/FunctionARelease/Properties/ApplicationName") == {"Ref": "Releases"}
    assert at(template, "Resources/FunctionBRelease/Properties/ApplicationName") == {"Ref": "Releases"}


def test_the_api_calls_the_first_function_whatever_is_made_first() -> None:
    template = body("compute", functions={"front": {}, "back": {"shifting": {"before": "front"}}})

    assert at(template, "Resources/ApiIntegration/Properties/IntegrationUri") == {"Ref": "FunctionFrontLive"}


def test_a_deployment_group_comes_after_the_alarms_of_its_template() -> None:
    template = Template()
    options = Shifting(alarms=("front-slow", "elsewhere"))
    add_shifting(
        template, CONTEXT, "FunctionFront", name="front", version=GetAtt("V", "Version"), hooks={}, options=options
    )
    template.add_resource(Alarm("Slow", AlarmName="sample-production-front-slow"))

    wait_for_alarms(template)

    assert template.resources["FunctionFrontRelease"].to_dict()["DependsOn"] == ["Slow"]


def test_warm_ones_are_moved_at_once() -> None:
    template = body(
        "compute",
        functions={"front": {"shifting": {"configuration": "AllAtOnce"}, "provisioned_concurrency": {"minimum": 1}}},
    )

    assert at(template, f"{GROUP}/DeploymentConfigName") == "CodeDeployDefault.LambdaAllAtOnce"


@pytest.mark.parametrize(
    ("functions", "message"),
    [
        (
            {"front": {"shifting": True, "provisioned_concurrency": {"minimum": 1}}},
            r"front\.shifting\.configuration: Canary10Percent5Minutes needs an alias with weights.*AllAtOnce",
        ),
        (
            {"front": {"shifting": {"before": "chek"}}, "check": {}},
            r"front\.shifting\.before: there is no function 'chek'.*did you mean 'check'",
        ),
        (
            {"front": {"shifting": {"after": "check"}}, "check": {"shifting": True}},
            r"front\.shifting\.after: 'check' shifts its own releases",
        ),
        ({"front": {"shifting": {"before": "front"}}}, r"front\.shifting\.before: 'front' shifts its own releases"),
        ({"front": {"shifting": {"alarms": [f"x{at}" for at in range(10)]}}}, r"front\.shifting\.alarms: 10 alarms"),
        (
            {"front": {"shifting": {"configuration": "Canary"}}},
            r"front\.shifting\.configuration: 'Canary' is not allowed",
        ),
    ],
)
def test_shifting_that_cannot_work_is_refused_where_it_stands(functions: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("compute", functions=functions)
