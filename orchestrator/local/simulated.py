"""What of AWS the embedded AWS simulates, skips or fakes: told to the user, part by part, as (what, how)."""

from __future__ import annotations

Line = tuple[str, str]


def lines(*, replication_delay_s: float, enforce_iam: bool) -> tuple[Line, ...]:
    """Every part that is not the emulator's own, and every limit of the emulator that matters to this tool."""
    iam = (
        "enforced (secret key of an account: test), but for what CloudFormation and StackSets do in stacks"
        if enforce_iam
        else "not enforced: every call is allowed, except taking a role that does not exist"
    )
    return (
        ("StackSets", "our reading of AWS's documentation, over real stacks in each account and region"),
        ("StackSets automatic deployment", "looks every second for accounts that joined or left a unit"),
        ("IAM policies", iam),
        ("OrganizationAccountAccessRole", "taken to exist in every account"),
        (
            "S3 replication",
            f"replicas appear {replication_delay_s:g} s after the write; role permissions are not checked",
        ),
        ("DynamoDB global tables", "replicas are made and written at once, without conflicts or delay"),
        ("Route 53 health checks", "kept and validated, but not probed: they have no observations"),
        ("Route 53 answers", "records are kept and validated; no DNS server answers for them"),
        ("Route 53 propagation", "a change is INSYNC after a short fixed delay"),
        ("TLS", "none: calls over loopback count as encrypted (aws:SecureTransport is true)"),
        ("API Gateway data plane", "plain HTTP on one loopback address per region; the Host header chooses the API"),
        ("API Gateway d-... names", "answer like the domain name they belong to (AWS answers 403 without it)"),
        ("API Gateway hosted zone ids", "the one of us-east-1 in every region"),
        ("ACM certificates", "issued at once, whether or not the validation record exists; no TLS"),
        (
            "Lambda",
            "runs your code unsandboxed under this Python, whatever the runtime's version; no reserved concurrency",
        ),
        ("CloudFormation conditions on AWS::Region or AWS::AccountId", "never hold"),
        ("AWS::Partition and ARNs", "always `aws`, also in GovCloud regions"),
        ("Service-linked and organization trust", "not checked"),
        ("CloudFormation drift of stack instances", "always NOT_CHECKED"),
        ("Properties ignored", "S3 lifecycle, point-in-time recovery, dead-letter configuration, request validators"),
    )
