"""What CloudFormation may do for the blocks for data and events."""

from __future__ import annotations

from types import ModuleType

import pytest

from blueprints.access.grants import GRANTS, messaging, stores
from blueprints.access.statements import statements
from tests.blueprints.context import CONTEXT
from tests.blueprints.shop import COMPUTE, DATABASE, INFRA, MESSAGING
from tests.blueprints.templates import body, types


@pytest.mark.parametrize(
    ("layer", "options"), [("infra", INFRA), ("infra", MESSAGING), ("infra", DATABASE), ("compute", COMPUTE)]
)
def test_every_type_of_the_blocks_has_grants(layer: str, options: dict[str, object]) -> None:
    known = {*GRANTS, *messaging.GRANTS, *stores.GRANTS}

    assert types(body(layer, **options)) <= known


@pytest.mark.parametrize("area", [messaging, stores])
def test_what_changes_something_is_bound_to_the_application(area: ModuleType) -> None:
    given = [grant for grants in area.GRANTS.values() for grant in grants]
    unbound = {action for one in given if one.resources == ("*",) and not one.condition for action in one.actions}

    changing = {action for action in unbound if not action.partition(":")[2].startswith(("Describe", "Get", "List"))}

    # A key has no name before it is made; tags of a mapping are bound by nothing but its id.
    assert changing <= {"kms:CreateKey", "lambda:TagResource"}


def test_conditions_know_the_prefix() -> None:
    grant = next(one for one in messaging.GRANTS["AWS::Lambda::EventSourceMapping"] if one.condition)

    statement = statements(CONTEXT, [grant])[0]

    assert statement["Condition"] == {
        "ArnLike": {"lambda:FunctionArn": ["arn:*:lambda:*:*:function:sample-production-*"]}
    }
