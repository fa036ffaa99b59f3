"""What of AWS the embedded AWS simulates, skips or fakes: told to the user, part by part, as (what, how)."""

from __future__ import annotations

Line = tuple[str, str]


def lines(*, replication_delay_s: float, enforce_iam: bool, clock_factor: float) -> tuple[Line, ...]:
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
        *_route53(clock_factor),
        ("TLS", "none: calls over loopback count as encrypted (aws:SecureTransport is true)"),
        ("API Gateway data plane", "plain HTTP on one loopback address per region; the Host header chooses the API"),
        ("API Gateway d-... names", "answer like the domain name they belong to (AWS answers 403 without it)"),
        ("Load balancers", "plain HTTP on the address of the region; found by the names in their certificates"),
        (
            "Containers",
            "are not run; a program that containers.json names runs in their place, one for each service and region",
        ),
        ("API Gateway hosted zone ids", "the one of us-east-1 in every region"),
        ("ACM certificates", "issued at once, whether or not the validation record exists; no TLS"),
        (
            "Lambda",
            "runs your code unsandboxed under this Python, whatever the runtime's version; no reserved concurrency",
        ),
        (
            "CloudWatch alarms",
            "judged by us, with M of N, percentiles and arithmetic of metrics; only functions and you write metrics",
        ),
        ("CloudFormation conditions on AWS::Region or AWS::AccountId", "never hold"),
        ("AWS::Partition and ARNs", "always `aws`, also in GovCloud regions"),
        ("Service-linked and organization trust", "not checked"),
        ("CloudFormation drift of stack instances", "always NOT_CHECKED"),
        (
            "Properties ignored",
            "S3 lifecycle, point-in-time recovery, dead-letter configuration, request validators, limits of HTTP APIs",
        ),
    )


def _route53(clock_factor: float) -> tuple[Line, ...]:
    pace = (
        "as on AWS"
        if clock_factor == 1
        else f"{clock_factor:g} times as fast: intervals, alarm periods, TTLs, propagation; probes have at least 1 s"
    )
    return (
        ("Route 53 clock", pace),
        (
            "Route 53 health checks",
            "6 checkers in this process probe over plain HTTP, HTTPS checks too; nothing off this machine is asked",
        ),
        ("Route 53 checks of alarms", "follow the metric's stream as we read the documentation; all checkers agree"),
        (
            "ARC routing controls",
            "every control exists, Off until it is set; no safety rules; one door stands for the five endpoints",
        ),
        (
            "Route 53 answers",
            "one name server on the loopback; no geolocation, geoproximity, CIDR, DNSSEC or delegation",
        ),
        (
            "Route 53 latency routing",
            "same region, same continent, elsewhere; a question from 127.0.1.x is that region's",
        ),
        ("Route 53 propagation", "a change is published and INSYNC after a short fixed delay"),
        ("AWS's own names", "*.REGION.amazonaws.com has the loopback address of its region"),
    )
