"""A host that changes leaves records behind, and the plan says so."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from orchestrator.core.planning.left_names import left_name_findings
from tests.core.landed import landed
from tests.sample_world import Sample, topology


def body(*names: object) -> str:
    domains = {
        f"D{number}": {"Type": "AWS::ApiGatewayV2::DomainName", "Properties": {"DomainName": name}}
        for number, name in enumerate(names)
    }
    return json.dumps({"Resources": {**domains, "Odd": {"Type": "AWS::ApiGateway::DomainName", "Properties": 5}}})


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        (("a.fed.dev",), ("a.fed.dev",), ()),
        (("a.fed.dev",), ("b.fed.dev",), ("a.fed.dev",)),
        (
            ({"Fn::Sub": "${AWS::Region}.${AWS::AccountId}.a.fed.dev"},),
            ("b.fed.dev",),
            ("{region}.{account}.a.fed.dev",),
        ),
        (({"Ref": "Host"},), ("b.fed.dev",), ()),
        ((), ("b.fed.dev",), ()),
    ],
)
def test_the_names_that_are_left_are_named(before: tuple, after: tuple, left: tuple) -> None:
    sample = Sample(topology())
    observed = landed(sample)
    desired = sample.desired(observed)
    was = tuple(
        replace(one, body=body(*before)) if one.name == desired.infra.name else one for one in observed.stack_sets
    )

    found = left_name_findings(
        replace(desired, infra=replace(desired.infra, body=body(*after))), replace(observed, stack_sets=was)
    )

    assert tuple(one.where for one in found) == left
    assert all("delete" in one.fix for one in found)


def balanced(*names: object) -> str:
    certificate = {"DomainName": names[0], "SubjectAlternativeNames": list(names[1:])}
    return json.dumps(
        {
            "Resources": {
                "Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer"},
                "Certificate": {"Type": "AWS::CertificateManager::Certificate", "Properties": certificate},
            }
        }
    )


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        (body("a.fed.dev", "r.a.fed.dev"), balanced("a.fed.dev", "r.a.fed.dev"), ()),
        (balanced("a.fed.dev", "r.a.fed.dev"), body("a.fed.dev", "r.a.fed.dev"), ()),
        (balanced("a.fed.dev"), balanced("b.fed.dev"), ("a.fed.dev",)),
    ],
)
def test_a_load_balancer_answers_to_the_names_of_its_certificate(before: str, after: str, left: tuple) -> None:
    sample = Sample(topology())
    observed = landed(sample)
    desired = sample.desired(observed)
    was = tuple(replace(one, body=before) if one.name == desired.infra.name else one for one in observed.stack_sets)

    found = left_name_findings(
        replace(desired, infra=replace(desired.infra, body=after)), replace(observed, stack_sets=was)
    )

    assert tuple(one.where for one in found) == left


def test_before_the_first_deployment_nothing_is_left() -> None:
    sample = Sample(topology())
    observed = landed(sample)

    assert left_name_findings(sample.desired(observed), replace(observed, stack_sets=())) == ()
