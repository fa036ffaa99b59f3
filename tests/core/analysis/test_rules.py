"""The table of rules: each is described, each has its place in the reference page."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.core.analysis import FAMILIES, RULES, Rule, rules_markdown
from orchestrator.core.plan import Severity

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "rules.md"


def test_no_two_rules_have_one_id() -> None:
    assert len(RULES) == sum(len(rules) for rules in FAMILIES.values())


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_each_rule_says_what_why_and_what_to_do(rule: Rule) -> None:
    assert rule.id == rule.id.lower()
    assert rule.why.endswith(".")
    assert rule.fix[0].islower()
    assert not rule.fix.endswith(".")


def test_only_certain_outages_and_leaks_refuse() -> None:
    refusing = {rule.id for rule in RULES.values() if rule.severity is Severity.ERROR}

    assert refusing == {
        "alarm-missing",
        "bucket-public",
        "export-removed",
        "health-path-unanswered",
        "missing-in-infra",
        "plain-secret",
        "policy-public",
        "priority-taken",
        "store-deleted",
        "store-replaced",
        "table-per-region",
        "visibility-under-timeout",
    }


def test_the_reference_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == rules_markdown(), (
        "python -c 'from orchestrator.core.analysis import rules_markdown; print(rules_markdown(), end=\"\")' "
        "> docs/reference/rules.md"
    )
