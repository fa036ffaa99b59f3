"""What needs us-east-1 at run time: control planes of global services, and their endpoints without a region."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.core.analysis.document import Document
from orchestrator.core.analysis.policies import allowed_actions, identity_policies
from orchestrator.core.analysis.rule import Hit, Rule
from orchestrator.core.plan import Severity

GLOBAL_CONTROL_PLANE = Rule(
    id="global-control-plane",
    severity=Severity.WARNING,
    title="Code depends on us-east-1 at run time",
    why="IAM, Route 53, CloudFront and Organizations change in one region only (us-east-1; us-gov-west-1 in GovCloud), "
    "as do endpoints without a region such as sts.amazonaws.com: what needs them fails with that region, everywhere.",
    fix="use regional endpoints, and leave changes of global services to deployments",
)

RULES = (GLOBAL_CONTROL_PLANE,)

_RUNNING = ("lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "states.amazonaws.com", "ec2.amazonaws.com")
_CHANGES = re.compile(
    r"(?:iam:(?!PassRole$|Get|List)|route53:(?!Get|List)|route53domains:|cloudfront:(?!Get|List)|organizations:"
    r"|shield:|s3:(?:Create|Delete)Bucket$)",
    re.IGNORECASE,
)
_ENDPOINT = re.compile(r"(?:https?://|^)(sts|iam|route53|cloudfront|organizations)\.(?:us-gov\.)?amazonaws\.com\b")
_NO_CALL = re.compile(r"Principal|Policy|Trust", re.IGNORECASE)


def global_control_plane(document: Document) -> Iterator[Hit]:
    """Hits of roles that running code has, and of endpoints in its configuration."""
    for one in document.resources:
        if one.type == "AWS::IAM::Role" and any(said in _RUNNING for path, said in one.texts if "AssumeRole" in path):
            for path, statement in identity_policies(one):
                found = sorted({action for action in allowed_actions(statement) if _CHANGES.match(action)})
                if found:
                    yield Hit(GLOBAL_CONTROL_PLANE, one.layer, one.name, path, f"running code may {', '.join(found)}")
        for path, said in one.texts:
            endpoint = _ENDPOINT.search(said)
            if endpoint and not _NO_CALL.search(path):
                message = f"{endpoint[0]} is an endpoint without a region"
                yield Hit(GLOBAL_CONTROL_PLANE, one.layer, one.name, path, message)
