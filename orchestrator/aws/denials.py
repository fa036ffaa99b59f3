"""What to allow to whom after a denial: action, resource and principal from AWS's own words, and the statement to add.

Their wording: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

import json
import re

_DENIED = re.compile(
    r"(?:User|Principal): (?P<principal>\S+) is not authorized to perform: (?P<action>[\w:*-]+)"
    r"(?:.*? on resource: (?P<resource>\S+))?"
)
_EXPLICIT = re.compile(r"with an explicit deny in an? (?P<policy>[\w -]*policy)", re.IGNORECASE)
_UNALLOWED = re.compile(r"because no (?P<policy>[\w -]*policy|permissions boundary) allows", re.IGNORECASE)
_SESSION = re.compile(r"arn:[\w-]+:sts::(?P<account>\d{12}):assumed-role/(?P<role>[^/]+)/")
_OWN = "identity-based policy"


def way_to_allow(message: str) -> str:
    """The fix for a denied call. HEAD answers carry no words: then it only says where to look."""
    said = _DENIED.search(message)
    if said is None:
        return "allow this action in the policies of the role that the call was made with"
    action, principal = said["action"], said["principal"]
    if action == "sts:AssumeRole":
        return f"the role must exist and trust {principal}; bootstrap makes it"
    resource = (said["resource"] or "").rstrip(".,;").strip('"')
    target = f" on {resource}" if resource else ""
    explicit = _EXPLICIT.search(message)
    if explicit:
        where = _where(explicit["policy"], principal)
        return (
            f"take {action}{target} out of the deny in {where}: no allow outweighs it; then run the same command again"
        )
    missing = _UNALLOWED.search(message)
    where = _where(missing["policy"] if missing else _OWN, principal)
    return f"allow {action}{target} in {where}: add {_statement(action, resource)}; then run the same command again"


def _where(policy: str, principal: str) -> str:
    """A session has the policies of its role; those of resources and organizations lie elsewhere."""
    session = _SESSION.search(principal)
    whose = f"role {session['role']} in account {session['account']}" if session else principal
    return f"the policies of {whose}" if policy.lower() == _OWN else f"the {policy} that applies to {whose}"


def _statement(action: str, resource: str) -> str:
    return json.dumps({"Effect": "Allow", "Action": action, "Resource": resource or "*"})
