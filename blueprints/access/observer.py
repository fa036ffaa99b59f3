"""What the orchestrator may read in a target account. By these it changes nothing there."""

from __future__ import annotations

from blueprints.access.grants import Grant

TARGET_READS = (
    Grant(
        "ReadStacks",
        ("cloudformation:DescribeStackEvents", "cloudformation:GetTemplate"),
        ("cloudformation:*:{account}:stack/StackSet-{p}-*",),
    ),
    # DescribeStacks without a name lists the account's stacks: one call instead of one per stack.
    Grant("ListTargetStacks", ("cloudformation:DescribeStacks",), ("*",)),
    Grant("ReadLambdaQuota", ("lambda:GetAccountSettings",), ("*",)),
    Grant("ListCertificates", ("acm:ListCertificates",), ("*",)),
    Grant("ReadCertificates", ("acm:DescribeCertificate",), ("acm:*:{account}:certificate/*",)),
)
