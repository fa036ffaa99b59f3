"""The network of infra: what is in it, who reaches whom, and what leads out."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.core.errors import ConfigurationError
from tests.blueprints.container_samples import INFRA, LEAST_INFRA, WITH_DATABASE
from tests.blueprints.templates import at, body, types

START = "/orchestrator/sample-production/network"
ANYWHERE = "0.0.0.0/0"


@pytest.fixture(scope="module")
def least() -> dict[str, Any]:
    return body("infra", network={})


@pytest.fixture(scope="module")
def everything() -> dict[str, Any]:
    return body("infra", **INFRA)


def of_type(template: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: one["Properties"] for name, one in template["Resources"].items() if one["Type"] == kind}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Network/Properties/CidrBlock", "10.0.0.0/16"),
        ("Network/Properties/EnableDnsHostnames", True),
        ("NetworkPrivate2/Properties/CidrBlock", "10.0.16.0/20"),
        (
            "NetworkPrivate2/Properties/AvailabilityZone",
            {"Fn::Select": [1, {"Fn::GetAZs": {"Ref": "AWS::Region"}}]},
        ),
        ("NetworkPrivate1/Properties/MapPublicIpOnLaunch", False),
        ("NetworkLog/Properties/TrafficType", "ALL"),
        ("NetworkLogGroup/Properties/RetentionInDays", 30),
        ("NetworkVpcParameter/Properties/Name", f"{START}/vpc"),
        ("NetworkSubnet2Parameter/Properties/Value", {"Ref": "NetworkPrivate2"}),
        ("NetworkFunctionsGroupParameter/Properties/Name", f"{START}/functions-sg"),
        ("NetworkServicesGroupParameter/Properties/Name", f"{START}/services-sg"),
        ("NetworkDatabaseGroupParameter/Properties/Name", f"{START}/database-sg"),
    ],
)
def test_the_network_says(least: dict[str, Any], path: str, expected: object) -> None:
    assert at(least, f"Resources/{path}") == expected


def test_without_more_nothing_leads_out_and_no_endpoint_costs(least: dict[str, Any]) -> None:
    kinds = {one["VpcEndpointType"] for one in of_type(least, "AWS::EC2::VPCEndpoint").values()}

    assert kinds == {"Gateway"}
    assert not types(least) & {"AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::Route"}


def test_addresses_differ_by_region_through_a_table(everything: dict[str, Any]) -> None:
    table = everything["Mappings"]["NetworkAddresses"]

    assert at(everything, "Resources/Network/Properties/CidrBlock") == {
        "Fn::FindInMap": ["NetworkAddresses", {"Ref": "AWS::Region"}, "Network"]
    }
    assert {region: (row["Network"], row["Public2"]) for region, row in table.items()} == {
        "us-east-1": ("10.1.0.0/16", "10.1.144.0/20"),
        "us-west-2": ("10.0.0.0/16", "10.0.144.0/20"),
    }


@pytest.mark.parametrize(("per_zone", "expected"), [(True, ["1", "2", "3"]), (False, ["1", "1", "1"])])
def test_a_nat_stands_in_each_zone_or_in_one(per_zone: bool, expected: list[str]) -> None:
    template = body("infra", network={"zones": 3, "nat": {"per_zone": per_zone}})
    routes = of_type(template, "AWS::EC2::Route")

    ways = [routes[f"NetworkPrivate{zone}Out"]["NatGatewayId"]["Ref"] for zone in (1, 2, 3)]

    assert ways == [f"NetworkNat{one}" for one in expected]
    assert len(of_type(template, "AWS::EC2::NatGateway")) == len(set(expected))


def test_a_further_zone_renumbers_nothing() -> None:
    few, many = (body("infra", network={"zones": zones, "nat": {}})["Resources"] for zones in (2, 4))

    assert {name: one for name, one in many.items() if one["Type"] == "AWS::EC2::Subnet" and name in few} == {
        name: one for name, one in few.items() if one["Type"] == "AWS::EC2::Subnet"
    }


def test_the_internet_enters_public_subnets_at_the_ports_of_the_web_only(everything: dict[str, Any]) -> None:
    rules = of_type(everything, "AWS::EC2::NetworkAclEntry")
    entering = {
        (name.startswith("NetworkPublic"), one["PortRange"]["From"])
        for name, one in rules.items()
        if not one["Egress"] and one["CidrBlock"] == ANYWHERE
    }

    assert entering == {(False, 1024), (True, 1024), (True, 80), (True, 443)}


def test_groups_let_out_what_is_named_and_nobody_in(everything: dict[str, Any]) -> None:
    for name in ("NetworkFunctionsGroup", "NetworkServicesGroup"):
        group = everything["Resources"][name]["Properties"]

        assert [one["FromPort"] for one in group["SecurityGroupEgress"]] == [443, 5671]
        assert "SecurityGroupIngress" not in group


def test_a_group_without_a_way_out_says_so_lest_ec2_opens_everything(least: dict[str, Any]) -> None:
    leaving = at(least, "Resources/NetworkDatabaseGroup/Properties/SecurityGroupEgress")

    assert [one["CidrIp"] for one in leaving] == ["255.255.255.255/32"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"outbound": []}, {(443, ANYWHERE)}),
        ({"outbound": [5671]}, {(443, ANYWHERE), (5671, ANYWHERE)}),
        ({"outbound": [], "gateways": []}, {(443, "10.0.0.0/16")}),
        ({"outbound": [5671], "gateways": [], "nat": {}}, {(443, "10.0.0.0/16"), (5671, ANYWHERE)}),
    ],
)
def test_endpoints_are_reached_whatever_leads_out(options: dict[str, object], expected: set[object]) -> None:
    template = body("infra", network=options, table="")
    lists = {
        one["PortRange"]["From"]
        for name, one in of_type(template, "AWS::EC2::NetworkAclEntry").items()
        if name.startswith("NetworkPrivateOut") and one["CidrBlock"] == ANYWHERE
    }

    for group in ("Functions", "Services"):
        leaving = at(template, f"Resources/Network{group}Group/Properties/SecurityGroupEgress")
        assert {(one["FromPort"], one["CidrIp"]) for one in leaving} == expected
    assert lists == {port for port, to in expected if to == ANYWHERE}


def test_a_default_that_no_region_uses_is_compared_with_nothing() -> None:
    template = body("infra", network={"cidrs": {"us-east-1": "10.1.0.0/20", "us-west-2": "10.1.16.0/20"}})

    assert template["Mappings"]["NetworkAddresses"]["us-west-2"]["Private2"] == "10.1.17.0/24"


def test_the_database_is_reached_by_functions_services_and_its_proxy_and_made_after_its_network() -> None:
    template = body("infra", **WITH_DATABASE)
    callers = {
        one["SourceSecurityGroupId"]["Ref"]: (one["GroupId"]["Ref"], one["FromPort"])
        for one in of_type(template, "AWS::EC2::SecurityGroupIngress").values()
    }

    database = ("NetworkDatabaseGroup", 5432)
    assert callers == {
        "NetworkFunctionsGroup": database,
        "NetworkServicesGroup": database,
        "NetworkDatabaseGroup": database,
    }
    assert at(template, "Resources/DatabaseSubnetGroup/Properties/SubnetIds") == [
        {"Ref": f"NetworkPrivate{zone}"} for zone in (1, 2, 3)
    ]
    assert at(template, "Resources/DatabaseCluster/Properties/VpcSecurityGroupIds") == [{"Ref": "NetworkDatabaseGroup"}]


def test_tasks_get_their_images_without_a_nat_and_through_one(everything: dict[str, Any]) -> None:
    without = of_type(body("infra", **LEAST_INFRA), "AWS::EC2::VPCEndpoint")

    assert set(without) == {f"NetworkEndpoint{one}" for one in ("EcrApi", "EcrDkr", "Logs", "S3", "Dynamodb")}
    assert not {"NetworkEndpointEcrApi", "NetworkEndpointLogs"} & everything["Resources"].keys()


def test_an_endpoint_lets_this_account_through_and_s3_the_layers_of_images() -> None:
    endpoints = of_type(body("infra", **LEAST_INFRA), "AWS::EC2::VPCEndpoint")
    own = {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}
    policies = {name: one["PolicyDocument"]["Statement"] for name, one in endpoints.items()}

    assert all(statements[0]["Condition"] == own for statements in policies.values())
    assert {name for name, statements in policies.items() if len(statements) > 1} == {"NetworkEndpointS3"}
    assert policies["NetworkEndpointS3"][1]["Action"] == "s3:GetObject"


def test_a_function_is_put_into_the_network_without_any_id() -> None:
    template = body("compute", functions={"f": {"vpc": True}})
    config = at(template, "Resources/FunctionF/Properties/VpcConfig")
    names = {
        one["Properties"]["Name"]
        for one in body("infra", network={})["Resources"].values()
        if "Name" in one.get("Properties", {})
    }

    found = [*config["SubnetIds"], *config["SecurityGroupIds"]]
    assert {one.removeprefix("{{resolve:ssm:").removesuffix("}}") for one in found} <= names


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"network": {"cidr": "10.0.0.0"}}, r"options\.network\.cidr: /32 cannot be divided"),
        ({"network": {"cidr": "10.0.300.0/16"}}, r"options\.network\.cidr: .* is no network"),
        ({"network": {"cidr": "10.0.0.0/25"}}, r"options\.network\.cidr: /25 cannot be divided"),
        ({"network": {"cidr": "10.0.1.0/16"}}, r"options\.network\.cidr: .* has host bits set"),
        (
            {"network": {"cidrs": {"us-east-1": "10.1.0.0/20"}}},
            r"options\.network\.cidrs\.us-east-1: .* is not as long as the others",
        ),
        (
            {"network": {"cidrs": {"us-east-2": "10.1.0.0/16"}}},
            r"options\.network\.cidrs\.us-east-2: .* is not a region",
        ),
        (
            {"network": {"cidrs": {"us-east-1": "10.0.0.0/16"}}},
            r"options\.network\.cidrs\.us-east-1: 10\.0\.0\.0/16 in us-west-2 overlaps 10\.0\.0\.0/16 in us-east-1",
        ),
        ({"network": {"cidr": "127.0.0.0/16"}}, r"options\.network\.cidr: EC2 makes no network of '127\.0\.0\.0/16'"),
        ({"network": {"cidrs": {"us-east-1": "239.1.0.0/16"}}}, r"options\.network\.cidrs\.us-east-1: EC2 makes no"),
        ({"network": {"zones": 5}}, r"options\.network\.zones: 5 is more than us-west-2 has \(4\)"),
        ({"network": {"outbound": [443, 443]}}, r"options\.network\.outbound\[1\]: 443 is in the list already"),
        ({"network": {"outbound": list(range(1, 17))}}, r"options\.network\.outbound: 16 ports; .* room for 15"),
        ({"network": {"outbound": [], "nat": {}}}, r"options\.network\.outbound: has no 443, by which s3 and dynamodb"),
        (
            {**LEAST_INFRA, "network": {"outbound": [], "nat": {}, "gateways": []}},
            r"options\.network\.outbound: has no 443, by which services get their images",
        ),
        ({"network": {"gateways": ["s3"]}}, r"options\.network\.gateways: without 'dynamodb' .* reaches the tables"),
        (
            {"network": {"gateways": ["dynamodb"]}, "buckets": {"visits": {}}},
            r"options\.network\.gateways: without 's3' .* reaches the buckets",
        ),
        ({"network": {"outbound": [0]}}, r"options\.network\.outbound\[0\]: 0 is no port"),
        ({"network": {"zones": 1}}, r"options\.network\.zones: 1 is too small"),
        ({"network": {"endpoints": ["ec3"]}}, r"options\.network\.endpoints\[0\]: 'ec3' is not allowed"),
        ({"network": {}, "database": {"zones": 3}}, r"options\.database\.zones: 3 is more than the network has"),
        ({"containers": {}}, r"options\.containers: there is no network to run in"),
    ],
)
def test_a_network_that_cannot_work_is_refused_where_it_stands(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        body("infra", **options)
