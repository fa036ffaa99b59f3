"""Resource types of a user's own blueprint: what CloudFormation may make follows from the templates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.app.inputs import Synthesis
from orchestrator.app.inspection import validate
from orchestrator.app.settings import Settings, open_configuration
from orchestrator.config import starter

QUEUED = """\
from dataclasses import dataclass
from blueprints import Blueprint, option
from blueprints.compute import Compute

class Queued(Blueprint):
    @dataclass(frozen=True, slots=True)
    class Options:
        thing: bool = option(False)
    options: Options

    def template(self, context):
        from troposphere import cloudformation
        template = Compute({"memory": 256}).template(context)
        template.add_resource(cloudformation.WaitConditionHandle("Handle"))
        return template
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name, text in {**starter(), "queued.py": QUEUED}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    file = tmp_path / "regions.yaml"
    file.write_text(file.read_text().replace("    options: {memory: 256}", "    blueprint: queued.py:Queued"))
    return Settings(config=file, state_dir=tmp_path / "state")


def rules(settings: Settings) -> set[str]:
    return {one.rule for one in validate(settings).findings}


def test_a_type_without_known_permissions_is_warned_of_until_a_policy_is_named(settings: Settings) -> None:
    before = rules(settings)
    policy = "arn:aws:iam::111111111111:policy/mine"
    with settings.config.open("a") as file:
        file.write(f'\naccess:\n  managed_policies: ["{policy}"]\n')

    assert "permissions-unknown" in before
    assert "permissions-unknown" not in rules(settings)


def test_the_roles_are_made_for_the_types_of_the_templates(settings: Settings) -> None:
    loaded, environment = open_configuration(settings)

    body = json.loads(Synthesis(loaded, environment, "999999999999").target_access().body)

    policies = body["Resources"]["ExecutionRole"]["Properties"]["Policies"]
    sids = {one["Sid"] for policy in policies for one in policy["PolicyDocument"]["Statement"]}
    assert {"Functions", "Apis", "Tables"} <= sids
    assert "Buckets" not in sids
