"""What CloudFormation may do for networks and containers."""

from __future__ import annotations

from types import ModuleType

import pytest

from blueprints.access.grants import GRANTS, containers, network
from blueprints.access.statements import statements
from tests.blueprints.container_samples import COMPUTE, INFRA, WITH_DATABASE
from tests.blueprints.context import CONTEXT
from tests.blueprints.templates import body, types

# AWS knows no resource for these.
NAMELESS = {"ecs:CreateCluster", "ecs:DeregisterTaskDefinition"}


@pytest.mark.parametrize(("layer", "options"), [("infra", INFRA), ("infra", WITH_DATABASE), ("compute", COMPUTE)])
def test_every_type_has_grants(layer: str, options: dict[str, object]) -> None:
    assert types(body(layer, **options)) <= GRANTS.keys()


@pytest.mark.parametrize("area", [network, containers])
def test_what_changes_something_ends_at_the_account_or_the_application(area: ModuleType) -> None:
    given = [grant for grants in area.GRANTS.values() for grant in grants]
    unbound = {action for one in given if one.resources == ("*",) and not one.condition for action in one.actions}

    changing = {action for action in unbound if not action.partition(":")[2].startswith(("Describe", "Get", "List"))}

    assert changing <= NAMELESS


def test_a_long_prefix_is_cut_as_the_names_of_load_balancers_are() -> None:
    from dataclasses import replace

    from blueprints.container_names import load_balancer_name, target_group_name

    context = replace(CONTEXT, application="a-very-long-application-name")
    grant = next(one for one in GRANTS["AWS::ElasticLoadBalancingV2::LoadBalancer"] if one.sid == "LoadBalancers")

    said = str([one.to_dict() for one in statements(context, [grant])[0]["Resource"]])

    for name in (load_balancer_name(context), target_group_name(context, "web")):
        assert name.startswith("a-very-long-application")
    assert "loadbalancer/app/a-very-long-application*" in said
    assert "targetgroup/a-very-long-application*" in said
