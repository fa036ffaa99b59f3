"""A template's text without what no reader needs."""

from __future__ import annotations

from orchestrator.core.canonical import canonical_json, template_digest, tightened


def test_a_tightened_template_is_the_same_template_in_fewer_bytes() -> None:
    body = canonical_json({"Resources": {"Å": {"Type": "AWS::SNS::Topic"}}})
    tight = tightened(body)

    assert tight == '{"Resources":{"Å":{"Type":"AWS::SNS::Topic"}}}'
    assert template_digest(tight) == template_digest(body)


def test_what_is_no_json_stays_as_it_is() -> None:
    assert tightened("Resources: {}") == "Resources: {}"
