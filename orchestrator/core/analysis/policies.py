"""Policies as rules read them: statements with their paths, who and what they allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orchestrator.core.analysis.document import Resource
from orchestrator.core.analysis.values import Value, at, listed, mapping, text

Statement = Mapping[str, Value]

# Type -> where the policy of a resource is.
_RESOURCE_POLICIES = {
    "AWS::ECR::Repository": "RepositoryPolicyText",
    "AWS::Events::EventBusPolicy": "Statement",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::KMS::ReplicaKey": "KeyPolicy",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
}
_IDENTITY_DOCUMENTS = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
_IDENTITY_LISTS = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")


def identity_policies(one: Resource) -> Iterator[tuple[str, Statement]]:
    """The statements of what an identity may do, with their paths. Not who may take a role."""
    if one.type in _IDENTITY_DOCUMENTS:
        yield from _statements("Properties.PolicyDocument", one.at("PolicyDocument"))
    elif one.type in _IDENTITY_LISTS:
        for place, policy in enumerate(listed(one.at("Policies"))):
            yield from _statements(f"Properties.Policies.{place}.PolicyDocument", at(policy, "PolicyDocument"))


def resource_policies(one: Resource) -> Iterator[tuple[str, Statement]]:
    """The statements of who may use a resource, with their paths."""
    name = _RESOURCE_POLICIES.get(one.type)
    if name == "Statement":
        yield "Properties.Statement", mapping(one.at("Statement"))
    elif name:
        yield from _statements(f"Properties.{name}", one.at(name))


def allowed_actions(statement: Statement) -> tuple[str, ...]:
    """The actions that a statement allows; () for one that denies."""
    if statement.get("Effect") != "Allow":
        return ()
    return tuple(text(one) for one in listed(statement.get("Action")))


def is_anyone(statement: Statement) -> bool:
    """Whether everybody is allowed: principal `*` (or all but some), and no condition that restricts it."""
    if statement.get("Effect") != "Allow" or _restricts(statement.get("Condition")):
        return False
    if "NotPrincipal" in statement:
        return True
    principal = statement.get("Principal")
    return principal == "*" or "*" in listed(at(principal, "AWS"))


def _restricts(condition: Value) -> bool:
    """That TLS is used says nothing about who uses it."""
    keys = {key.lower() for operator in mapping(condition).values() for key in mapping(operator)}
    return bool(keys - {"aws:securetransport"})


def _statements(path: str, document: Value) -> Iterator[tuple[str, Statement]]:
    for place, one in enumerate(listed(at(document, "Statement"))):
        yield f"{path}.Statement.{place}", mapping(one)
