"""Releases that move users to a new version little by little, and back when an alarm says so: by CodeDeploy.

CloudFormation hands each change of the alias to CodeDeploy and waits for it. The order within one update is: version,
alarm on that version, functions of the hooks, deployment group, alias. References make it, among them the alarm's to
the version: an alarm on all versions together would see a tenth of the errors while a tenth of the users is moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.compute.roles import add_role
from blueprints.naming import ALIAS, alarm_name, function_name, shorten
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troposphere import GetAtt, Ref, Sub, Template
    from troposphere.codedeploy import DeploymentGroup
    from troposphere.policies import UpdatePolicy

    from blueprints.compute.roles import Statement
    from blueprints.context import Context

AT_ONCE = "AllAtOnce"
# https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html, for Lambda.
CONFIGURATIONS = (
    "Canary10Percent5Minutes",
    "Canary10Percent10Minutes",
    "Canary10Percent15Minutes",
    "Canary10Percent30Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
    "Linear10PercentEvery10Minutes",
    AT_ONCE,
)

_APPLICATION = "Releases"
_GROUP_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Shifting:
    """How users come to a new version of a function."""

    configuration: str = option(CONFIGURATIONS[0], "How much of the traffic moves when.", choices=CONFIGURATIONS)
    errors: int = option(1, "Errors of the new version in a minute that turn the release back.", minimum=1)
    alarms: tuple[str, ...] = option(
        (), "Further alarms that do, without the prefix: `orders-duration`; at most nine.", unique=True
    )
    before: str | None = option(None, "A function that tests the new version before anybody is moved.")
    after: str | None = option(None, "A function that tests it once everybody is.")

    def hooks(self) -> tuple[str, ...]:
        """The functions that test the new version, each once."""
        return tuple(dict.fromkeys(name for name in (self.before, self.after) if name))


def add_shifting(
    template: Template,
    context: Context,
    title: str,
    *,
    name: str,
    version: GetAtt,
    hooks: Mapping[str, Ref],
    options: Shifting,
) -> UpdatePolicy:
    """Application, deployment group, its role and its alarm; returns the update policy of the alias.

    `title` begins the logical ids, `name` is the function's as given in the options, `version` the number of the new
    one. `hooks` are the functions of the hooks by name.
    """
    from troposphere import Ref
    from troposphere.policies import CodeDeployLambdaAliasUpdate, UpdatePolicy

    group = template.add_resource(_group(template, context, title, name=name, version=version, options=options))
    return UpdatePolicy(
        CodeDeployLambdaAliasUpdate=CodeDeployLambdaAliasUpdate(
            ApplicationName=Ref(_APPLICATION),
            DeploymentGroupName=Ref(group),
            # By their names: CodeDeploy runs what was last deployed of them, for nobody else calls them.
            **({"BeforeAllowTrafficHook": hooks[options.before]} if options.before else {}),
            **({"AfterAllowTrafficHook": hooks[options.after]} if options.after else {}),
        )
    )


def wait_for_alarms(template: Template) -> None:
    """Has each deployment group made after those of its alarms that stand in the same template. Call it at the end.

    CodeDeploy knows alarms by name: without this, the first release of a template with a new alarm could ask for one
    that does not exist yet. The alarms must not refer to the alias, which itself waits for the group.
    """
    titles = {
        one.properties["AlarmName"]: title
        for title, one in template.resources.items()
        if isinstance(one.properties.get("AlarmName"), str)
    }
    for one in template.resources.values():
        if one.resource_type == "AWS::CodeDeploy::DeploymentGroup":
            alarms = one.properties["AlarmConfiguration"].properties["Alarms"]
            names = [alarm.properties["Name"] for alarm in alarms if isinstance(alarm.properties["Name"], str)]
            if waits := sorted(titles[name] for name in names if name in titles):
                one.DependsOn = waits


def hook_statements(context: Context, tested: str) -> list[Statement]:
    """For the function of a hook: call any version of the function `tested`, and tell CodeDeploy what it found."""
    from troposphere import Sub

    group = f"deploymentgroup:{context.prefix}/{_group_name(tested)}"
    versions = Sub(f"{_function_arn(context, tested)}:*")
    return [
        {"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": versions},
        {
            "Effect": "Allow",
            "Action": ["codedeploy:PutLifecycleEventHookExecutionStatus"],
            "Resource": Sub(f"arn:${{AWS::Partition}}:codedeploy:${{AWS::Region}}:${{AWS::AccountId}}:{group}"),
        },
    ]


def _group(
    template: Template, context: Context, title: str, *, name: str, version: GetAtt, options: Shifting
) -> DeploymentGroup:
    from troposphere import GetAtt
    from troposphere.codedeploy import (
        Alarm,
        AlarmConfiguration,
        AutoRollbackConfiguration,
        DeploymentGroup,
        DeploymentStyle,
    )

    alarm = _add_alarm(template, context, title, name=name, version=version, options=options)
    others = [alarm_name(context, one) for one in options.alarms]
    role = add_role(
        template,
        context,
        f"{title}ReleaseRole",
        name=f"{name}-release",
        service="codedeploy.amazonaws.com",
        statements=_statements(context, name, options),
    )
    return DeploymentGroup(
        f"{title}Release",
        ApplicationName=_add_application(template, context),
        DeploymentGroupName=_group_name(name),
        DeploymentConfigName=f"CodeDeployDefault.Lambda{options.configuration}",
        DeploymentStyle=DeploymentStyle(DeploymentType="BLUE_GREEN", DeploymentOption="WITH_TRAFFIC_CONTROL"),
        ServiceRoleArn=GetAtt(role, "Arn"),
        AlarmConfiguration=AlarmConfiguration(
            Enabled=True,
            # Blind is not healthy: whoever cannot read the alarms moves nobody.
            IgnorePollAlarmFailure=False,
            Alarms=[Alarm(Name=one) for one in (alarm, *others)],
        ),
        AutoRollbackConfiguration=AutoRollbackConfiguration(
            Enabled=True,
            Events=["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
        ),
    )


def _add_application(template: Template, context: Context) -> Ref:
    from troposphere import Ref
    from troposphere.codedeploy import Application

    if _APPLICATION not in template.resources:
        template.add_resource(Application(_APPLICATION, ApplicationName=context.prefix, ComputePlatform="Lambda"))
    return Ref(_APPLICATION)


def _add_alarm(
    template: Template, context: Context, title: str, *, name: str, version: GetAtt, options: Shifting
) -> Ref:
    from troposphere import Ref
    from troposphere.cloudwatch import Alarm, MetricDimension

    function = function_name(context, name)
    dimensions: dict[str, object] = {"FunctionName": function, "Resource": f"{function}:{ALIAS}"}
    if options.configuration != AT_ONCE:
        # Lambda tells versions apart only while an alias points at two of them.
        dimensions["ExecutedVersion"] = version
    alarm = Alarm(
        f"{title}ReleaseAlarm",
        AlarmName=alarm_name(context, name, "release"),
        AlarmDescription=f"Turns a release of {function} back",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[MetricDimension(Name=key, Value=value) for key, value in dimensions.items()],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=options.errors,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        # A version that nobody has called yet has no errors.
        TreatMissingData="notBreaching",
    )
    return Ref(template.add_resource(alarm))


def _statements(context: Context, name: str, options: Shifting) -> list[Statement]:
    """What AWSCodeDeployRoleForLambda grants, for this function and these hooks alone."""
    from troposphere import Sub

    arn = _function_arn(context, name)
    statements: list[Statement] = [
        {
            "Effect": "Allow",
            "Action": ["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"],
            "Resource": [Sub(arn), Sub(f"{arn}:*")],
        },
        {"Effect": "Allow", "Action": ["cloudwatch:DescribeAlarms"], "Resource": "*"},
    ]
    if hooks := options.hooks():
        called: list[Sub] = [Sub(_function_arn(context, hook)) for hook in hooks]
        statements.append({"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": called})
    return statements


def _function_arn(context: Context, name: str) -> str:
    return (
        f"arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{function_name(context, name)}"
    )


def _group_name(name: str) -> str:
    return shorten(name, _GROUP_LIMIT)
