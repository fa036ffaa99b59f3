"""What the gateways call, what the roles grant, and what the guide asks of people: the three must agree."""

from __future__ import annotations

import json
import re
from pathlib import Path

from blueprints.access.drills import TARGET_DRILLS
from blueprints.access.gates import gate_grants
from blueprints.access.levers import lever_grants
from blueprints.access.observer import TARGET_READS
from blueprints.access.orchestrator import HOME_GRANTS, ORGANIZATION_READS
from blueprints.access.zone import zone_grants
from tests.blueprints.context import CONTEXT
from tests.sample_world import control_arn

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "how-to" / "permissions.md"

SERVICES = {
    "alarms": "cloudwatch",
    "buckets": "s3",
    "certificates": "acm",
    "dns": "route53",
    "drill_log": "s3",
    "functions": "lambda",
    "http_stage": "apigateway",
    "levers": "cloudwatch",
    "organization": "organizations",
    "outages": "apigateway",
    "quotas": "lambda",
    "recovery_cluster": "route53-recovery-cluster",
    "rest_stage": "apigateway",
    "stack_sets": "cloudformation",
    "stacks": "cloudformation",
    "stage_tags": "apigateway",
    "template_upload": "s3",
}
# Where the IAM action has another name than the operation, or needs more than one.
ACTIONS = {
    "HeadObject": {"s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions"},
    "ListObjectVersions": {"s3:ListBucketVersions"},
    "ListObjectsV2": {"s3:ListBucket"},
    "DeleteObjects": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
    "GetBucketEncryption": {"s3:GetEncryptionConfiguration"},
    "GetBucketReplication": {"s3:GetReplicationConfiguration"},
    "PutBucketReplication": {"s3:PutReplicationConfiguration", "iam:PassRole"},
    "DeleteBucketReplication": {"s3:PutReplicationConfiguration"},
    "CreateStackSet": {"cloudformation:CreateStackSet", "cloudformation:TagResource", "iam:PassRole"},
    "UpdateStackSet": {
        "cloudformation:UpdateStackSet",
        "cloudformation:TagResource",
        "cloudformation:UntagResource",
        "iam:PassRole",
    },
}
# API Gateway's actions are the methods of its requests; its two APIs tag by different ones.
ACTIONS |= {"GetAccountLimit": {"route53:GetAccountLimit"}}
ACTIONS |= {"Invoke": {"lambda:InvokeFunction"}}
ACTIONS |= {name: {"apigateway:GET"} for name in ("GetApiMappings", "GetRoutes", "GetStage", "GetTags")}
ACTIONS |= {name: {"apigateway:DELETE"} for name in ("DeleteRouteSettings", "UntagResource")}
ACTIONS |= {"UpdateStage": {"apigateway:PATCH"}, "TagResource": {"apigateway:POST", "apigateway:PUT"}}
# By people with the credentials of bootstrap, never by the role of the CI job.
BY_HAND = {"CreateStack", "UpdateStack", "DeleteStack", "DeleteObjects", "DeleteBucket"}
_CALL = re.compile(r'"([A-Z][A-Za-z0-9]+)"')


def called() -> dict[str, set[str]]:
    """Operation -> IAM actions, of every call in the gateways."""
    found: dict[str, set[str]] = {}
    for file in sorted((ROOT / "orchestrator" / "aws").glob("*.py")):
        service = SERVICES.get(file.stem)
        for name in _operations(file.read_text()) if service else ():
            found[name] = ACTIONS.get(name, {f"{service}:{name}"})
    return found


def _operations(source: str) -> set[str]:
    calls = re.findall(r"(?:calling|_paged)\(([^)]*)\)", source)
    return {name for call in calls for name in _CALL.findall(call) if name not in {"Accounts", "OrganizationalUnits"}}


def granted() -> set[str]:
    grants = (
        *HOME_GRANTS,
        *lever_grants(CONTEXT, (control_arn("us-east-1"),)),
        *TARGET_READS,
        *TARGET_DRILLS,
        *gate_grants("judge"),
        ORGANIZATION_READS,
        *zone_grants(CONTEXT, ""),
    )
    return {action for grant in grants for action in grant.actions}


def test_every_call_of_a_deployment_is_granted() -> None:
    calls = called()
    needed = {action for name, actions in calls.items() if name not in BY_HAND for action in actions}

    assert len(calls) > 35
    assert needed - granted() == set()


def test_nothing_is_granted_that_no_call_needs() -> None:
    needed = {action for name, actions in called().items() if name not in BY_HAND for action in actions}

    assert granted() - needed == set()


def test_the_guide_asks_of_people_what_only_they_call() -> None:
    policy = json.loads(GUIDE.read_text().partition("```json\n")[2].partition("```")[0])
    asked = {action for one in policy["Statement"] for action in _listed(one["Action"])}
    needed = {action for name in BY_HAND for action in called()[name]}

    assert {action.replace("s3:DeleteObjects", "s3:DeleteObject") for action in needed} <= asked


def _listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions
