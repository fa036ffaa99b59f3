"""Replication of the data buckets: whichever region is made last writes the rules of all.

A rule's destination must exist, so no template can hold the rules: each region would wait for all others. An inline
function in each region writes them for every set of buckets that is complete, and for none that is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from blueprints.compute.roles import add_role
from blueprints.infra.buckets import bucket_title
from blueprints.inline import add_inline_function, ask
from blueprints.naming import bucket_name, regional_role_name, role_path

if TYPE_CHECKING:
    from troposphere import Sub, Template

    from blueprints.compute.roles import Statement
    from blueprints.context import Context
    from blueprints.infra.buckets import BucketOptions

FUNCTION = "BucketReplication"
ROLE = "BucketReplicationSenderRole"
_ROLE_NAME = "bucket-replication"

# Priorities are needed as soon as there is more than one destination, and must differ.
_ANSWER = """
def exists(s3, bucket):
    try:
        return s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled"
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchBucket"):
            return False
        raise


def rule(number, bucket, timed):
    to = {"Bucket": "arn:%s:s3:::%s" % (PARTITION, bucket)}
    if timed:
        limit = {"Minutes": 15}
        to["ReplicationTime"] = {"Status": "Enabled", "Time": limit}
        to["Metrics"] = {"Status": "Enabled", "EventThreshold": limit}
    on = {"Status": "Enabled"}
    return dict(on, ID="to-%d" % number, Priority=number, Filter={"Prefix": ""}, Destination=to,
                DeleteMarkerReplication=on, SourceSelectionCriteria={"ReplicaModifications": on})


def answer(asked):
    global PARTITION
    PARTITION = asked["Partition"]
    regions, stems = asked["Regions"], asked["Buckets"]
    written = []
    for stem, timed in zip(stems, asked["Timed"]):
        buckets = dict((region, "%s-%s" % (stem, region)) for region in regions)
        clients = dict((region, boto3.client("s3", region)) for region in regions)
        if not all(exists(clients[region], buckets[region]) for region in regions):
            continue
        for region in regions:
            others = [bucket for other, bucket in sorted(buckets.items()) if other != region]
            rules = [rule(number, bucket, timed == "true") for number, bucket in enumerate(others, 1)]
            to = {"Role": asked["Role"] + "-" + region, "Rules": rules}
            clients[region].put_bucket_replication(Bucket=buckets[region], ReplicationConfiguration=to)
        written.append(stem)
    return {"Written": ",".join(written)}
"""


def add_bucket_replication(template: Template, context: Context, buckets: Mapping[str, BucketOptions]) -> None:
    """The rules of every bucket with `replicate`, and the role with which S3 copies out of this region.

    Call it after `add_buckets`: it makes the buckets wait for the role, so that a bucket that another region finds can
    send. Objects written
    before the rules exist are not copied; `aws s3control create-job` (batch replication) copies them.
    """
    from troposphere import AWS_PARTITION, Ref, Sub

    replicated = {name: options for name, options in buckets.items() if options.replicate}
    if not replicated or len(context.regions) == 1:
        return
    _add_sender_role(template, context, tuple(replicated))
    for name in replicated:
        template.resources[bucket_title(name)].resource["DependsOn"] = [ROLE]
    add_inline_function(
        template,
        context,
        FUNCTION,
        name=_ROLE_NAME,
        answer=_ANSWER,
        statements=_writer_statements(context, tuple(replicated)),
    )
    role = f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role{role_path(context)}{_role_stem(context)}"
    ask(
        template,
        "BucketReplicationRules",
        FUNCTION,
        {
            "Partition": Ref(AWS_PARTITION),
            "Regions": sorted(context.regions),
            "Buckets": [Sub(_bucket_stem(context, name)) for name in replicated],
            "Timed": [str(options.within_15_minutes).lower() for options in replicated.values()],
            "Role": Sub(role),
        },
        after=[bucket_title(name) for name in replicated],
    )


def _add_sender_role(template: Template, context: Context, names: tuple[str, ...]) -> None:
    """No condition on aws:SourceAccount: S3 does not document that it is there when S3 replicates."""
    here = [bucket_name(context, name) for name in names]
    anywhere = [_in_all_regions(context, name) for name in names]
    add_role(
        template,
        context,
        ROLE,
        name=_ROLE_NAME,
        service="s3.amazonaws.com",
        statements=[
            _allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], [_arn(one.data["Fn::Sub"]) for one in here]),
            _allow(
                [
                    "s3:GetObjectVersionAcl",
                    "s3:GetObjectVersionForReplication",
                    "s3:GetObjectVersionTagging",
                ],
                [_arn(f"{one.data['Fn::Sub']}/*") for one in here],
            ),
            _allow(
                ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"],
                [_arn(f"{one}/*") for one in anywhere],
            ),
        ],
    )


def _writer_statements(context: Context, names: tuple[str, ...]) -> list[Statement]:
    from troposphere import Sub

    roles = f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role{role_path(context)}{_role_stem(context)}"
    return [
        _allow(
            ["s3:GetBucketVersioning", "s3:GetReplicationConfiguration", "s3:PutReplicationConfiguration"],
            [_arn(_in_all_regions(context, name)) for name in names],
        ),
        {
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": [Sub(f"{roles}-{region}") for region in sorted(context.regions)],
            "Condition": {"StringEquals": {"iam:PassedToService": "s3.amazonaws.com"}},
        },
    ]


def _role_stem(context: Context) -> str:
    name: str = regional_role_name(context, _ROLE_NAME).data["Fn::Sub"]
    return name.removesuffix("-${AWS::Region}")


def _bucket_stem(context: Context, name: str) -> str:
    full: str = bucket_name(context, name).data["Fn::Sub"]
    return full.removesuffix("-${AWS::Region}")


def _in_all_regions(context: Context, name: str) -> str:
    return f"{_bucket_stem(context, name)}-*"


def _arn(resource: str) -> Sub:
    from troposphere import Sub

    return Sub(f"arn:${{AWS::Partition}}:s3:::{resource}")


def _allow(actions: list[str], resources: list[Sub]) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}
