"""Says whether a caller may write: who knows the partners' token may. Answers as a REST API asks, with a policy."""

from __future__ import annotations

import hmac
import os
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def handler(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """What API Gateway calls before a route that has this authorizer."""
    return decide(event, _token())


def decide(event: Mapping[str, Any], token: str) -> dict[str, Any]:
    """The policy for one caller. Compared in constant time: how long it takes tells nothing about the token."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    given = event.get("authorizationToken") or headers.get("authorization") or ""
    effect = "Allow" if token and hmac.compare_digest(given.encode(), token.encode()) else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": "partner", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


@cache
def _token() -> str:
    """Of this region's copy of the secret."""
    import boto3

    found: str = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET_PARTNER_TOKEN"])[
        "SecretString"
    ]
    return found
