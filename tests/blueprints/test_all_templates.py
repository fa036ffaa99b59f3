"""What holds for every shipped template: clean for cfn-lint in five regions, byte-stable, blind to its region."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import yaml

from orchestrator.synth import lint
from tests.blueprints.shop import COMPUTE, INFRA, MESSAGING
from tests.blueprints.templates import REFERENCES, ROOT, body, synthesized

REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "us-gov-west-1", "us-gov-east-1")

VARIANTS: tuple[tuple[str, dict[str, object]], ...] = (
    ("infra", {}),
    ("infra", {"sort_key": "", "deletion_protection": False}),
    ("infra", INFRA),
    ("infra", MESSAGING),
    ("compute", {}),
    ("compute", {"encrypt_logs": True, "layers": ["deps"], "environment": {"LEVEL": "debug"}}),
    ("compute", COMPUTE),
    ("control", {}),
    ("control", {"organization_id": "o-a1b2c3d4e5"}),
    ("home", {}),
    ("home", {"organization_id": "o-a1b2c3d4e5", "opt_in_regions": ["af-south-1"]}),
    ("target", {"hosted_zone_here": True, "hosted_zone_id": "Z0123456789ABCDEFGHIJ"}),
    ("target", {"service_managed": True}),
)


def test_cfn_lint_finds_nothing_in_any_region() -> None:
    templates = [synthesized(layer, **options) for layer, options in VARIANTS]

    assert lint(templates, REGIONS) == ()


@pytest.mark.parametrize("layer", REFERENCES)
def test_no_condition_depends_on_the_region_or_the_account(layer: str) -> None:
    assert "AWS::" not in json.dumps(body(layer).get("Conditions", {}))


@pytest.mark.parametrize("layer", REFERENCES)
def test_everything_fits_into_one_call(layer: str) -> None:
    assert not synthesized(layer).needs_upload


@pytest.mark.parametrize("layer", ["infra", "compute"])
def test_the_example_of_the_guide_can_be_deployed(layer: str) -> None:
    guide = (ROOT / "docs" / "how-to" / "blocks" / "data-and-events.md").read_text()
    example = yaml.safe_load(guide.split("```yaml")[1].split("```")[0])

    template = synthesized(layer, **example["stack_sets"][layer]["options"])

    assert not template.needs_upload


_DIGESTS = """
from tests.blueprints.test_all_templates import VARIANTS
from tests.blueprints.shop import COMPUTE, INFRA, MESSAGING
from tests.blueprints.templates import synthesized
print([synthesized(layer, **options).digest for layer, options in VARIANTS])
"""


def test_the_bytes_are_the_same_in_every_process() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", _DIGESTS],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            check=True,
            capture_output=True,
            timeout=60,
        ).stdout
        for seed in ("0", "1")
    }

    assert len(digests) == 1
