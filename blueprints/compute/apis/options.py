"""What an API can be told in regions.yaml: routes, who may call them, how often, and what guards them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.compute.apis.guards import KeyOptions, PlanOptions, Throttle, WafOptions
from blueprints.faults import Fault
from blueprints.options import option

if TYPE_CHECKING:
    from collections.abc import Iterator

_ORIGIN = re.compile(r"\*|https?://[A-Za-z0-9.*-]+(:[0-9]+)?")
IAM = "iam"
NOBODY = "none"
_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
TARGETS = ("function", "workflow", "status_of", "queue", "topic")


@dataclass(frozen=True, slots=True)
class CorsOptions:
    """Which pages of other hosts may call the API."""

    origins: tuple[str, ...] = option(
        ("*",), "`https://` and a host each, or `*`; a REST API takes one of them.", unique=True
    )
    methods: tuple[str, ...] = option(
        ("GET", "POST", "PUT", "PATCH", "DELETE"), "Allowed methods.", choices=_VERBS, unique=True
    )
    headers: tuple[str, ...] = option(("authorization", "content-type"), "Headers that a page may send.", unique=True)
    exposed: tuple[str, ...] = option((), "Headers of the answer that a page may read.", unique=True)
    credentials: bool = option(False, "Let pages send cookies; not with `*`.")
    max_age: int = option(600, "Seconds for which a browser remembers the answer.", minimum=0, maximum=86400)

    def faults(self) -> Iterator[Fault]:
        """Browsers refuse credentials from everywhere, and API Gateway refuses to say it."""
        for at, one in enumerate(self.origins):
            if not _ORIGIN.fullmatch(one):
                yield Fault(f"origins[{at}]", f"{one!r} is no origin", "write https:// and a host, or *")
        if not self.origins:
            yield Fault("origins", "is empty", "give one, or leave `cors` away")
        if self.credentials and "*" in self.origins:
            yield Fault("credentials", "cannot be allowed to every origin", "name the origins")


@dataclass(frozen=True, slots=True)
class JwtOptions:
    """Tokens of an issuer."""

    issuer: str = option(doc="Its address, `https://...`; its keys are read from below it.")
    audience: tuple[str, ...] = option(doc="For whom the tokens are made: ids of clients.", unique=True)


@dataclass(frozen=True, slots=True)
class AuthorizerOptions:
    """Who says whether a caller may: exactly one of `jwt`, `pool` and `function`."""

    jwt: JwtOptions | None = option(None, "Tokens of an issuer; HTTP APIs only.")
    pool: str | None = option(None, "A user pool of infra by name; REST: or the id of any pool.")
    function: str | None = option(None, "A function; it answers `isAuthorized` (HTTP) or a policy (REST).")
    header: str = option("Authorization", "The header that says who calls.")
    cache: int = option(
        0, "Seconds for which a function's answer is kept; it then holds for all routes.", minimum=0, maximum=3600
    )

    def faults(self) -> Iterator[Fault]:
        """One way of three."""
        given = [name for name in ("jwt", "pool", "function") if getattr(self, name) is not None]
        if len(given) != 1:
            yield Fault("", f"has {' and '.join(given) or 'nothing'}", "give one of jwt, pool and function")


@dataclass(frozen=True, slots=True)
class RouteOptions:
    """What a route leads to (exactly one of the first five), and what is asked of its callers."""

    function: str | None = option(None, "The function that answers.")
    workflow: str | None = option(None, "The workflow that a request starts: the answer is 202, at once.")
    status_of: str | None = option(None, "REST: the workflow whose execution, last in the path, is asked for.")
    queue: str | None = option(None, "The queue that takes the request's body: the answer is 202, at once.")
    topic: str | None = option(None, "REST: the topic to which the request's body is published; the answer is 202.")
    authorizer: str | None = option(None, "`iam`, `none` or a name under `authorizers`; by default the API's.")
    scopes: tuple[str, ...] = option((), "Scopes of the token, one of which is needed (jwt, pool).", unique=True)
    throttle: Throttle | None = option(None, "A limit for this route.")
    model: str | None = option(None, "REST: the model, under `models`, of which the body must be.")
    required: tuple[str, ...] = option(
        (), "REST: `header.<name>` and `querystring.<name>` that must be there.", unique=True
    )
    api_key: bool = option(False, "REST: only with one of the `keys`.")

    def faults(self) -> Iterator[Fault]:
        """One target, and parameters that API Gateway can ask for."""
        given = [name for name in TARGETS if getattr(self, name) is not None]
        if len(given) != 1:
            yield Fault("", f"leads to {' and '.join(given) or 'nothing'}", f"give one of {', '.join(TARGETS)}")
        for at, one in enumerate(self.required):
            if not one.startswith(("header.", "querystring.")):
                yield Fault(
                    f"required[{at}]", f"{one!r} cannot be asked for", "write header.<name> or querystring.<name>"
                )
        if (self.queue or "").endswith(".fifo"):
            yield Fault("queue", "a FIFO queue needs a group per message", "let a function send to it")


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """The API behind the shared and the regional name."""

    kind: str = option(
        "http", "`rest` has validation, keys, plans and WAF; `http` is faster and cheaper.", choices=("http", "rest")
    )
    routes: Mapping[str, RouteOptions] = option(
        {}, "By `METHOD /path` or `$default`. Without any: $default calls `api_function`."
    )
    cors: CorsOptions | None = option(None, "Let pages of other hosts call.")
    authorizers: Mapping[str, AuthorizerOptions] = option({}, "Who says whether a caller may, by name.")
    authorizer: str = option(NOBODY, "For routes that name none: `iam`, `none` or a name under `authorizers`.")
    throttle: Throttle | None = option(None, "A limit for each route that has none of its own.")
    variables: Mapping[str, str] = option({}, "Stage variables.")
    detailed_metrics: bool = option(False, "Metrics per route, at a price.")
    default_endpoint: bool = option(True, "Whether the API also answers at its execute-api address.")
    models: Mapping[str, str] = option({}, "REST: JSON schemas (draft 4) of bodies as text, by name.")
    plans: Mapping[str, PlanOptions] = option({}, "REST: usage plans by name.")
    keys: Mapping[str, KeyOptions] = option({}, "REST: API keys by name.")
    waf: WafOptions | None = option(None, "REST: a web ACL in front.")


def authorizer_of(api: ApiOptions, route: RouteOptions) -> str:
    """The name of a route's authorizer, `iam` or `none`."""
    return api.authorizer if route.authorizer is None else route.authorizer


def is_pool_id(pool: str) -> bool:
    """`us-west-2_AbCdEf` is the id of a pool; names have no underscore."""
    return "_" in pool
