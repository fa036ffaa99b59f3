"""Functions with everything that they can have, over two releases: users are served, and what is left out is said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Project, deploy
from tests.e2e.test_deploy import ask

pytestmark = pytest.mark.emulator

OPTIONS = """{memory: 256, functions: {
    orders: {insights: true, metrics_namespace: shop, reserved_concurrency: 50,
      provisioned_concurrency: {minimum: 2, maximum: 10}, shifting: {configuration: AllAtOnce, before: check},
      asynchronous: {retry_attempts: 1, on_failure: {function: check}}},
    check: {uses: {}}}}"""


def test_a_function_with_every_block_serves_both_regions_over_two_releases(project: Project) -> None:
    project.configure("{memory: 256}", OPTIONS)
    deploy(project)
    first = {region: ask(project, region)[1]["release"] for region in ("us-east-1", "us-west-2")}
    project.release("second")

    again = project.run("deploy", "--yes")

    assert again.code == 0, again.out + again.err
    second = {region: ask(project, region)[1]["release"] for region in ("us-east-1", "us-west-2")}
    assert first.keys() == second.keys()
    assert set(first.values()).isdisjoint(second.values())
    assert live(project, "us-east-1")["FunctionVersion"] == "2"
    bounded = project.embedded.client("lambda", "us-east-1", "111111111111").get_function_event_invoke_config(
        FunctionName="shop-production-orders", Qualifier="live"
    )
    assert bounded["MaximumRetryAttempts"] == 1
    left_out = {one["type"] for one in project.embedded.admin("GET", "skipped")}
    assert left_out == {
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::CodeDeploy::Application",
        "AWS::CodeDeploy::DeploymentGroup",
    }


def live(project: Project, region: str) -> dict[str, Any]:
    """The alias of a region, as its own account shows it."""
    api = project.embedded.client("lambda", region, "111111111111")
    found: dict[str, Any] = api.get_alias(FunctionName="shop-production-orders", Name="live")
    return found
