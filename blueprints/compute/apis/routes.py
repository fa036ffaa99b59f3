"""Routes as API Gateway sees them, and the logical ids of what serves them."""

from __future__ import annotations

from hashlib import sha256

from blueprints.parameters import camel

DEFAULT = "$default"
# How long an API waits for what it calls, in seconds.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
MAX_TIMEOUT_S = {"http": 30, "rest": 29}


def route_title(prefix: str, key: str) -> str:
    """`ApiRouteGETOrdersId1a2b3c` of `GET /orders/{id}`; `$default` adds nothing.

    Six digits of the whole keep `/orders/{id}` and `/orders/id` apart.
    """
    if key == DEFAULT:
        return prefix
    return f"{prefix}{camel(key)}{sha256(key.encode()).hexdigest()[:6]}"


def segments(key: str) -> tuple[str, ...]:
    """`("orders", "{id}")` of `GET /orders/{id}`; none of `GET /` and of `$default`."""
    return tuple(part for part in key.partition("/")[2].split("/") if part)


def methods(key: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Method and path of a route in a REST API: two for `$default`, whose proxy path does not hold the root."""
    if key == DEFAULT:
        return (("ANY", ()), ("ANY", ("{proxy+}",)))
    return ((key.partition(" ")[0], segments(key)),)


def path_title(prefix: str, path: tuple[str, ...], verb: str = "") -> str:
    """The logical id of a path of a REST API, or of a method of it."""
    if not path:
        return f"{prefix}{verb}"
    return route_title(prefix, f"{verb} /{'/'.join(path)}")
