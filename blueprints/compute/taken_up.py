"""What infra left in SSM parameters, taken up once for all of a template that names it too often for CloudFormation."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from blueprints.parameters import camel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troposphere import Template

    from blueprints.context import Context

MOST_LOOKUPS = 60
"""Dynamic references that CloudFormation takes in a template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

_REFERENCE = re.compile(r"\{\{resolve:ssm:([^:}]+)\}\}")
# Others have references in properties that CloudFormation only sets by making the resource anew: what a plan could not
# tell from a change of the value.
_CHANGED_IN_PLACE = frozenset({"AWS::ECS::Service", "AWS::Lambda::Function", "AWS::Logs::LogGroup"})


def take_up(template: Template, context: Context) -> None:
    """Puts each value that is looked up more than once into a parameter of this stack, and has it read from there.

    Does nothing below CloudFormation's limit. Functions keep their versions: what they run with stays the same.
    """
    if template.to_json(indent=None).count("{{resolve:") <= MOST_LOOKUPS:
        return
    places = list(_places(template))
    often = Counter(str(holder[key]) for holder, key in places)
    for holder, key in places:
        reference = str(holder[key])
        if often[reference] > 1:
            holder[key] = _taken_up(template, context, reference)


def _taken_up(template: Template, context: Context, reference: str) -> object:
    from troposphere import Sub
    from troposphere.ssm import Parameter

    name = reference.removeprefix("{{resolve:ssm:").removesuffix("}}")
    words = camel(name.removeprefix(f"/orchestrator/{context.prefix}/").replace("/", "-"))
    # Two names may have the same words.
    title = f"TakenUp{words}{sha256(name.encode()).hexdigest()[:8]}"
    if title not in template.resources:
        here = f"/orchestrator/{context.prefix}/in-compute/{title}"
        template.add_resource(Parameter(title, Name=here, Type="String", Value=reference))
    return Sub(f"${{{title}.Value}}")


def _places(template: Template) -> Iterator[tuple[Any, Any]]:
    """Where a property is a reference and nothing else: what holds it, and its key or index there."""
    for _, resource in sorted(template.resources.items()):
        if resource.resource["Type"] in _CHANGED_IN_PLACE:
            yield from _below(resource.properties)


def _below(value: object) -> Iterator[tuple[Any, Any]]:
    below = getattr(value, "properties", value)
    if not isinstance(below, (dict, list)):
        return
    for key, one in below.items() if isinstance(below, dict) else enumerate(below):
        if isinstance(one, str) and _REFERENCE.fullmatch(one):
            yield below, key
        else:
            yield from _below(one)
