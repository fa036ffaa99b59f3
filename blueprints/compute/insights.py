"""Lambda Insights: AWS's own layer, whose ARN differs by region and processor, and what a function needs to use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Sub, Template

    from blueprints.compute.roles import Statement
    from blueprints.context import Context

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-extension-versions.html, by way of the
# facts of aws-cdk (region-info, CLOUDWATCH_LAMBDA_INSIGHTS_ARNS). Later versions have faults there: 1.0.404.0 in
# af-south-1, 1.0.498.0 on arm64 (https://github.com/aws/aws-cdk/issues/36867).
INSIGHTS_VERSION = "1.0.333.0"

_MAP = "InsightsLayer"
_KEYS = {"arm64": "Arm64", "x86_64": "X8664"}
_NAMES = {"arm64": "LambdaInsightsExtension-Arm64", "x86_64": "LambdaInsightsExtension"}

_EVERYWHERE = "580247275435"
# Region -> AWS's account there, and the number of the layer's version for arm64 (None: not published) and x86_64.
LAYERS: dict[str, tuple[str, int | None, int]] = {
    "af-south-1": ("012438385374", 18, 44),
    "ap-east-1": ("519774774795", 18, 44),
    "ap-northeast-1": (_EVERYWHERE, 31, 80),
    "ap-northeast-2": (_EVERYWHERE, 19, 52),
    "ap-northeast-3": ("194566237122", 17, 34),
    "ap-south-1": (_EVERYWHERE, 22, 51),
    "ap-south-2": ("891564319516", 6, 26),
    "ap-southeast-1": (_EVERYWHERE, 20, 53),
    "ap-southeast-2": (_EVERYWHERE, 20, 53),
    "ap-southeast-3": ("439286490199", 18, 30),
    "ap-southeast-4": ("158895979263", None, 21),
    "ca-central-1": (_EVERYWHERE, 18, 52),
    "ca-west-1": ("946466191631", None, 13),
    "eu-central-1": (_EVERYWHERE, 20, 53),
    "eu-central-2": ("033019950311", None, 27),
    "eu-north-1": (_EVERYWHERE, 18, 50),
    "eu-south-1": ("339249233099", 18, 44),
    "eu-south-2": ("352183217350", 6, 28),
    "eu-west-1": (_EVERYWHERE, 20, 53),
    "eu-west-2": (_EVERYWHERE, 20, 53),
    "eu-west-3": (_EVERYWHERE, 18, 52),
    "il-central-1": ("459530977127", None, 21),
    "me-central-1": ("732604637566", None, 27),
    "me-south-1": ("285320876703", 18, 44),
    "sa-east-1": (_EVERYWHERE, 18, 52),
    "us-east-1": (_EVERYWHERE, 20, 53),
    "us-east-2": (_EVERYWHERE, 22, 53),
    "us-gov-east-1": ("122132214140", 3, 21),
    "us-gov-west-1": ("751350123760", 3, 21),
    "us-west-1": (_EVERYWHERE, 18, 53),
    "us-west-2": (_EVERYWHERE, 20, 53),
}


def insights_faults(path: str, context: Context, architecture: str) -> Iterator[Fault]:
    """Regions of the application in which there is no such layer."""
    for region in context.regions:
        if region not in LAYERS:
            yield Fault(path, f"no Insights layer is known for {region}", "leave `insights` off")
        elif architecture == "arm64" and LAYERS[region][1] is None:
            yield Fault(path, f"there is no Insights layer for arm64 in {region}", "choose x86_64 or leave it off")


def insights_layer(template: Template, architecture: str) -> Sub:
    """The layer's ARN in the region of the stack; the table comes along as a mapping.

    The table is whole, whatever regions the application has: adding one of them then changes nothing in the others.
    """
    from troposphere import FindInMap, Ref, Sub

    if _MAP not in template.mappings:
        template.add_mapping(_MAP, {region: _row(*row) for region, row in LAYERS.items()})
    account, number = (FindInMap(_MAP, Ref("AWS::Region"), key) for key in ("Account", _KEYS[architecture]))
    return Sub(
        f"arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{Account}}:layer:{_NAMES[architecture]}:${{Number}}",
        Account=account,
        Number=number,
    )


def insights_statements() -> list[Statement]:
    """For a function: what the layer writes, in a log group of AWS's naming that all functions of an account share.

    No stack can own that group, and its retention is the account's to set: the layer makes it when it is not there.
    """
    from troposphere import Sub

    group = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda-insights"
    return [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [Sub(group), Sub(f"{group}:*")],
        }
    ]


def _row(account: str, arm64: int | None, x86_64: int) -> dict[str, str]:
    row = {"Account": account, _KEYS["x86_64"]: str(x86_64)}
    return row if arm64 is None else {**row, _KEYS["arm64"]: str(arm64)}
