"""Synthetic canaries: made-up users who ask the shared and the regional name, from every region, all day long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.faults import Fault
from blueprints.monitoring import kinds
from blueprints.monitoring.watch import Metric, Watch
from blueprints.naming import bucket_name, regional_host, resource_name, shared_host
from blueprints.options import option
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Sub, Template

    from blueprints.compute.roles import Statement
    from blueprints.context import Context

NAMES = ("regional", "shared")
NAME_LIMIT = 255
NAMESPACE = "CloudWatchSynthetics"
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Library_nodejs_puppeteer.html
RUNTIME = "syn-nodejs-puppeteer-15.0"

_MEMORY_MB = 960  # the least that Synthetics gives
_KEPT_DAYS = 31
# Nothing of the Synthetics library, whose names change with its versions: a canary fails when its handler throws.
# A name, because web ACLs refuse who has none (NoUserAgent_HEADER of AWS's common rule set) and Node gives none.
_SCRIPT = """\
const https = require('https');
const options = {timeout: Number(process.env.TIMEOUT_MS), headers: {'User-Agent': 'orchestrator-canary'}};
exports.handler = () => new Promise((resolve, reject) => {
  const asked = https.get(process.env.ADDRESS, options, (answer) => {
    answer.resume();
    if (answer.statusCode === Number(process.env.STATUS)) resolve();
    else reject(new Error(`answered ${answer.statusCode}`));
  });
  asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
  asked.on('error', reject);
});
"""


@dataclass(frozen=True, slots=True)
class CanaryOptions:
    """Who asks what, how often. A run costs about 0.0012 dollars: every 5 minutes, 10 a month for each name."""

    bucket: str = option(doc="Data bucket of infra for what they leave behind, by its name under `buckets`.")
    names: tuple[str, ...] = option(
        NAMES, "Which names are asked: the region's own, the one of all users.", choices=NAMES, unique=True
    )
    path: str = option("/health", "What they ask for.")
    status: int = option(200, "Which answer is good.", minimum=100, maximum=599)
    every: int = option(5, "Minutes between two questions.", choices=(1, 5, 15, 60))
    timeout: int = option(10, "Seconds to wait for the answer.", minimum=1, maximum=50)
    runtime: str = option(RUNTIME, "Synthetics runtime for Node.js; AWS retires old ones.")

    def faults(self) -> Iterator[Fault]:
        """Nobody to ask, or no path."""
        if not self.names:
            yield Fault("names", "is empty", "give regional, shared or both, or leave `canaries` away")
        if not self.path.startswith("/"):
            yield Fault("path", f"{self.path!r} is no path", f"write /{self.path}")


def canary_name(context: Context, name: str) -> str:
    """The full name of a canary, the same in every region."""
    return resource_name(context, name, NAME_LIMIT)


def canary_watches(context: Context, options: CanaryOptions) -> Iterator[Watch]:
    """An alarm for each; no run within the time of one is as bad as one that failed."""
    for name in options.names:
        yield Watch(
            kind=kinds.CANARY,
            subject=name,
            metrics=(("value", canary_metric(context, name, "SuccessPercent")),),
            period=max(300, options.every * 60),
            asked=True,
        )


def canary_metric(context: Context, name: str, metric: str) -> Metric:
    """`SuccessPercent` or `Duration`."""
    dimensions = (("CanaryName", canary_name(context, name)),)
    return Metric(namespace=NAMESPACE, name=metric, statistic="Average", dimensions=dimensions)


def add_canaries(template: Template, context: Context, options: CanaryOptions) -> None:
    """The canaries, with one role. Each leaves its artifacts in the bucket and a log group of Lambda's making."""
    from troposphere import GetAtt
    from troposphere.synthetics import Canary, Code, RunConfig, Schedule

    from blueprints.compute.roles import add_role

    bucket = bucket_name(context, options.bucket).data["Fn::Sub"]
    role = add_role(
        template,
        context,
        "CanaryRole",
        # Two dashes: no function has such a name.
        name="canaries--run",
        service="lambda.amazonaws.com",
        statements=_statements(context, bucket, options),
    )
    for name in options.names:
        canary = Canary(
            f"Canary{camel(name)}",
            Name=canary_name(context, name),
            Code=Code(Handler="index.handler", Script=_SCRIPT),
            ExecutionRoleArn=GetAtt(role, "Arn"),
            ArtifactS3Location=_sub(f"s3://{bucket}/canaries/{name}"),
            Schedule=Schedule(Expression=_rate(options.every), DurationInSeconds="0"),
            RunConfig=RunConfig(
                TimeoutInSeconds=max(60, options.timeout + 10),
                MemoryInMB=_MEMORY_MB,
                ActiveTracing=True,
                EnvironmentVariables={
                    "ADDRESS": _address(context, name, options.path),
                    "STATUS": str(options.status),
                    "TIMEOUT_MS": str(options.timeout * 1000),
                },
            ),
            StartCanaryAfterCreation=True,
            ProvisionedResourceCleanup="AUTOMATIC",
            SuccessRetentionPeriod=_KEPT_DAYS,
            FailureRetentionPeriod=_KEPT_DAYS,
        )
        # troposphere 4.11 knows runtimes up to 9.1 only, which AWS does not take for new canaries.
        canary.properties["RuntimeVersion"] = options.runtime
        template.add_resource(canary)


def _statements(context: Context, bucket: str, options: CanaryOptions) -> list[Statement]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Canaries_Roles.html"""
    from blueprints.compute.roles import trace_statements

    arn = f"arn:${{AWS::Partition}}:s3:::{bucket}"
    logs = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/cwsyn-"
    return [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": _sub(f"{arn}/canaries/*")},
        {"Effect": "Allow", "Action": ["s3:GetBucketLocation"], "Resource": _sub(arn)},
        # The library looks for its bucket among all; there is no resource to name.
        {"Effect": "Allow", "Action": ["s3:ListAllMyBuckets"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [_sub(f"{logs}{canary_name(context, name)}-*") for name in options.names],
        },
        {
            "Effect": "Allow",
            "Action": ["cloudwatch:PutMetricData"],
            "Resource": "*",
            "Condition": {"StringEquals": {"cloudwatch:namespace": NAMESPACE}},
        },
        *trace_statements(),
    ]


def _address(context: Context, name: str, path: str) -> Sub | str:
    host = regional_host(context) if name == "regional" else shared_host(context)
    return _sub(f"https://{host if isinstance(host, str) else host.data['Fn::Sub']}{path}")


def _rate(minutes: int) -> str:
    if minutes % 60 == 0:
        return f"rate({minutes // 60} hour)"
    return f"rate({minutes} minute{'' if minutes == 1 else 's'})"


def _sub(text: str) -> Sub | str:
    from troposphere import Sub

    return Sub(text) if "${" in text else text
