"""Which requests the application's own host names answer: the routes of an API, the rules of a load balancer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from orchestrator.core.analysis.document import Document, Resource
from orchestrator.core.analysis.setting import Setting
from orchestrator.core.analysis.values import at, is_true, listed, text

_VARIABLE = re.compile(r"\{[^}]*\}")
_MOST_GREEDY = 2
_ROOT = "RootResourceId"
_WRITTEN_ELSEWHERE = ("Body", "BodyS3Location", "Target", "CloneFrom")
_MAPPINGS = {
    "AWS::ApiGatewayV2::ApiMapping": ("ApiId", "ApiMappingKey"),
    "AWS::ApiGateway::BasePathMapping": ("RestApiId", "BasePath"),
}


@dataclass(frozen=True, slots=True)
class Route:
    """One route: `guard` is what it asks of a caller, "" for nothing."""

    method: str
    path: str
    guard: str

    def takes(self, path: str) -> bool:
        """Whether it answers a GET for this path when no other route does."""
        # Backtracking over many of them takes long, and no API has so many: in doubt it is taken.
        if self.path == "$default" or self.path.count("+}") > _MOST_GREEDY:
            return True
        return self.method in {"GET", "ANY"} and bool(re.fullmatch(_pattern(self.path), path))


@dataclass(frozen=True, slots=True)
class Front:
    """What answers behind the host names: the resource to name, and all its routes."""

    resource: Resource
    routes: tuple[Route, ...]

    def fault(self, path: str) -> str:
        """Why a GET for this path, by somebody who is not signed in, is not answered for certain; "" if it may be."""
        taking = [one for one in self.routes if one.takes(path)]
        exact = [one for one in taking if one.path == path]
        best = [one for one in exact if one.method == "GET"] or exact or taking
        if not best:
            return f"no route takes GET {path}"
        return "" if any(not one.guard for one in best) else f"{best[0].path} answers only with {best[0].guard}"


def fronts(infra: Document, compute: Document, setting: Setting) -> Iterator[Front]:
    """APIs and load balancers whose routes are all written down in these templates."""
    for name in sorted(set(_mapped(compute, setting))):
        api = compute.by_name.get(name)
        if api and api.text("ProtocolType") != "WEBSOCKET" and not any(api.at(key) for key in _WRITTEN_ELSEWHERE):
            yield from _front(api, _http(api, compute) if "V2" in api.type else _rest(api, compute))
    rules = list(compute.of_type("AWS::ElasticLoadBalancingV2::ListenerRule"))
    listeners = list(infra.of_type("AWS::ElasticLoadBalancingV2::Listener"))
    more = any(infra.of_type("AWS::ElasticLoadBalancingV2::ListenerRule"))
    if rules and listeners and not more and all(_turns_away(one) for one in listeners):
        yield from _front(rules[0], (route for one in rules for route in _rule(one, setting)))


def _front(resource: Resource, routes: Iterator[Route]) -> Iterator[Front]:
    """Nothing when a route is known to CloudFormation alone."""
    found = tuple(routes)
    if found and not any("${" in one.path + one.method for one in found):
        yield Front(resource, found)


def _mapped(compute: Document, setting: Setting) -> Iterator[str]:
    """Logical ids of the APIs that a host name of the application leads to, whole."""
    for one in compute.of_type(*_MAPPINGS):
        api, below = _MAPPINGS[one.type]
        if one.text("DomainName") in setting.hosts and not one.at(below):
            yield _referred(one.text(api))


def _http(api: Resource, compute: Document) -> Iterator[Route]:
    for one in compute.of_type("AWS::ApiGatewayV2::Route"):
        if _referred(one.text("ApiId")) == api.name:
            method, _, path = one.text("RouteKey").rpartition(" ")
            kind = one.text("AuthorizationType")
            yield Route(method, path, "" if kind in {"", "NONE"} or "${" in kind else f"authorization ({kind})")


def _rest(api: Resource, compute: Document) -> Iterator[Route]:
    for one in compute.of_type("AWS::ApiGateway::Method"):
        if _referred(one.text("RestApiId")) == api.name:
            yield Route(one.text("HttpMethod"), _rest_path(one.text("ResourceId"), compute), _rest_guard(one))


def _rest_guard(method: Resource) -> str:
    kind, key = method.text("AuthorizationType"), method.at("ApiKeyRequired")
    if kind not in {"", "NONE"} and "${" not in kind:
        return f"authorization ({kind})"
    return "an API key" if is_true(key) and not isinstance(key, dict) else ""


def _rest_path(reference: str, compute: Document) -> str:
    """`/orders/{id}`; with `${...}` in it where the tree of resources cannot be followed."""
    parts: list[str] = []
    while not reference.endswith(f".{_ROOT}}}"):
        found = compute.by_name.get(_referred(reference))
        if found is None or found.type != "AWS::ApiGateway::Resource" or len(parts) > len(compute.resources):
            return "${?}"
        parts.append(found.text("PathPart"))
        reference = found.text("ParentId")
    return "/" + "/".join(reversed(parts))


def _turns_away(listener: Resource) -> bool:
    """Whether the listener answers by itself what no rule takes."""
    kinds = {text(at(one, "Type")) for one in listed(listener.at("DefaultActions"))}
    return kinds <= {"fixed-response", "redirect"}


def _rule(one: Resource, setting: Setting) -> Iterator[Route]:
    """One for each pattern; one for all paths when the rule has none. Nothing for hosts that are not ours."""
    paths: list[str] = []
    for condition in listed(one.at("Conditions")):
        values = [text(value) for value in _values(condition)]
        kind = text(at(condition, "Field"))
        if kind == "path-pattern":
            paths += values
        if kind == "host-header" and not any(_is_ours(value, setting) for value in values):
            return
    for path in paths or ["*"]:
        yield Route("ANY", _of_wildcards(path), "")


def _values(condition: object) -> list[object]:
    for key in ("PathPatternConfig", "HostHeaderConfig"):
        if (found := at(condition, key, "Values")) is not None:
            return listed(found)
    return listed(at(condition, "Values"))


def _is_ours(pattern: str, setting: Setting) -> bool:
    """A host that only CloudFormation knows may be."""
    return "${" in pattern or any(fnmatchcase(host, pattern) for host in setting.hosts)


def _of_wildcards(pattern: str) -> str:
    """A load balancer's pattern as a route's path. `?` stands for any text too: rather too much is found answered."""
    return re.sub(r"[*?]+", "{any+}", pattern)


def _pattern(path: str) -> str:
    """`/a/{b}` takes one step, `{proxy+}` all that come."""
    found, parts = _VARIABLE.findall(path), _VARIABLE.split(path)
    steps = [".*" if one.endswith("+}") else "[^/]+" for one in found]
    return "".join(part for pair in zip(map(re.escape, parts), [*steps, ""], strict=True) for part in pair)


def _referred(reference: str) -> str:
    return reference.removeprefix("${").removesuffix("}").split(".")[0]
