"""One grant: what CloudFormation needs for a type of resource, or the orchestrator for a part of its work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions of one service on resources (ARNs after `arn:<partition>:`, or `*` where AWS knows no resources)."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...] = ()


def linked_role(sid: str, service: str) -> Grant:
    """The right to have AWS make the role that it keeps for one of its services."""
    return Grant(
        sid,
        ("iam:CreateServiceLinkedRole",),
        (f"iam::{{account}}:role/aws-service-role/{service}/*",),
        (("StringEquals", (("iam:AWSServiceName", (service,)),)),),
    )


def passed_to(sid: str, *services: str) -> Grant:
    """The right to hand a role of the application to one of these services, and to no other."""
    return Grant(
        sid,
        ("iam:PassRole",),
        ("iam::{account}:role/{p}/*",),
        (("StringEquals", (("iam:PassedToService", services),)),),
    )
