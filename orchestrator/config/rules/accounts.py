"""Accounts: one role must not be made twice in one account by two environments."""

from __future__ import annotations

from orchestrator.config.problems import Problems, show
from orchestrator.config.walk import Draft


def check(draft: Draft, problems: Problems) -> None:
    """Report accounts in which two environments would fight for the role named under `access`."""
    if not draft.text("access", "role"):
        return  # the default name holds the environment
    owner: dict[str, str] = {}
    for environment in draft.under("environments"):
        path = ("environments", environment, "accounts")
        for item in draft.under(*path):
            account = draft.text(*path, item)
            first = owner.setdefault(account, environment) if account else environment
            if first != environment:
                message = f"{account} belongs to {show(first)} too, and both would make the role named by access.role"
                problems.error(
                    draft.at(*path, item), (*path, item), message, fix="delete access.role or one of the two"
                )
