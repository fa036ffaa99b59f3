"""How callers reach functions: by a role of their own and a published version, or by what a release takes away."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.core.analysis.document import Document, Resource
from orchestrator.core.analysis.rule import Hit, Rule
from orchestrator.core.analysis.values import Value, at, listed, mapping, text
from orchestrator.core.plan import Severity

PERMISSION_INTEGRATION = Rule(
    id="permission-integration",
    severity=Severity.WARNING,
    title="An API calls a function by a permission on the function",
    why="A permission belongs to one function, alias or version and is made again when that is: between deletion and "
    "creation every request fails with 500. The API's own role stays.",
    fix="give the integration (or authorizer) a role: CredentialsArn, Credentials, AuthorizerCredentialsArn",
)
LATEST_INTEGRATION = Rule(
    id="latest-integration",
    severity=Severity.WARNING,
    title="Something calls $LATEST",
    why="$LATEST changes under its callers while CloudFormation updates the function, cannot be rolled back by an "
    "alias and cannot have provisioned concurrency.",
    fix="publish a version, and let callers use an alias of it",
)

RULES = (PERMISSION_INTEGRATION, LATEST_INTEGRATION)

_FUNCTION = "AWS::Lambda::Function"
_EXTENSION = "x-amazon-apigateway-integration"
_BY_PATH = re.compile(r"functions/(.+)/invocations")
_NAME = r"(?:\$\{[^}]*\}|[^:/$])+"
_ARN = re.compile(rf":function:({_NAME})(?::({_NAME}|\$LATEST))?$")
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_REFERENCE = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.Arn)?\}$")
_BEGINNING = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.Arn)?\}(?::|$)")

# Type -> paths to the function that it calls. APIs are below: they also choose who they call as.
_CALLERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "AWS::Lambda::EventSourceMapping": (("FunctionName",),),
    "AWS::Lambda::Alias": (("FunctionVersion",),),
    "AWS::Lambda::EventInvokeConfig": (("Qualifier",),),
    "AWS::SNS::Subscription": (("Endpoint",),),
    "AWS::Scheduler::Schedule": (("Target", "Arn"),),
}
_LISTS: dict[str, tuple[str, ...]] = {"AWS::Events::Rule": ("Targets", "Arn")}

# Type -> path to the function, path to the role.
_APIS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "AWS::ApiGatewayV2::Integration": (("IntegrationUri",), ("CredentialsArn",)),
    "AWS::ApiGateway::Method": (("Integration", "Uri"), ("Integration", "Credentials")),
    "AWS::ApiGatewayV2::Authorizer": (("AuthorizerUri",), ("AuthorizerCredentialsArn",)),
    "AWS::ApiGateway::Authorizer": (("AuthorizerUri",), ("AuthorizerCredentials",)),
}


def integrations(document: Document) -> Iterator[Hit]:
    """Hits of everything in the template that calls a function."""
    for one in document.resources:
        if one.type in _APIS:
            target, role = _APIS[one.type]
            yield from _api(document, one, ".".join(target), one.at(*target), one.at(*role))
        elif one.type in ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"):
            yield from _described(document, one)
        for path in _CALLERS.get(one.type, ()):
            yield from _latest(document, one, ".".join(path), one.at(*path))
        if one.type in _LISTS:
            among, key = _LISTS[one.type]
            for place, target_of in enumerate(listed(one.at(among))):
                yield from _latest(document, one, f"{among}.{place}.{key}", at(target_of, key))


def _described(document: Document, api: Resource) -> Iterator[Hit]:
    """The integrations of an OpenAPI description."""
    waiting: list[tuple[str, Value]] = [("Body", api.at("Body"))]
    while waiting:
        path, one = waiting.pop()
        for key, below in reversed(list(mapping(one).items())):
            if key == _EXTENSION:
                uri, role = at(below, "uri"), at(below, "credentials")
                yield from _api(document, api, f"{path}.{key}", uri, role)
            else:
                waiting.append((f"{path}.{key}", below))


def _api(document: Document, one: Resource, path: str, target: Value, role: Value) -> Iterator[Hit]:
    function = _function(document, target)
    if not function:
        return
    if role is None:
        message = f"{function} is called without a role of the caller's own"
        yield Hit(PERMISSION_INTEGRATION, one.layer, one.name, f"Properties.{path}", message)
    yield from _latest(document, one, path, target)


def _latest(document: Document, one: Resource, path: str, target: Value) -> Iterator[Hit]:
    if _is_unpublished(document, target, one_word=path == "FunctionName"):
        message = f"{text(target)} is the function without version or alias"
        yield Hit(LATEST_INTEGRATION, one.layer, one.name, f"Properties.{path}", message)


def _called(target: Value) -> str:
    """The function in a target, out of the path by which APIs name it."""
    said = text(target)
    found = _BY_PATH.search(said)
    return found[1] if found else said


def _function(document: Document, target: Value) -> str:
    """The function that a target names, "" when it is none or cannot be told."""
    called = _called(target)
    reference = _BEGINNING.match(called)
    if reference:
        kind = document.type_of(reference[1])
        return called if kind.startswith("AWS::Lambda::") else ""
    return called if _ARN.search(called) or _BY_PATH.search(text(target)) else ""


def _is_unpublished(document: Document, target: Value, *, one_word: bool) -> bool:
    """`one_word`: a word alone is the name of a function."""
    called = _called(target)
    if called.endswith("$LATEST"):
        return True
    reference = _REFERENCE.match(called)
    if reference:
        return document.type_of(reference[1]) == _FUNCTION
    arn = _ARN.search(called)
    if arn is None:
        return one_word and bool(_PLAIN.fullmatch(called))
    named = _REFERENCE.match(arn[1])
    # A placeholder may bring its version along, unless it is a function of this template.
    return not arn[2] and ("$" not in arn[1] or (named is not None and document.type_of(named[1]) == _FUNCTION))
