"""ports.Quotas: Lambda's in the target accounts, Route 53's at home."""

from __future__ import annotations

from orchestrator.aws.rate import TokenBucket
from orchestrator.aws.sessions import Sessions
from orchestrator.core.quotas import Room


class AwsQuotas:
    """One call for each question; `route53_rate` is that of everybody who asks Route 53."""

    def __init__(self, sessions: Sessions, *, route53_rate: TokenBucket) -> None:
        self._sessions, self._route53_rate = sessions, route53_rate

    def concurrency(self, account: str, region: str) -> int:
        """The quota itself: what of it is reserved for single functions counts as well."""
        with self._sessions.calling("lambda", "GetAccountSettings", region=region, account=account) as client:
            return int(client.get_account_settings()["AccountLimit"]["ConcurrentExecutions"])

    def health_checks(self) -> Room:
        """Route 53 counts them itself."""
        self._route53_rate.take()
        region = self._sessions.route53_region
        with self._sessions.calling("route53", "GetAccountLimit", region=region) as route53:
            answer = route53.get_account_limit(Type="MAX_HEALTH_CHECKS_BY_OWNER")
        return Room(used=int(answer["Count"]), limit=int(answer["Limit"]["Value"]))
