"""The same flow in GovCloud, and with a template too large for a call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app import Settings, undertake
from tests.e2e.conftest import Project, new_project
from tests.embedded import embedded_aws

pytestmark = pytest.mark.emulator

LARGE = """\
from blueprints.compute import Compute
from troposphere import Output


class Large(Compute):
    def template(self, context):
        template = super().template(context)
        for number in range(60):
            template.add_output(Output(f"Note{number}", Description="x" * 1000, Value="note"))
        return template
"""


@pytest.fixture
def gov(tmp_path: Path) -> Iterator[Project]:
    """A project of GovCloud, with a compute template of more than 51,200 bytes."""
    folder = tmp_path / "shop"
    state = folder / ".orchestrator" / "local"
    with embedded_aws(state, replication_delay_s=0.3, propagation_delay_s=0.2) as embedded:
        project = new_project(folder, embedded)
        project.configure("partition: aws", "partition: aws-us-gov")
        project.configure("home_region: us-west-2", "home_region: us-gov-east-1")
        project.configure("us-east-1: {role: primary}", "us-gov-west-1: {role: primary}")
        project.configure("us-west-2: {role: secondary}", "us-gov-east-1: {role: secondary}")
        project.configure('"blueprints.compute:Compute"', '"large.py:Large"')
        (folder / "large.py").write_text(LARGE)
        yield project


def test_govcloud_with_a_large_template_is_deployed_and_nothing_leaves_its_partition(gov: Project) -> None:
    assert gov.run("bootstrap", "--yes").code == 0
    calls: list[Any] = []
    settings = Settings(
        config=gov.folder / "regions.yaml", local=True, state_dir=gov.folder / ".orchestrator", on_call=calls.append
    )
    deployment = undertake(settings, verb="deploy")

    plan = deployment.plan()
    run = deployment.carry_out(plan, on_event=lambda _: None)

    compute = gov.embedded.client("cloudformation", "us-gov-east-1").describe_stack_set(
        StackSetName="shop-production-compute"
    )["StackSet"]
    assert [one.where for one in plan.findings if one.rule == "template-by-url"] == ["the compute template"]
    assert run.verdict.value == "succeeded", run.steps
    assert {call.region for call in calls} == {"us-gov-west-1", "us-gov-east-1"}
    assert len(json.dumps(json.loads(compute["TemplateBody"]))) > 51_200
    assert gov.run("plan", "--exit-code").code == 0
