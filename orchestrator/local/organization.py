"""Organizational units and their accounts, kept in the emulator's Organizations service of the management account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.core.errors import AwsError
from orchestrator.local.emulator import acting_in


class Organization:
    """Reads the emulator's Organizations, and puts units and accounts with chosen ids into it."""

    async def accounts_in(self, unit: str, management_account: str) -> tuple[str, ...]:
        """The active accounts under a unit or a root at any depth, without the management account."""
        from ministack.services import organizations

        with acting_in(management_account, "us-east-1"):
            parents = {one["Id"]: one["_ParentId"] for one in organizations._ous.values()}
            if unit not in parents and unit not in organizations._roots:
                raise AwsError(f"Organizational unit {unit} does not exist", code="ValidationError")
            members = [
                one["Id"]
                for one in organizations._accounts.values()
                if one["Status"] == "ACTIVE" and unit in _ancestors(one["_ParentId"], parents)
            ]
        return tuple(sorted(set(members) - {management_account}))

    async def resolve(self, targets: Mapping[str, Any], management_account: str) -> dict[str, str]:
        """The accounts of `DeploymentTargets`, each with the unit it was found in ("" when named outside of any)."""
        found: dict[str, str] = {}
        for unit in targets["OrganizationalUnitIds"]:
            for account in await self.accounts_in(unit, management_account):
                found.setdefault(account, unit)
        named = set(targets.get("Accounts", ()))
        match targets.get("AccountFilterType", "NONE"):
            case "INTERSECTION":
                return {account: unit for account, unit in found.items() if account in named}
            case "DIFFERENCE":
                return {account: unit for account, unit in found.items() if account not in named}
            case "UNION":
                return {**dict.fromkeys(sorted(named), ""), **found}
            case _:
                return found

    def admit(self, unit: str, accounts: tuple[str, ...], management_account: str) -> None:
        """Makes the unit under the root if it is not there, and puts the accounts into it: both keep their ids."""
        from ministack.services import organizations

        with acting_in(management_account, "us-east-1"):
            organizations._ensure_org()
            root = next(iter(organizations._roots))
            home = organizations._orgs["self"]
            prefix = f"arn:aws:organizations::{management_account}"
            if unit not in organizations._ous:
                arn = f"{prefix}:ou/{home['Id']}/{unit}"
                organizations._ous[unit] = {
                    "Id": unit,
                    "Arn": arn,
                    "Name": unit,
                    "Path": f"/{unit}/",
                    "_ParentId": root,
                }
            for account in accounts:
                known = organizations._accounts.get(account) or _new_account(account, f"{prefix}:account/{home['Id']}")
                organizations._accounts[account] = {**known, "_ParentId": unit}


def _new_account(account: str, arn_prefix: str) -> dict[str, Any]:
    return {
        "Id": account,
        "Arn": f"{arn_prefix}/{account}",
        "Email": f"{account}@example.com",
        "Name": account,
        "Status": "ACTIVE",
        "JoinedMethod": "INVITED",
        "JoinedTimestamp": 0,
        "Path": "/",
    }


def _ancestors(parent: str, parents: Mapping[str, str]) -> list[str]:
    chain = [parent]
    while chain[-1] in parents:
        chain.append(parents[chain[-1]])
    return chain
