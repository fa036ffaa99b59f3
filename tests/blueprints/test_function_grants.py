"""What CloudFormation may do for the blocks of functions: every type is known, and within its application."""

from __future__ import annotations

import pytest

from blueprints.access.grants import GRANTS as JOINED
from blueprints.access.grants.grant import Grant
from blueprints.access.grants.releases import GRANTS
from tests.blueprints.templates import body, types
from tests.blueprints.test_all_templates import FUNCTION_BLOCKS

GRANTED = {**JOINED, **GRANTS}
# AWS knows no resources for these, or they belong to a registry as a whole.
WHOLE = {"WarmFunctionsReads", "ImageReplication"}


@pytest.mark.parametrize(
    ("layer", "options"), [("compute", FUNCTION_BLOCKS), ("infra", {"images": {"repositories": ["app"]}})]
)
def test_every_type_of_the_blocks_is_granted(layer: str, options: dict[str, object]) -> None:
    assert types(body(layer, **options)) - set(GRANTED) == set()


@pytest.mark.parametrize("grant", sorted({one for grants in GRANTS.values() for one in grants}, key=str))
def test_a_grant_ends_at_the_application_unless_aws_knows_nothing_smaller(grant: Grant) -> None:
    assert ("*" in grant.resources) == (grant.sid in WHOLE)


def test_roles_are_passed_to_codedeploy_alone() -> None:
    conditions = [one.condition for one in GRANTS["AWS::CodeDeploy::DeploymentGroup"] if "iam:PassRole" in one.actions]

    assert conditions == [(("StringEquals", (("iam:PassedToService", ("codedeploy.amazonaws.com",)),)),)]
