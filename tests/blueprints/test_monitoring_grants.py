"""What CloudFormation may do for alarms, dashboards and canaries."""

from __future__ import annotations

import pytest

from blueprints.access.grants import GRANTS
from blueprints.access.grants.monitoring import GRANTS as OURS
from tests.blueprints.templates import body, types
from tests.blueprints.watched import WATCHED_COMPUTE, WATCHED_INFRA

# CloudWatch knows no resource for these, or refuses a narrower scope; a new canary has no ARN yet.
WHOLE = {"AnomalyModels", "NewCanaries", "RegionAlarms"}


@pytest.mark.parametrize(("layer", "options"), [("compute", WATCHED_COMPUTE), ("infra", WATCHED_INFRA)])
def test_every_type_of_monitoring_is_granted(layer: str, options: dict[str, object]) -> None:
    assert types(body(layer, **options)) - set(GRANTS) == set()


def test_a_grant_ends_at_the_application_unless_aws_knows_nothing_smaller() -> None:
    given = {grant for grants in OURS.values() for grant in grants}

    assert {grant.sid for grant in given if "*" in grant.resources} == WHOLE


def test_a_role_of_a_canary_goes_to_lambda_and_synthetics_alone() -> None:
    (passed,) = (one for one in OURS["AWS::Synthetics::Canary"] if "iam:PassRole" in one.actions)

    services = ("lambda.amazonaws.com", "synthetics.amazonaws.com")
    assert passed.condition == (("StringEquals", (("iam:PassedToService", services),)),)
