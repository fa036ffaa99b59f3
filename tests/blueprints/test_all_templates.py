"""What holds for every shipped template: clean for cfn-lint in five regions, byte-stable, blind to its region."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import yaml

from orchestrator.synth import lint
from tests.blueprints.api_samples import HTTP, REST
from tests.blueprints.shop import COMPUTE, INFRA, MESSAGING
from tests.blueprints.templates import REFERENCES, ROOT, body, synthesized

REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "us-gov-west-1", "us-gov-east-1")

# Every block of a function, in two ways where they exclude each other.
FUNCTION_BLOCKS: dict[str, object] = {
    "functions": {
        "front": {
            "vpc": True,
            "insights": True,
            "metrics_namespace": "shop",
            "reserved_concurrency": 100,
            "provisioned_concurrency": {
                "minimum": 5,
                "maximum": 50,
                "schedules": {
                    "morning": {"at": "cron(0 7 ? * MON-FRI *)", "timezone": "Europe/Berlin", "minimum": 20},
                    "night": {"at": "cron(0 20 ? * * *)", "minimum": 2, "standby": True},
                },
            },
            "shifting": {"configuration": "AllAtOnce", "after": "check"},
        },
        "worker": {
            "architecture": "x86_64",
            "insights": True,
            "vpc": {"subnets": ["/net/a", "/net/b"], "security_groups": ["/net/functions"]},
            "asynchronous": {"on_success": {"bus": "events"}, "on_failure": {"function": "check"}},
            "dead_letters": {"queue": "lost"},
            "shifting": {"before": "check", "alarms": ["worker-duration"]},
        },
        "image": {
            "image": {"repository": "app", "digest": f"sha256:{'a' * 64}", "command": ["app.handler"]},
            "provisioned_concurrency": {"minimum": 3},
        },
        "check": {},
    }
}

VARIANTS: tuple[tuple[str, dict[str, object]], ...] = (
    ("infra", {}),
    ("infra", {"sort_key": "", "deletion_protection": False}),
    ("infra", {"images": {"repositories": ["app", "jobs"]}}),
    ("compute", {}),
    ("compute", {"encrypt_logs": True, "layers": ["deps"], "environment": {"LEVEL": "debug"}}),
    ("compute", FUNCTION_BLOCKS),
    ("infra", {"user_pools": {"staff": {}, "users": {"sign_in": "username", "mfa": "OFF"}}, "api_log_role": True}),
    ("compute", {**HTTP, "websocket": {"routes": {"$connect": "orders", "$default": "orders"}, "authorizer": "guard"}}),
    ("compute", REST),
    ("infra", INFRA),
    ("infra", MESSAGING),
    ("compute", COMPUTE),
    ("control", {}),
    ("control", {"organization_id": "o-a1b2c3d4e5"}),
    ("home", {}),
    ("home", {"organization_id": "o-a1b2c3d4e5", "opt_in_regions": ["af-south-1"]}),
    ("target", {"hosted_zone_here": True, "hosted_zone_id": "Z0123456789ABCDEFGHIJ"}),
    ("target", {"service_managed": True, "gate_function": "judge"}),
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
