"""The execution role: what CloudFormation may do in an account, derived from the resource types of the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.access.grants import GRANTS, Grant, grants_for
from blueprints.access.statements import Statement, add_role, arn, statements, trust
from blueprints.faults import Fault, OptionsError, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from troposphere import Template

    from blueprints.context import Context

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
    own_types: Sequence[str] = (),
    managed_policies: Sequence[str] = (),
    extra: Sequence[Grant] = (),
) -> None:
    """The role that the administration role of the home account takes in this account.

    `own_types` are the option `resource_types`. Raises OptionsError.
    """
    if faults := tuple(_unknown(own_types)):
        raise OptionsError(faults)
    policies: dict[str, Sequence[Statement]] = {
        "stacks": statements(context, (_STACKS, _TEMPLATES, _HANDED_TEMPLATES, _ARTIFACTS)),
        "resources": statements(context, (*grants_for((*types, *own_types)), *extra)),
    }
    add_role(
        template,
        "ExecutionRole",
        name=f"{context.prefix}-stackset-exec",
        trust=_trust_in_administration(context),
        policies=policies,
        managed_policies=managed_policies,
    )


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


def _unknown(types: Sequence[str]) -> Iterator[Fault]:
    for at, name in enumerate(types):
        if name not in GRANTS:
            yield Fault(
                f"resource_types[{at}]",
                f"this tool does not know which permissions {name!r} needs",
                f"{suggestion(name, GRANTS)} Otherwise attach a policy by `managed_policies`",
            )
