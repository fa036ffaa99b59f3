"""The execution role: what CloudFormation may do in an account, derived from the resource types of the templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from blueprints.access.grants import Grant, grants_for
from blueprints.access.statements import Statement, add_role, arn, document, statements, trust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troposphere import Ref, Template

    from blueprints.context import Context

# IAM counts without white space: all inline policies of a role together, and each managed policy by itself.
INLINE_LIMIT = 10_240
POLICY_LIMIT = 6_144

_STACKS = Grant(
    "OwnStacks",
    (
        "cloudformation:CancelUpdateStack",
        "cloudformation:ContinueUpdateRollback",
        "cloudformation:CreateChangeSet",
        "cloudformation:CreateStack",
        "cloudformation:DeleteChangeSet",
        "cloudformation:DeleteStack",
        "cloudformation:DescribeChangeSet",
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStackResource",
        "cloudformation:DescribeStackResourceDrifts",
        "cloudformation:DescribeStackResources",
        "cloudformation:DescribeStacks",
        "cloudformation:DetectStackDrift",
        "cloudformation:DetectStackResourceDrift",
        "cloudformation:ExecuteChangeSet",
        "cloudformation:GetStackPolicy",
        "cloudformation:GetTemplate",
        "cloudformation:ListStackResources",
        "cloudformation:RollbackStack",
        "cloudformation:SetStackPolicy",
        "cloudformation:TagResource",
        "cloudformation:UntagResource",
        "cloudformation:UpdateStack",
        "cloudformation:UpdateTerminationProtection",
    ),
    ("cloudformation:*:{account}:stack/StackSet-{p}-*",),
)
_TEMPLATES = Grant(
    "Templates",
    (
        "cloudformation:DescribeStackDriftDetectionStatus",
        "cloudformation:GetTemplateSummary",
        "cloudformation:ListStacks",
        "cloudformation:ValidateTemplate",
    ),
    ("*",),
)
# StackSets hands a template to CloudFormation through a bucket of AWS's own, which is read with this role. The buckets
# of this account stay closed, and nobody else's opens by this: its owner must allow it too.
_HANDED_TEMPLATES = Grant(
    "TemplatesFromStackSets",
    ("s3:GetObject",),
    ("s3:::*/*",),
    (("StringNotEquals", (("aws:ResourceAccount", ("${aws:PrincipalAccount}",)),)),),
)
_ARTIFACTS = Grant("Artifacts", ("s3:GetObject", "s3:GetObjectVersion"), ("s3:::{p}-{home}-*/*",))


def add_execution_role(
    template: Template,
    context: Context,
    *,
    types: Sequence[str],
    managed_policies: Sequence[str] = (),
    extra: Sequence[Grant] = (),
) -> None:
    """The role that the administration role of the home account takes in this account.

    It may make these resource types; what is too long for a role goes into policies beside it. A type without grants
    gets none: its owner attaches `managed_policies` (ARNs).
    """
    own = statements(context, (_STACKS, _TEMPLATES, _HANDED_TEMPLATES, _ARTIFACTS))
    inline, *others = packed(statements(context, (*grants_for(types), *extra)), beside=own)
    beside = [_policy(template, context, number, parts) for number, parts in enumerate(others, start=2)]
    add_role(
        template,
        "ExecutionRole",
        name=f"{context.prefix}-stackset-exec",
        trust=_trust_in_administration(context),
        policies={"stacks": own, "resources": inline},
        managed_policies=[*managed_policies, *beside],
    )


def packed(parts: Sequence[Statement], *, beside: Sequence[Statement]) -> list[list[Statement]]:
    """The statements of the role itself, next to those `beside` them, then those of each policy."""
    groups: list[list[Statement]] = [[]]
    room = INLINE_LIMIT - size_of(beside)
    for part in parts:
        if size_of([*groups[-1], part]) > room:
            groups.append([])
            room = POLICY_LIMIT
        groups[-1].append(part)
    return groups


def size_of(parts: Sequence[Statement]) -> int:
    """Characters of a policy of these statements, as it stands in the template: never fewer than IAM counts."""
    return len(json.dumps(document(parts), default=lambda sub: sub.to_dict(), separators=(",", ":")))


def _policy(template: Template, context: Context, number: int, parts: Sequence[Statement]) -> Ref:
    from troposphere import Ref
    from troposphere.iam import ManagedPolicy

    policy = ManagedPolicy(
        f"ExecutionPolicy{number}",
        ManagedPolicyName=f"{context.prefix}-stackset-exec-{number}",
        Description="What CloudFormation may make here, as far as it is too long for the role itself",
        PolicyDocument=document(parts),
    )
    return Ref(template.add_resource(policy))


def _trust_in_administration(context: Context) -> dict[str, object]:
    """The administration role, named in a condition instead of as principal.

    IAM refuses a principal that does not exist yet, and stores one that does by its unique id: made anew under the
    same name it would not be trusted any more.
    """
    role = arn(context, f"iam::{context.home_account}:role/{{p}}-stackset-admin")
    return trust(
        {"AWS": arn(context, f"iam::{context.home_account}:root")},
        condition={"ArnEquals": {"aws:PrincipalArn": role}},
    )
