"""What blocks that call functions share: finding a function by its name, and letting its role do more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.compute.function import ALIAS
from blueprints.faults import Fault, suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from troposphere import Sub, Template

    from blueprints.compute.function import PublishedFunction
    from blueprints.compute.roles import Statement


def let(template: Template, function: PublishedFunction, name: str, statements: Sequence[Statement]) -> None:
    """Adds an inline policy to the role of a function: what a source of events asks of it."""
    from troposphere.iam import Policy

    document = {"Version": "2012-10-17", "Statement": list(statements)}
    role = template.resources[f"{function.title}Role"]
    role.properties["Policies"].append(Policy(PolicyName=name, PolicyDocument=document))


def add_permission(
    template: Template, title: str, function: PublishedFunction, *, service: str, source: Sub | object
) -> str:
    """Lets one resource of a service call the alias of a function; returns the logical id.

    SNS and EventBridge know no role for functions, so that a permission must be. It is bound to the alias and to the
    ARN of the one source; the ARN names the account. Neither changes with a release, so that no release recreates it.
    """
    from troposphere.awslambda import Permission

    permission = Permission(
        title, Action="lambda:InvokeFunction", FunctionName=function.alias, Principal=service, SourceArn=source
    )
    template.add_resource(permission)
    return title


def alias_arn(function: PublishedFunction) -> Sub:
    """The ARN of the alias, by name: for roles, which must not wait for the function."""
    from troposphere import Sub

    here = "${AWS::Region}:${AWS::AccountId}"
    return Sub(f"arn:${{AWS::Partition}}:lambda:{here}:function:{function.name}:{ALIAS}")


def function_fault(path: str, name: str, functions: Collection[str]) -> Iterator[Fault]:
    """A function that is not there."""
    if name not in functions:
        yield Fault(path, f"there is no function {name!r}", suggestion(name, functions))
