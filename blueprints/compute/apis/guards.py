"""How often callers may call, and what is kept away: throttles, usage plans, keys, web ACL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.faults import Fault
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Iterator

MANAGED_RULES = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
    "AWSManagedRulesLinuxRuleSet",
    "AWSManagedRulesAnonymousIpList",
)


@dataclass(frozen=True, slots=True)
class Throttle:
    """A token bucket: what is above it is answered 429."""

    rate: float = option(doc="Requests per second.", minimum=0)
    burst: int = option(doc="Requests at once.", minimum=0)


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What the holders of a key may ask."""

    throttle: Throttle | None = option(None, "Per key.")
    quota: int | None = option(None, "Requests per period and key.", minimum=1)
    period: str = option("MONTH", "Of the quota.", choices=("DAY", "WEEK", "MONTH"))


@dataclass(frozen=True, slots=True)
class KeyOptions:
    """One caller's key. Its text is a secret that every region has, or a failover would lock the caller out."""

    plan: str = option(doc="Name under `plans`.")
    secret: str = option(doc="Secret of infra, replicated, whose text (20 to 128 signs) is the key.")


@dataclass(frozen=True, slots=True)
class WafOptions:
    """A web ACL of AWS's rules and a limit per address."""

    rules: tuple[str, ...] = option(
        MANAGED_RULES[:3], "Rule groups that AWS maintains.", choices=MANAGED_RULES, unique=True
    )
    rate_limit: int = option(2000, "Requests per address in 5 minutes; 0: no limit.", minimum=0, maximum=2_000_000_000)
    count_only: bool = option(False, "Count what would be blocked, and let it pass.")

    def faults(self) -> Iterator[Fault]:
        """WAF knows no limit below 10."""
        if 0 < self.rate_limit < 10:
            yield Fault("rate_limit", f"{self.rate_limit} is too small", "write 10 or more, or 0 for none")
        if not self.rules and not self.rate_limit:
            yield Fault("", "has neither rules nor a limit", "give one of them, or leave `waf` away")
