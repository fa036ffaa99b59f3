"""Functions with their surroundings: network, Insights, images, concurrency, asynchronous calls, metrics."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from blueprints.compute.insights import LAYERS
from orchestrator.core.errors import ConfigurationError
from tests.blueprints.context import CONTEXT
from tests.blueprints.templates import at, body

DIGEST = "sha256:" + "a" * 64
IMAGE = {"repository": "app", "digest": DIGEST}
NETWORK = "{{resolve:ssm:/orchestrator/sample-production/network"
FRONT = "Resources/FunctionFront/Properties"


def front(**options: object) -> dict[str, Any]:
    return body("compute", functions={"front": options, "other": {}})


def statements(template: dict[str, Any], title: str = "FunctionFrontRole") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = at(template, f"Resources/{title}/Properties/Policies/0/PolicyDocument/Statement")
    return found


def version_of(template: dict[str, Any]) -> str:
    return next(name for name in template["Resources"] if name.startswith("FunctionFrontVersion"))


@pytest.mark.parametrize(
    ("options", "path", "expected"),
    [
        ({"vpc": True}, f"{FRONT}/VpcConfig/SubnetIds", [f"{NETWORK}/subnets/1}}}}", f"{NETWORK}/subnets/2}}}}"]),
        ({"vpc": True}, f"{FRONT}/VpcConfig/SecurityGroupIds", [f"{NETWORK}/functions-sg}}}}"]),
        ({"vpc": {"zones": 1}}, f"{FRONT}/VpcConfig/SubnetIds", [f"{NETWORK}/subnets/1}}}}"]),
        (
            {"vpc": {"subnets": ["/net/a"], "security_groups": ["/net/sg"]}},
            f"{FRONT}/VpcConfig",
            {"SubnetIds": ["{{resolve:ssm:/net/a}}"], "SecurityGroupIds": ["{{resolve:ssm:/net/sg}}"]},
        ),
        ({"reserved_concurrency": 0}, f"{FRONT}/ReservedConcurrentExecutions", 0),
        ({"image": IMAGE}, f"{FRONT}/PackageType", "Image"),
        (
            {"image": IMAGE},
            f"{FRONT}/Code/ImageUri/Fn::Sub",
            f"${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/sample-production/app@{DIGEST}",
        ),
        (
            {"image": {**IMAGE, "command": ["a.b"], "entry_point": ["/run"], "working_directory": "/srv"}},
            f"{FRONT}/ImageConfig",
            {"Command": ["a.b"], "EntryPoint": ["/run"], "WorkingDirectory": "/srv"},
        ),
        ({"metrics_namespace": "shop"}, f"{FRONT}/Environment/Variables/METRICS_NAMESPACE", "shop"),
        ({"metrics_namespace": "shop"}, f"{FRONT}/Environment/Variables/AWS_EMF_NAMESPACE", "shop"),
        ({"metrics_namespace": "shop"}, f"{FRONT}/Environment/Variables/POWERTOOLS_METRICS_NAMESPACE", "shop"),
        (
            {"dead_letters": {"topic": "lost"}},
            f"{FRONT}/DeadLetterConfig/TargetArn/Fn::Sub",
            "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:sample-production-lost",
        ),
    ],
)
def test_a_function_has_what_is_turned_on(options: dict[str, object], path: str, expected: object) -> None:
    assert at(front(**options), path) == expected


def test_a_function_from_an_image_has_nothing_of_one_from_code() -> None:
    template = body("compute", replace(CONTEXT, artifacts={}), functions={"front": {"image": IMAGE}})

    assert {"Handler", "Runtime", "Layers"} & set(at(template, FRONT)) == set()
    assert set(template["Parameters"]) == {"Release"}


def test_code_in_a_network_may_not_touch_the_interfaces_that_lambda_makes_for_it() -> None:
    allow, deny = (one for one in statements(front(vpc=True)) if "ec2:CreateNetworkInterface" in one["Action"])

    assert (allow["Effect"], deny["Effect"]) == ("Allow", "Deny")
    assert allow["Action"] == deny["Action"]
    assert at(deny, "Condition/ArnEquals/lambda:SourceFunctionArn/Fn::Sub").endswith(
        ":function:sample-production-front"
    )


@pytest.mark.parametrize(
    ("architecture", "name", "key"),
    [("arm64", "LambdaInsightsExtension-Arm64", "Arm64"), ("x86_64", "LambdaInsightsExtension", "X8664")],
)
def test_insights_is_the_layer_of_the_region_and_the_processor(architecture: str, name: str, key: str) -> None:
    template = front(insights=True, architecture=architecture)

    arn, parts = at(template, f"{FRONT}/Layers/0/Fn::Sub")

    assert arn == f"arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{Account}}:layer:{name}:${{Number}}"
    assert parts["Number"] == {"Fn::FindInMap": ["InsightsLayer", {"Ref": "AWS::Region"}, key]}
    assert set(at(template, "Mappings/InsightsLayer")) == set(LAYERS)


@pytest.mark.parametrize("region", ["us-gov-west-1", "us-gov-east-1", "us-east-1", "us-west-2", "eu-west-1"])
def test_insights_knows_both_processors_in_commercial_and_in_govcloud_regions(region: str) -> None:
    row = at(front(insights=True), f"Mappings/InsightsLayer/{region}")

    assert set(row) == {"Account", "Arm64", "X8664"}
    assert len(row["Account"]) == 12


def test_the_insights_layer_comes_after_those_of_the_function() -> None:
    layers = at(front(insights=True, layers=["deps"]), f"{FRONT}/Layers")

    assert [list(one) for one in layers] == [["Ref"], ["Fn::Sub"]]


@pytest.mark.parametrize(
    "changed",
    [
        {"vpc": True},
        {"insights": True},
        {"image": IMAGE},
        {"dead_letters": {"queue": "lost"}},
        {"metrics_namespace": "shop"},
        {"insights": True, "architecture": "x86_64"},
    ],
)
def test_a_version_is_published_for_what_lambda_compares(changed: dict[str, object]) -> None:
    assert version_of(front(**changed)) != version_of(front())


@pytest.mark.parametrize(
    "changed",
    [
        {"reserved_concurrency": 5},
        {"provisioned_concurrency": {"minimum": 5}},
        {"asynchronous": {"retry_attempts": 0}},
        {"shifting": True},
    ],
)
def test_no_version_is_published_for_what_lambda_does_not_compare(changed: dict[str, object]) -> None:
    assert version_of(front(**changed)) == version_of(front())


def test_another_image_publishes_a_version() -> None:
    other = {**IMAGE, "digest": "sha256:" + "b" * 64}

    assert version_of(front(image=other)) != version_of(front(image=IMAGE))


def test_events_that_nobody_waits_for_are_bounded_at_the_alias() -> None:
    template = front(
        asynchronous={
            "retry_attempts": 1,
            "maximum_event_age": 3600,
            "on_success": {"bus": "done"},
            "on_failure": {"function": "other"},
        }
    )

    made = at(template, "Resources/FunctionFrontAsynchronous")

    assert made["DependsOn"] == ["FunctionFrontLive"]
    assert made["Properties"]["Qualifier"] == "live"
    assert (made["Properties"]["MaximumRetryAttempts"], made["Properties"]["MaximumEventAgeInSeconds"]) == (1, 3600)
    ends = made["Properties"]["DestinationConfig"]
    assert at(ends, "OnSuccess/Destination/Fn::Sub").endswith(":event-bus/sample-production-done")
    assert at(ends, "OnFailure/Destination/Fn::Sub").endswith(":function:sample-production-other:live")


@pytest.mark.parametrize(
    ("options", "action"),
    [
        ({"asynchronous": {"on_failure": {"queue": "lost"}}}, "sqs:SendMessage"),
        ({"asynchronous": {"on_failure": {"topic": "lost"}}}, "sns:Publish"),
        ({"asynchronous": {"on_failure": {"bus": "lost"}}}, "events:PutEvents"),
        ({"asynchronous": {"on_success": {"function": "other"}}}, "lambda:InvokeFunction"),
        ({"dead_letters": {"queue": "lost"}}, "sqs:SendMessage"),
        ({"dead_letters": {"topic": "lost"}}, "sns:Publish"),
        ({"insights": True}, "logs:CreateLogGroup"),
    ],
)
def test_the_role_may_send_where_events_end(options: dict[str, object], action: str) -> None:
    granted = [one for one in statements(front(**options)) if action in one["Action"]]

    assert len(granted) == 1
    assert granted[0]["Resource"] != "*"


def test_a_place_for_two_kinds_of_events_is_granted_once() -> None:
    template = front(asynchronous={"on_failure": {"queue": "lost"}}, dead_letters={"queue": "lost"})

    assert len([one for one in statements(template) if "sqs:SendMessage" in one["Action"]]) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vpc": {"subnets": ["/a"]}}, r"functions\.front\.vpc\.security_groups: is not given"),
        ({"vpc": {"security_groups": ["/a"]}}, r"functions\.front\.vpc\.subnets: is not given"),
        ({"image": {"repository": "app", "digest": "latest"}}, r"front\.image\.digest: 'latest' is no digest"),
        ({"image": IMAGE, "handler": "a.b"}, r"functions\.front\.handler: does not go with `image`"),
        ({"image": IMAGE, "insights": True}, r"functions\.front\.insights: does not go with `image`"),
        ({"dead_letters": {}}, r"functions\.front\.dead_letters: names 0 places"),
        ({"dead_letters": {"queue": "a", "topic": "b"}}, r"functions\.front\.dead_letters: names 2 places"),
        ({"dead_letters": {"queue": "a.fifo"}}, r"functions\.front\.dead_letters\.queue: 'a\.fifo' is FIFO"),
        ({"asynchronous": {"on_success": {}}}, r"front\.asynchronous\.on_success: names 0 places"),
        (
            {"asynchronous": {"on_success": {"function": "othr"}}},
            r"front\.asynchronous\.on_success\.function: there is no function 'othr'.*did you mean 'other'",
        ),
        (
            {"asynchronous": {"on_failure": {"function": "front"}}},
            r"front\.asynchronous\.on_failure\.function: is the function itself",
        ),
        ({"asynchronous": {"maximum_event_age": 59}}, r"front\.asynchronous\.maximum_event_age: 59 is too small"),
        ({"asynchronous": {"retry_attempts": 3}}, r"front\.asynchronous\.retry_attempts: 3 is too large"),
    ],
)
def test_blocks_that_cannot_work_are_refused_where_they_stand(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        front(**options)


def test_insights_beside_as_many_layers_as_lambda_takes_is_refused() -> None:
    layers = [f"layer{at}" for at in range(5)]
    context = replace(CONTEXT, artifacts={"app": "a" * 64, **dict.fromkeys(layers, "b" * 64)})

    with pytest.raises(ConfigurationError, match=r"functions\.front\.insights: is a layer, beside 5 others"):
        body("compute", context, functions={"front": {"insights": True, "layers": layers}})


@pytest.mark.parametrize(
    ("region", "architecture", "message"),
    [
        ("mx-central-1", "arm64", r"front\.insights: no Insights layer is known for mx-central-1"),
        ("ca-west-1", "arm64", r"front\.insights: there is no Insights layer for arm64 in ca-west-1; choose x86_64"),
    ],
)
def test_a_region_without_an_insights_layer_is_named(region: str, architecture: str, message: str) -> None:
    context = replace(CONTEXT, regions=(*CONTEXT.regions, region))

    with pytest.raises(ConfigurationError, match=message):
        body("compute", context, functions={"front": {"insights": True, "architecture": architecture}})


@pytest.mark.parametrize("name", ["orders-live", "orders-role", "orders-log-group", "orders-release", "orders-warm"])
def test_a_function_is_not_named_like_what_belongs_to_another(name: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"functions\.{name}: has the logical id of something .* 'orders'"):
        body("compute", functions={"orders": {}, name: {}})
