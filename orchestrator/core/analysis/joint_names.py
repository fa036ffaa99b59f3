"""The names by which layers meet: what a template makes under its own name, and what it takes for made elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import takewhile

from orchestrator.core.analysis.document import Document, Resource
from orchestrator.core.analysis.values import at, text

# A reference is one way to go on, any other character the second: never both, or hostile texts would take for ever.
_REFERENCE = r"\$\{[^}]*\}|\$(?!\{)"
_PART = rf"((?:{_REFERENCE}|[^$:\s\"'])*)"
_ARN = re.compile(rf"\barn:{_PART}:{_PART}:{_PART}:{_PART}:((?:{_REFERENCE}|[^$\s\"',\\])+)")
_IMAGE = re.compile(r"^\$\{AWS::AccountId\}\.dkr\.ecr\.\$\{AWS::Region\}\.[^/]+/([^@:]+)")
_PARAMETER = re.compile(r"\{\{resolve:ssm(?:-secure)?:((?:\$\{[^}]*\}|[^:}$])+)")
_SECRET = re.compile(r"\{\{resolve:secretsmanager:([^:}$]+)[:}]")
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_SECRET_ENDING = re.compile(r"-(\?{6}|\*)$")
_WHOLE = re.compile(rf"(?:{_REFERENCE}|[^$:])+")
_FIRST = re.compile(rf"(?:{_REFERENCE}|[^$:/])+")
_HERE = ("", "${AWS::Region}"), ("", "${AWS::AccountId}")

_MADE = {
    "AWS::ApiGateway::DomainName": ("domain name", "DomainName"),
    "AWS::ApiGatewayV2::DomainName": ("domain name", "DomainName"),
    "AWS::DynamoDB::GlobalTable": ("table", "TableName"),
    "AWS::DynamoDB::Table": ("table", "TableName"),
    "AWS::ECR::Repository": ("repository", "RepositoryName"),
    "AWS::ECS::Cluster": ("cluster", "ClusterName"),
    "AWS::Events::EventBus": ("bus", "Name"),
    "AWS::KMS::Alias": ("key", "AliasName"),
    "AWS::S3::Bucket": ("bucket", "BucketName"),
    "AWS::SNS::Topic": ("topic", "TopicName"),
    "AWS::SQS::Queue": ("queue", "QueueName"),
    "AWS::SSM::Parameter": ("parameter", "Name"),
    "AWS::SecretsManager::Secret": ("secret", "Name"),
    "AWS::StepFunctions::StateMachine": ("workflow", "StateMachineName"),
}
_TAKEN = {
    "AWS::ApiGateway::BasePathMapping": ("domain name", "DomainName"),
    "AWS::ApiGatewayV2::ApiMapping": ("domain name", "DomainName"),
    "AWS::ECS::Service": ("cluster", "Cluster"),
    "AWS::Events::Rule": ("bus", "EventBusName"),
}
# Service of an ARN -> what it names, and what stands before the name.
_SERVICES = {
    "dynamodb": ("table", "table/"),
    "ecr": ("repository", "repository/"),
    "events": ("bus", "event-bus/"),
    "s3": ("bucket", ""),
    "secretsmanager": ("secret", "secret:"),
    "sns": ("topic", ""),
    "sqs": ("queue", ""),
    "states": ("workflow", "stateMachine:"),
}
_WITH_SLASHES = frozenset({"repository", "secret"})
"""Kinds whose names may have slashes; in the ARN of another kind, what lies in the thing comes after one."""


@dataclass(frozen=True, slots=True)
class Named:
    """One thing: `queue`, `shop-production-jobs`. References that only CloudFormation knows stand in it as `${...}`."""

    kind: str
    name: str

    def may_be(self, other: Named) -> bool:
        """Whether both may have the same name once CloudFormation has filled them in."""
        return self.kind == other.kind and may_be_equal(self.name, other.name)


def may_be_equal(one: str, other: str) -> bool:
    """Two texts with `${...}` in them: False only when no values make them equal."""
    if one == other:
        return True
    parts = _PLACEHOLDER.split(one), _PLACEHOLDER.split(other)
    known = [text for text, part in zip((one, other), parts, strict=True) if len(part) == 1]
    if len(known) == 2:
        return False
    if known:
        (unknown,) = (part for part in parts if len(part) > 1)
        return fnmatchcase(known[0], "*".join(_escaped(part) for part in unknown))
    heads, tails = [part[0] for part in parts], [part[-1][::-1] for part in parts]
    return _agree(*heads) and _agree(*tails)


def made(document: Document) -> Iterator[Named]:
    """What the template makes under a name of its own; `${?}` where the name is worked out."""
    for one in document.resources:
        if (found := _MADE.get(one.type)) and (name := one.text(found[1])):
            yield Named(found[0], name)


def taken(one: Resource) -> Iterator[tuple[str, Named]]:
    """What a resource names, with the path of the place: each thing once, at its first place."""
    seen = set()
    for path, named in _taken(one):
        if named not in seen:
            seen.add(named)
            yield path, named


def parameter_names(document: Document) -> Iterator[tuple[str, Named]]:
    """The template's parameters that CloudFormation reads out of SSM, with the names that they have by default."""
    parameters = document.body.get("Parameters")
    for name, one in sorted(parameters.items()) if isinstance(parameters, dict) else ():
        if text(at(one, "Type")).startswith("AWS::SSM::Parameter::"):
            yield name, Named("parameter", text(at(one, "Default")))


def _taken(one: Resource) -> Iterator[tuple[str, Named]]:
    if (found := _TAKEN.get(one.type)) and (name := one.text(found[1])):
        yield f"Properties.{found[1]}", Named(found[0], name)
    for path, written in one.texts:
        yield from ((path, Named("parameter", name)) for name in _PARAMETER.findall(written))
        yield from ((path, Named("secret", name)) for name in _SECRET.findall(written))
        yield from ((path, Named("repository", name)) for name in _IMAGE.findall(written))
        yield from ((path, named) for found in _ARN.finditer(written) for named in _of_arn(*found.groups()))
        if written.startswith("alias/"):
            yield path, Named("key", written)


def _of_arn(_: str, service: str, region: str, account: str, rest: str) -> Iterator[Named]:
    """Nothing for another place, and for a pattern: it grants what there may be one day."""
    kind, before = _SERVICES.get(service, ("", ""))
    if not kind or region not in _HERE[0] or account not in _HERE[1] or not rest.startswith(before):
        return
    found = (_WHOLE if kind in _WITH_SLASHES else _FIRST).match(rest.removeprefix(before))
    name = _SECRET_ENDING.sub("", found[0] if found else "")
    if name and "*" not in name and "?" not in name.replace("${?}", ""):
        yield Named(kind, name)


def _escaped(part: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", part)


def _agree(one: str, other: str) -> bool:
    """Whether the shorter is the beginning of the longer."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return same == min(len(one), len(other))
