"""Which templates go by URL, and that the plan which sends one says so."""

from __future__ import annotations

import json

import pytest

from orchestrator.core.plan import Plan, Severity
from orchestrator.core.template_size import LARGEST_BODY, MOST_LOOKUPS, as_sent, goes_by_url, size_findings
from tests.core.landed import landed, plan
from tests.sample_world import Sample, infra_body, topology

LARGE = json.dumps(json.loads(infra_body()) | {"Description": "x" * LARGEST_BODY})


@pytest.mark.parametrize(
    ("size", "told"),
    [(LARGEST_BODY, []), (LARGEST_BODY + 1, ["the infra template"])],
)
def test_only_what_no_call_takes_goes_by_url(size: int, told: list[str]) -> None:
    assert [one.where for one in size_findings({"infra": "x" * size, "compute": "{}"})] == told


def test_what_fits_without_its_indentation_is_sent_without_it() -> None:
    loose = json.dumps({"a": ["x" * 1000] * 40}, indent=400)
    tight = as_sent(loose)

    assert len(loose) > LARGEST_BODY > len(tight)
    assert json.loads(tight) == json.loads(loose)
    assert not goes_by_url(loose)


@pytest.mark.parametrize(("number", "told"), [(MOST_LOOKUPS, []), (MOST_LOOKUPS + 1, ["the compute template"])])
def test_more_dynamic_references_than_cloudformation_takes_are_told(number: int, told: list[str]) -> None:
    body = json.dumps(["{{resolve:ssm:/a}}"] * number)

    found = size_findings({"infra": "{}", "compute": body})

    assert [(one.where, one.severity) for one in found if one.rule == "template-lookups"] == [
        (where, Severity.ERROR) for where in told
    ]


def test_bytes_count_and_not_characters() -> None:
    assert size_findings({"infra": "ü" * (LARGEST_BODY // 2 + 1)}) != ()


def test_a_plan_that_sends_a_large_template_says_so_and_one_that_does_not_is_silent() -> None:
    sample = Sample(topology(), infra=LARGE)

    assert notes(plan(sample, landed(Sample(topology())))) == ["the infra template"]
    assert notes(plan(sample, landed(sample))) == []


def notes(made: Plan) -> list[str]:
    """What is told of sizes."""
    return [one.where for one in made.findings if one.rule == "template-by-url"]
