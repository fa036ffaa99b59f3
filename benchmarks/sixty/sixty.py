"""Ten queue workers of six resources each: the blueprint of figure P7. `app.mjs` is the same for the CDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints import Blueprint

if TYPE_CHECKING:
    from troposphere import Template

    from blueprints.context import Context

_WORKERS = 10


class Sixty(Blueprint):
    """Role, function, log group, queue, table and alarm, ten times."""

    def template(self, context: Context) -> Template:
        """No outputs."""
        from troposphere import Template

        template = Template(Description=f"{context.prefix}: sixty resources")
        for number in range(_WORKERS):
            _add_worker(template, context, f"Worker{number}")
        return template


def _add_worker(template: Template, context: Context, title: str) -> None:
    from troposphere import GetAtt, Ref, Sub, awslambda, cloudwatch, dynamodb, iam, logs, sqs

    name = f"{context.prefix}-{title.lower()}"
    queue = template.add_resource(sqs.Queue(f"{title}Queue", VisibilityTimeout=60))
    table = template.add_resource(
        dynamodb.Table(
            f"{title}Table",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[dynamodb.AttributeDefinition(AttributeName="pk", AttributeType="S")],
            KeySchema=[dynamodb.KeySchema(AttributeName="pk", KeyType="HASH")],
        )
    )
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
    allow = [
        {"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"], "Resource": GetAtt(queue, "Arn")},
        {"Effect": "Allow", "Action": ["dynamodb:PutItem", "dynamodb:GetItem"], "Resource": GetAtt(table, "Arn")},
    ]
    role = template.add_resource(
        iam.Role(
            f"{title}Role",
            RoleName=Sub(f"{name}-${{AWS::Region}}"),
            AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]},
            Policies=[
                iam.Policy(PolicyName="work", PolicyDocument={"Version": "2012-10-17", "Statement": allow}),
            ],
        )
    )
    template.add_resource(logs.LogGroup(f"{title}Logs", LogGroupName=f"/aws/lambda/{name}", RetentionInDays=30))
    function = template.add_resource(
        awslambda.Function(
            f"{title}Function",
            FunctionName=name,
            Runtime="python3.13",
            Handler="index.handler",
            Role=GetAtt(role, "Arn"),
            Code=awslambda.Code(ZipFile="def handler(event, context):\n    return event\n"),
        )
    )
    template.add_resource(
        cloudwatch.Alarm(
            f"{title}Errors",
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=[cloudwatch.MetricDimension(Name="FunctionName", Value=Ref(function))],
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold="1",
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            TreatMissingData="notBreaching",
        )
    )
