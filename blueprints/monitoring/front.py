"""What is watched where users come in: APIs, and the web ACL before one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.monitoring import kinds
from blueprints.monitoring.watch import Metric, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator

API = "api"
WEBSOCKET = "websocket"
_GATEWAY = "AWS/ApiGateway"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedApi:
    """`kind` is http or rest; `id` says which it is: the ApiId (a reference) of an HTTP API, the name of a REST API."""

    kind: str
    id: object
    stage: str

    def metric(self, name: str, statistic: str) -> Metric:
        """`5xx`, `4xx`, `Count`, `Latency`, `IntegrationLatency`, as its kind calls them."""
        names = {"5xx": "5XXError", "4xx": "4XXError"} if self.kind == "rest" else {}
        which = "ApiName" if self.kind == "rest" else "ApiId"
        return Metric(
            namespace=_GATEWAY,
            name=names.get(name, name),
            statistic=statistic,
            dimensions=((which, self.id), ("Stage", self.stage)),
        )


def api_watches(api: WatchedApi) -> Iterator[Watch]:
    """Share of errors of either side, and latency."""
    requests = ("requests", api.metric("Count", "Sum" if api.kind == "http" else "SampleCount"))
    for kind, name in ((kinds.SERVER_ERRORS, "5xx"), (kinds.CLIENT_ERRORS, "4xx")):
        yield Watch(
            kind=kind,
            subject=API,
            metrics=(("errors", api.metric(name, "Sum")), requests),
            expression="100 * errors / requests",
        )
    yield Watch(kind=kinds.LATENCY, subject=API, metrics=(("value", api.metric("Latency", "p99")),))


def websocket_watches(api: object, stage: str) -> Iterator[Watch]:
    """Messages that the API or what is behind it could not work on. `api` is the ApiId."""

    def metric(name: str) -> Metric:
        return Metric(namespace=_GATEWAY, name=name, statistic="Sum", dimensions=(("ApiId", api), ("Stage", stage)))

    yield Watch(
        kind=kinds.SOCKET_ERRORS,
        subject=WEBSOCKET,
        metrics=(
            ("ours", metric("IntegrationError")),
            ("gateway", metric("ExecutionError")),
            ("messages", metric("MessageCount")),
        ),
        expression="100 * (FILL(ours, 0) + FILL(gateway, 0)) / messages",
    )


def waf_watches(acl: str) -> Iterator[Watch]:
    """Requests that a regional web ACL blocked; `acl` is the name of its metric."""
    yield Watch(kind=kinds.BLOCKED, subject=API, metrics=(("value", waf_metric(acl)),))


def waf_metric(acl: str) -> Metric:
    """What a web ACL of this region blocked, whichever rule it was."""
    from troposphere import Ref

    return Metric(
        namespace="AWS/WAFV2",
        name="BlockedRequests",
        statistic="Sum",
        dimensions=(("WebACL", acl), ("Region", Ref("AWS::Region")), ("Rule", "ALL")),
    )
