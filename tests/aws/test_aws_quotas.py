"""Quotas as Lambda and Route 53 tell them."""

from __future__ import annotations

from collections.abc import Callable

from botocore.stub import Stubber

from orchestrator.aws.quotas import AwsQuotas
from orchestrator.aws.rate import TokenBucket
from orchestrator.aws.sessions import Sessions
from orchestrator.clock import SystemClock
from orchestrator.core.quotas import Room

REGION, ACCOUNT = "us-west-2", "222222222222"


def test_the_concurrency_of_a_place_is_the_accounts_whole_quota(
    sessions: Sessions, stubbed: Callable[..., Stubber]
) -> None:
    limits = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 10}
    stubbed("lambda", REGION, ACCOUNT).add_response("get_account_settings", {"AccountLimit": limits}, {})

    assert quotas(sessions).concurrency(ACCOUNT, REGION) == 1000


def test_health_checks_are_counted_by_route_53(sessions: Sessions, stubbed: Callable[..., Stubber]) -> None:
    kind = "MAX_HEALTH_CHECKS_BY_OWNER"
    answer = {"Limit": {"Type": kind, "Value": 200}, "Count": 17}
    stubbed("route53", "us-east-1").add_response("get_account_limit", answer, {"Type": kind})

    assert quotas(sessions).health_checks() == Room(used=17, limit=200)


def quotas(sessions: Sessions) -> AwsQuotas:
    return AwsQuotas(sessions, route53_rate=TokenBucket(SystemClock(), burst=3, per_second=1.8))
