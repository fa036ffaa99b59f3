"""How much AWS lets an account have: asked before it is needed."""

from __future__ import annotations

from typing import Protocol

from orchestrator.core.quotas import Room


class Quotas(Protocol):
    """Quotas of the services that a deployment stands on."""

    def concurrency(self, account: str, region: str) -> int:
        """How many functions Lambda runs at once there, all functions of the account together."""
        ...

    def health_checks(self) -> Room:
        """Route 53's health checks of the home account, whoever made them."""
        ...
