"""AWS Organizations: which accounts an organizational unit holds, and whose organization it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from orchestrator.aws.sessions import Sessions


class AwsOrganization:
    """ports.Organization. Organizations has one endpoint per partition, beside Route 53's."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def id(self) -> str:
        """DescribeOrganization."""
        with self._sessions.calling("organizations", "DescribeOrganization", region=self._region) as client:
            return str(client.describe_organization()["Organization"]["Id"])

    def accounts(self, units: Sequence[str]) -> tuple[str, ...]:
        """The active accounts below the units at any depth, without the management account (StackSets skips it)."""
        found = {account for unit in units for account in self._below(unit)}
        return tuple(sorted(found - {self._management_account()}))

    @property
    def _region(self) -> str:
        return self._sessions.route53_region

    def _management_account(self) -> str:
        with self._sessions.calling("organizations", "DescribeOrganization", region=self._region) as client:
            return str(client.describe_organization()["Organization"]["MasterAccountId"])

    def _below(self, parent: str) -> Iterable[str]:
        for account in self._paged("ListAccountsForParent", "list_accounts_for_parent", "Accounts", parent):
            if account["Status"] == "ACTIVE":
                yield str(account["Id"])
        units = self._paged("ListOrganizationalUnitsForParent", "list_organizational_units_for_parent", _UNITS, parent)
        for unit in units:
            yield from self._below(unit["Id"])

    def _paged(self, operation: str, method: str, key: str, parent: str) -> list[dict[str, Any]]:
        with self._sessions.calling("organizations", operation, region=self._region) as client:
            return [one for page in client.get_paginator(method).paginate(ParentId=parent) for one in page[key]]


_UNITS = "OrganizationalUnits"
