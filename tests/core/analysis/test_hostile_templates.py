"""Any text may come for a template: wrong types anywhere, endless nesting, no JSON at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.analysis import analyse
from orchestrator.core.analysis.independence import _CODE, _GLOBAL_NAMES
from orchestrator.core.analysis.kinds import ENTRANCES, STORES
from orchestrator.core.analysis.security import _ENCRYPTION
from orchestrator.core.analysis.values import text, texts
from tests.core.analysis.templates import environment, said, template, topology

TYPES = sorted(
    {
        *ENTRANCES,
        *STORES,
        *_CODE,
        *_GLOBAL_NAMES,
        *_ENCRYPTION,
        "AWS::ApiGateway::Method",
        "AWS::ApiGatewayV2::Integration",
        "AWS::EC2::SecurityGroup",
        "AWS::ECS::TaskDefinition",
        "AWS::Events::EventBusPolicy",
        "AWS::Events::Rule",
        "AWS::IAM::Role",
        "AWS::Logs::LogGroup",
        "AWS::Route53::RecordSet",
        "AWS::S3::BucketPolicy",
        "AWS::SSM::Parameter",
    }
)
_WORDS = """\
Ref Fn::Sub Fn::Join Fn::GetAtt Fn::If Fn::ImportValue Statement Effect Allow Action Resource Principal AWS * Condition
Policies PolicyDocument KeyPolicy Replicas SSESpecification KMSMasterKeyId Environment Variables Name Value Code
ContainerDefinitions SecurityGroupIngress CidrIp Targets Arn Rules Destination ReplicationConfiguration Body TOKEN
ProvisionedConcurrencyConfig FunctionVersion Export Metadata orchestrator suppress x-amazon-apigateway-integration uri
${A} ${ ${!} 0.0.0.0/0 Tags S3Bucket Handler
"""
WORDS = st.sampled_from(_WORDS.split())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(WORDS, below, max_size=4),
    max_leaves=12,
)
RESOURCE = st.fixed_dictionaries(
    {"Type": st.sampled_from(TYPES) | JSON}, optional=dict.fromkeys(("Properties", "Condition", "Metadata"), JSON)
)
TEMPLATE = st.fixed_dictionaries(
    {"Resources": st.dictionaries(WORDS, RESOURCE | JSON, max_size=3) | JSON},
    optional=dict.fromkeys(("Parameters", "Conditions", "Outputs"), JSON),
)


@settings(max_examples=200, deadline=None)
@given(before=TEMPLATE, after=TEMPLATE)
def test_no_template_breaks_the_analysis(before: object, after: object) -> None:
    bodies, old = {"infra": json.dumps(after)}, {"infra": json.dumps(before)}
    found = analyse(topology(), environment(), bodies, before=old)

    assert found == analyse(topology(), environment(), bodies, before=old)


@pytest.mark.parametrize(
    "body", ["", "no json", "[]", "5", "[" * 100_000, '{"Resources": []}', '{"Resources": {"A": 5}}']
)
def test_what_is_no_template_has_nothing_to_tell(body: str) -> None:
    assert said(body) == ()
    assert said(template({}), before={"infra": body}) == ()


def test_deep_values_are_read_to_a_depth_and_no_further() -> None:
    deep: object = "bottom"
    for _ in range(400):
        deep = {"Fn::Join": ["", [deep]]}

    assert text(deep) == "${?}"
    assert [found for _, found in texts({"A": [deep]})] == ["${?}"]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"Ref": "A"}, "${A}"),
        ({"Ref": 5}, "${?}"),
        ({"Fn::GetAtt": "A.Arn"}, "${A.Arn}"),
        ({"Fn::Sub": "a-${B}-${!C}"}, "a-${B}-${!C}"),
        ({"Fn::Sub": ["a-${B}", {"B": {"Ref": "C"}}]}, "a-${C}"),
        ({"Fn::Sub": []}, ""),
        ({"Fn::Sub": [5]}, "${?}"),
        ({"Fn::Join": ["-", ["a", {"Ref": "B"}]]}, "a-${B}"),
        ({"Fn::Join": ["-", "a"]}, "${?}"),
        ({"Fn::Select": [0, ["a"]]}, "${?}"),
        ({"A": "B"}, "${?}"),
        (5, ""),
    ],
)
def test_a_value_is_read_as_one_text(value: object, read: str) -> None:
    assert text(value) == read


def test_conditions_that_name_each_other_come_to_an_end() -> None:
    circle = {"A": {"Condition": "B"}, "B": {"Fn::Not": [{"Condition": "A"}]}}
    through = {"A": {"Fn::Or": [{"Condition": "B"}]}, "B": {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}}
    role = {"Role": {"Type": "AWS::IAM::Role", "Condition": "A", "Properties": {"RoleName": "same"}}}

    assert [one.rule for one in said(template(role, Conditions=circle))] == ["role-without-region"]
    assert said(template(role, Conditions=through)) == ()
