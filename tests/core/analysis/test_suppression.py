"""What somebody accepts: with a reason, on one resource, in the template or in regions.yaml, and never silently."""

from __future__ import annotations

import json

import pytest

from orchestrator.core.analysis import analyse
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.topology import Accepted
from tests.core.analysis.templates import environment, one, said, topology

RULE = "store-unencrypted"


def topic(suppress: object) -> str:
    return one("SNS::Topic", Metadata={"orchestrator": {"suppress": suppress}})


def accepted(*given: Accepted, body: str = "") -> tuple[Finding, ...]:
    return analyse(topology(*given), environment(), {"infra": body or one("SNS::Topic")})


def test_a_suppressed_finding_is_a_note_with_its_reason() -> None:
    inside, outside = said(topic({RULE: "public news"})), accepted(Accepted("infra.One", RULE, "public news"))

    assert inside == outside
    assert [(found.rule, found.severity, found.where) for found in inside] == [
        (RULE, Severity.INFO, "infra: Resources.One.Properties.KmsMasterKeyId")
    ]
    assert inside[0].message == (
        "suppressed: public news. A store is not encrypted at rest (KmsMasterKeyId is not set)"
    )


@pytest.mark.parametrize("other", [Accepted("infra.Two", RULE, "r"), Accepted("compute.One", RULE, "r")])
def test_a_suppression_is_for_its_resource_alone(other: Accepted) -> None:
    found = {one.rule: one for one in accepted(other)}

    assert found[RULE].severity is Severity.WARNING
    assert found["suppression-unused"].where == f"regions.yaml: analysis.suppress.{other.resource}.{RULE}"


@pytest.mark.parametrize("reason", ["", "  ", None, 5, ["because"]])
def test_without_a_reason_nothing_is_suppressed(reason: object) -> None:
    found = {one.rule: one for one in said(topic({RULE: reason}))}

    assert found[RULE].severity is Severity.WARNING
    assert found["suppression-without-reason"].where == (f"infra: Resources.One.Metadata.orchestrator.suppress.{RULE}")


def test_a_rule_that_does_not_exist_is_told() -> None:
    assert {one.rule for one in said(topic({"no-such": "reason"}))} == {RULE, "suppression-unknown"}


def test_a_suppression_that_excuses_nothing_is_told_unless_its_rule_is_about_a_change() -> None:
    unused = one("SNS::Topic", {"KmsMasterKeyId": "k"}, Metadata={"orchestrator": {"suppress": {RULE: "r"}}})

    assert [found.rule for found in said(unused)] == ["suppression-unused"]
    assert [found.rule for found in accepted(Accepted("infra.One", "store-replaced", "moved"))] == [RULE]


def test_a_finding_says_what_to_do_and_where_to_read_more() -> None:
    (found,) = said(one("SNS::Topic"))

    assert found.message.startswith("A store is not encrypted at rest (KmsMasterKeyId is not set). What AWS does not")
    assert found.fix.startswith("turn its encryption on")
    assert found.fix.endswith(f"(docs/reference/rules.md#{RULE})")


def test_findings_come_in_one_order_whatever_the_order_of_the_template() -> None:
    resources = {name: {"Type": "AWS::SNS::Topic"} for name in "cab"}
    forwards = said(json.dumps({"Resources": resources}))
    backwards = said(json.dumps({"Resources": dict(reversed(resources.items()))}))

    assert forwards == backwards
    assert [found.where[len("infra: Resources.")] for found in forwards] == ["a", "b", "c"]
