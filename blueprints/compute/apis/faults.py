"""What an API cannot be, by its path below the options of the layer: names that lead nowhere, limits of its kind."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from blueprints.compute.apis.options import IAM, NOBODY, TARGETS, authorizer_of, is_pool_id
from blueprints.compute.apis.routes import DEFAULT, MAX_TIMEOUT_S, segments
from blueprints.faults import Fault, suggestion
from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from blueprints.compute.apis.options import ApiOptions, RouteOptions

_PLAIN, _VARIABLE, _REST = r"/[A-Za-z0-9._~:-]+", r"/\{[A-Za-z0-9._-]+\}", r"/\{[A-Za-z0-9._-]+\+\}"
_VERB = "ANY|GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS"
_KEY = re.compile(rf"({_VERB}) (/|({_PLAIN}|{_VARIABLE})+({_REST})?|{_REST})")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_STAGE_VARIABLE = re.compile(r"[A-Za-z0-9_]+")
_STAGE_VALUE = re.compile(r"[A-Za-z0-9\-._~:/?#&=,]*")
_MOST_TARGETS = 40  # a policy takes up to 250 of a role's 10,240 characters
_REST_ONLY = ("models", "plans", "keys", "waf")
_REST_ONLY_OF_ROUTES = ("status_of", "topic", "model", "required", "api_key")


def api_faults(api: ApiOptions, timeouts: Mapping[str, int]) -> Iterator[Fault]:
    """`timeouts` are the functions that there are, each with its timeout in seconds."""
    yield from _kind_faults(api)
    yield from _name_faults(api)
    yield from _authorizer_faults(api, timeouts)
    yield from _use("api.authorizer", api.authorizer, _authorizers(api), "authorizer")
    for key, route in api.routes.items():
        yield from _route_faults(api, key, route, timeouts)
    yield from _target_faults(api)
    if api.kind == "rest":
        yield from _rest_faults(api)
    for name, value in api.variables.items():
        if not _STAGE_VARIABLE.fullmatch(name) or not _STAGE_VALUE.fullmatch(value):
            yield Fault(f"api.variables.{name}", "is not what API Gateway takes", "use letters, digits and -._~:/?#&=,")


def function_faults(path: str, name: str | None, timeouts: Mapping[str, int], *, longest_s: int) -> Iterator[Fault]:
    """A function that is not there, or that takes longer than an API waits."""
    if name is None:
        return
    yield from _use(path, name, timeouts, "function")
    if (timeout := timeouts.get(name, 0)) > longest_s:
        message = f"{timeout} s; the API waits {longest_s} s at most"
        yield Fault(f"functions.{name}.timeout", message, "call it through a queue instead")


def _kind_faults(api: ApiOptions) -> Iterator[Fault]:
    if api.kind == "rest":
        for name, one in api.authorizers.items():
            if one.jwt is not None:
                fix = "use a user pool or a function, or kind: http"
                yield Fault(f"api.authorizers.{name}.jwt", "a REST API reads no tokens of other issuers", fix)
        if api.cors and len(api.cors.origins) > 1:
            yield Fault("api.cors.origins", "a REST API answers with one origin", "give one, or use kind: http")
        return
    for name, one in api.authorizers.items():
        if is_pool_id(one.pool or ""):
            fix = "give its issuer and its client as `jwt`"
            yield Fault(f"api.authorizers.{name}.pool", "an HTTP API knows a pool by its issuer", fix)
    for option in _REST_ONLY:
        if getattr(api, option):
            what = "an HTTP API cannot stand behind WAF" if option == "waf" else "an HTTP API has none"
            yield Fault(f"api.{option}", what, "use kind: rest")
    for key, route in api.routes.items():
        for option in _REST_ONLY_OF_ROUTES:
            if getattr(route, option):
                yield Fault(f"api.routes.{key}.{option}", "an HTTP API cannot do this", "use kind: rest")


def _name_faults(api: ApiOptions) -> Iterator[Fault]:
    for option in ("authorizers", "models", "plans", "keys"):
        titles: dict[str, str] = {}
        for name in getattr(api, option):
            path = f"api.{option}.{name}"
            if not _NAME.fullmatch(name) or name in (IAM, NOBODY):
                yield Fault(path, f"{name!r} is no name", "use letters, digits and dashes; `iam` and `none` are taken")
            elif (other := titles.setdefault(camel(name), name)) != name:
                yield Fault(path, f"becomes the same logical id as {other!r}", "rename one of the two")


def _authorizer_faults(api: ApiOptions, timeouts: Mapping[str, int]) -> Iterator[Fault]:
    for name, one in api.authorizers.items():
        path = f"api.authorizers.{name}"
        yield from function_faults(f"{path}.function", one.function, timeouts, longest_s=MAX_TIMEOUT_S[api.kind])
        if one.jwt is not None and not one.jwt.issuer.startswith("https://"):
            yield Fault(f"{path}.jwt.issuer", f"{one.jwt.issuer!r} is no address", "begin it with https://")
        if one.jwt is not None and not one.jwt.audience:
            yield Fault(f"{path}.jwt.audience", "is empty", "name the clients for whom the tokens are made")


def _route_faults(api: ApiOptions, key: str, route: RouteOptions, timeouts: Mapping[str, int]) -> Iterator[Fault]:
    path = f"api.routes.{key}"
    if key != DEFAULT and not _KEY.fullmatch(key):
        yield Fault(path, f"{key!r} is no route", "write `GET /orders/{id}`, `ANY /{rest+}` or `$default`")
    yield from function_faults(f"{path}.function", route.function, timeouts, longest_s=MAX_TIMEOUT_S[api.kind])
    yield from _use(f"{path}.authorizer", authorizer_of(api, route), _authorizers(api), "authorizer")
    if route.scopes and not _reads_tokens(api, authorizer_of(api, route)):
        yield Fault(f"{path}.scopes", "only tokens have scopes", "give an authorizer with jwt or pool")
    if route.model is not None:
        yield from _use(f"{path}.model", route.model, api.models, "model")
    if route.status_of is not None and not key.endswith("}"):
        yield Fault(path, "does not end in the execution", "end the path in {execution}")
    if key == DEFAULT and route.function is None:
        yield Fault(path, "takes every method", "let it lead to a function")


def _target_faults(api: ApiOptions) -> Iterator[Fault]:
    """Each target has a logical id and a policy of the role, and IAM counts all policies of a role together."""
    titles: dict[tuple[str, str], str] = {}
    for key, route in api.routes.items():
        for kind in TARGETS:
            name = getattr(route, kind)
            if name is not None and (other := titles.setdefault((kind, camel(name)), name)) != name:
                yield Fault(
                    f"api.routes.{key}.{kind}", f"becomes the same logical id as {other!r}", "rename one of them"
                )
    functions = {("function", camel(one.function)) for one in api.authorizers.values() if one.function is not None}
    if (count := len({*titles, *functions})) > _MOST_TARGETS:
        message = f"lead to {count} functions and services; the role of an API has room for {_MOST_TARGETS}"
        yield Fault("api.routes", message, "let a function serve several routes")


def _rest_faults(api: ApiOptions) -> Iterator[Fault]:
    for name, model in api.models.items():
        if not _is_object(model):
            yield Fault(f"api.models.{name}", "is no JSON object", "write a JSON schema, as text")
    for name, given in api.keys.items():
        yield from _use(f"api.keys.{name}.plan", given.plan, api.plans, "plan")
    for key, route in api.routes.items():
        if route.api_key and not api.keys:
            yield Fault(f"api.routes.{key}.api_key", "there is no key", "give one under `keys`")
    yield from _sibling_faults(api.routes)
    if DEFAULT in api.routes:
        for key in api.routes:
            if key in ("ANY /", "ANY /{proxy+}"):
                yield Fault(f"api.routes.{key}", "is what $default means already", "leave one of the two away")


def _sibling_faults(keys: Iterable[str]) -> Iterator[Fault]:
    """API Gateway takes one variable at each place of a path, whatever follows it."""
    seen: dict[tuple[str, ...], str] = {(): "{proxy+}"} if DEFAULT in keys else {}
    for key in keys:
        parts = segments(key)
        for at, part in enumerate(parts):
            if part.startswith("{") and (other := seen.setdefault(parts[:at], part)) != part:
                yield Fault(f"api.routes.{key}", f"{part} stands where {other} stands", "call both the same")


def _use(path: str, name: str, known: Iterable[str], kind: str) -> Iterator[Fault]:
    if name not in known:
        yield Fault(path, f"there is no {kind} {name!r}", suggestion(name, known))


def _authorizers(api: ApiOptions) -> tuple[str, ...]:
    return (IAM, NOBODY, *api.authorizers)


def _reads_tokens(api: ApiOptions, name: str) -> bool:
    return name in api.authorizers and api.authorizers[name].function is None


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
