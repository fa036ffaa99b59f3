"""Filters of subscriptions: what of a topic is delivered."""

from __future__ import annotations

from collections.abc import Mapping

from blueprints.options import plain

FILTER_SCOPES = ("MessageAttributes", "MessageBody")


def filter_properties(policy: Mapping[str, object], scope: str) -> dict[str, object]:
    """FilterPolicy and FilterPolicyScope of a subscription, when there is a filter."""
    return {"FilterPolicy": plain(policy), "FilterPolicyScope": scope} if policy else {}
