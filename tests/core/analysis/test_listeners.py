"""Rules of load balancers: priorities that a deployed rule still has, target groups that are made anew."""

from __future__ import annotations

import pytest

from tests.core.analysis.templates import changed, resource, rules, template

GET = {"Fn::GetAtt": ["Listener", "Value"]}


def routes(condition: str = "", listener: object = GET, **priorities: object) -> str:
    """Rules of one listener, by logical id."""
    further = {"Condition": condition} if condition else {}
    made = {
        name: resource(
            "ElasticLoadBalancingV2::ListenerRule", {"ListenerArn": listener, "Priority": priority}, **further
        )
        for name, priority in priorities.items()
    }
    return template(made)


@pytest.mark.parametrize(
    ("before", "after", "taking"),
    [
        (routes(Web=1), routes(Site=1), ["Site"]),
        (routes(Web=1), routes(Web=1, Site=1), ["Site"]),
        (routes(Web=1, Site=2), routes(Web=2, Site=1), ["Site", "Web"]),
        (routes(Web="1"), routes(Site=1), ["Site"]),
        (routes(Web=1), routes(Site=2), []),
        (routes(Web=1), routes(Web=2), []),
        (routes(Web=1, Site=2), routes(Web=1), []),
        (routes(Web=1), routes(listener="other", Site=1), []),
        (routes(Web=1), routes(condition="InOneRegion", Site=1), []),
        (routes(Web={"Ref": "First"}), routes(Site={"Ref": "First"}), []),
        (routes(listener=7, Web=1), routes(listener=7, Site=1), []),
        (
            routes(listener={"Fn::Select": [0, {"Ref": "Those"}]}, Web=1),
            routes(listener={"Fn::Select": [0, {"Ref": "Those"}]}, Site=1),
            [],
        ),
    ],
)
def test_a_priority_that_another_deployed_rule_has_cannot_be_taken(before: str, after: str, taking: list[str]) -> None:
    places = [f"infra: Resources.{name}.Properties.Priority" for name in taking]

    assert changed(before, after, "priority-taken") == places


def test_before_the_first_deployment_every_priority_is_free() -> None:
    assert rules(routes(Web=1), "priority-taken") == []


def test_a_target_group_that_is_made_anew_is_told() -> None:
    before, after = (
        template({"Targets": resource("ElasticLoadBalancingV2::TargetGroup", {"Port": port})}) for port in (80, 90)
    )
    create_only = {"ElasticLoadBalancingV2__TargetGroup": frozenset({"Properties/Port"})}

    assert changed(before, after, "targets-replaced", **create_only) == ["infra: Resources.Targets"]
    assert changed(before, after, "targets-replaced") == []
