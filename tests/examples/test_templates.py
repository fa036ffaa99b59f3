"""Every example in both partitions: cfn-lint, the safety analysis and the proof of failover find nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.app import synthesize, validate
from orchestrator.synth import lint
from tests.examples.gallery import CONFIGURATIONS, EXAMPLES, FOLDER, settings

REGIONS = {
    "regions.yaml": ("us-east-1", "us-west-2", "eu-west-1"),
    "govcloud.yaml": ("us-gov-west-1", "us-gov-east-1"),
}
ELSEWHERE = {"partition", "home_region", "reference_region", "regions", "environments"}
"""The keys in which an application differs between partitions."""


@pytest.mark.parametrize(("example", "file"), CONFIGURATIONS)
def test_nothing_is_found_in_any_region(example: str, file: str, tmp_path: Path) -> None:
    given = settings(example, file, tmp_path)

    found = validate(given)
    elsewhere = set(REGIONS[file]) - set(loaded(example, file)["regions"])
    linted = lint(synthesize(given), sorted(elsewhere)) if elsewhere else ()

    assert [one for one in found.all_findings if one.rule != "template-by-url"] == []
    assert linted == ()


@pytest.mark.parametrize("example", EXAMPLES)
def test_both_partitions_have_the_same_application(example: str) -> None:
    commercial, government = (loaded(example, file) for file in REGIONS)
    there = dict(zip(commercial["regions"], government["regions"], strict=True))
    # Addresses of networks stand under the names of regions.
    layers = json.dumps(commercial["stack_sets"])
    commercial["stack_sets"] = json.loads(re.sub("|".join(there), lambda found: there[found[0]], layers))

    differing = {key for key in commercial.keys() | government.keys() if commercial.get(key) != government.get(key)}
    assert differing == ELSEWHERE


def loaded(example: str, file: str) -> dict[str, Any]:
    """The file as data."""
    data: dict[str, Any] = yaml.safe_load((FOLDER / example / file).read_text())
    return data
