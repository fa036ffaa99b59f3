"""What the orchestrator may read in a target account. It changes nothing there."""

from __future__ import annotations

from blueprints.access.grants import Grant

TARGET_READS = (
    Grant(
        "ReadStacks",
        (
            "cloudformation:DescribeStackEvents",
            "cloudformation:DescribeStackResources",
            "cloudformation:DescribeStacks",
            "cloudformation:GetTemplate",
            "cloudformation:ListStackResources",
        ),
        ("cloudformation:*:{account}:stack/StackSet-{p}-*", "cloudformation:*:{account}:stack/{p}-access/*"),
    ),
    # DescribeStacks without a name lists the account's stacks: one call instead of one per stack.
    Grant("ListStacks", ("cloudformation:DescribeStacks", "cloudformation:ListStacks"), ("*",)),
    Grant("ListCertificates", ("acm:ListCertificates",), ("*",)),
    Grant("ReadCertificates", ("acm:DescribeCertificate",), ("acm:*:{account}:certificate/*",)),
    Grant(
        "ReadApis",
        ("apigateway:GET",),
        ("apigateway:*::/apis", "apigateway:*::/apis/*", "apigateway:*::/domainnames", "apigateway:*::/domainnames/*"),
    ),
    Grant(
        "ReadFunctions",
        ("lambda:GetAlias", "lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:ListVersionsByFunction"),
        ("lambda:*:{account}:function:{p}-*",),
    ),
    Grant("ReadTables", ("dynamodb:DescribeTable",), ("dynamodb:*:{account}:table/{p}-*",)),
)
