"""Whose an API key is: the emulator takes the first of its text wherever it is; AWS looks in the API's own region.

An application has the same key in every region, so that a failover locks nobody out.
"""

from __future__ import annotations

from typing import Any


def install() -> None:
    """Puts the right search in place of the emulator's. Called once, before the first request."""
    from ministack.services import apigateway_v1

    apigateway_v1._resolve_api_key = _resolve


def _resolve(value: str) -> dict[str, Any] | None:
    """The enabled key with this text in the account and region that the request runs in, or None."""
    from ministack.services import apigateway_v1

    keys = (apigateway_v1._api_keys[name] for name in apigateway_v1._api_keys)
    return next((key for key in keys if value and key.get("value") == value and key.get("enabled", True)), None)
