"""More lookups than CloudFormation takes in a template: each value is taken up once, and nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.core.template_size import MOST_LOOKUPS, size_findings
from orchestrator.synth import lint
from tests.blueprints.container_samples import IMAGE
from tests.blueprints.templates import at, body, synthesized

START = "/orchestrator/sample-production"


def many(number: int, *, encrypted: bool = False) -> dict[str, Any]:
    return {"functions": {f"f{at}": {"vpc": True} for at in range(number)}, "encrypt_logs": encrypted}


@pytest.mark.parametrize(("functions", "parameters"), [(20, 0), (21, 3), (30, 3)])
def test_each_value_is_looked_up_once_where_all_would_be_too_many(functions: int, parameters: int) -> None:
    template = body("compute", **many(functions))["Resources"]

    found = [one for one in template.values() if one["Type"] == "AWS::SSM::Parameter"]
    assert len(found) == parameters


def test_a_function_reads_what_its_stack_took_up() -> None:
    template = body("compute", **many(16, encrypted=True))
    config = at(template, "Resources/FunctionF7/Properties/VpcConfig")
    logs = at(template, "Resources/FunctionF7LogGroup/Properties/KmsKeyId")

    read = [*config["SubnetIds"], *config["SecurityGroupIds"], logs]

    parameters = [
        template["Resources"][one["Fn::Sub"].removeprefix("${").removesuffix(".Value}")]["Properties"] for one in read
    ]
    assert [one["Value"] for one in parameters] == [
        f"{{{{resolve:ssm:{START}/{name}}}}}"
        for name in ("network/subnets/1", "network/subnets/2", "network/functions-sg", "key-arn")
    ]
    assert all(one["Name"].startswith(f"{START}/in-compute/") for one in parameters)


def test_functions_keep_their_versions_when_values_are_taken_up() -> None:
    few, lots = (
        {name for name in body("compute", **many(number))["Resources"] if name.startswith("FunctionF0Version")}
        for number in (20, 21)
    )

    assert few == lots


def test_services_share_their_network_and_keep_what_a_change_would_make_anew() -> None:
    services = {f"s{at}": {"image": IMAGE, "paths": [f"/{at}"], "priority": at + 1} for at in range(20)}
    template = body("compute", entry="service", services=services, monitoring={"automatic": False})

    network = at(template, "Resources/ServiceS0/Properties/NetworkConfiguration/AwsvpcConfiguration")
    assert all(set(one) == {"Fn::Sub"} for one in (*network["Subnets"], *network["SecurityGroups"]))
    groups = [one for one in template["Resources"].values() if one["Type"].endswith("TargetGroup")]
    assert {one["Properties"]["VpcId"] for one in groups} == {f"{{{{resolve:ssm:{START}/network/vpc}}}}"}


def test_the_template_stays_below_the_limit_and_clean() -> None:
    template = synthesized("compute", **many(16, encrypted=True))

    assert template.body.count("{{resolve:") <= MOST_LOOKUPS
    assert [one.rule for one in size_findings({"compute": template.body})] in ([], ["template-by-url"])
    assert lint([template], ["us-east-1"]) == ()
