"""What `validate` says of a template that no call of CloudFormation takes: a note, not a fault."""

from __future__ import annotations

from pathlib import Path

from orchestrator.app.inspection import validate
from orchestrator.app.settings import Settings
from orchestrator.config import starter
from orchestrator.core.plan import Severity

LARGE = """\
from blueprints import Blueprint
from blueprints.compute import Compute

class Large(Blueprint):
    def template(self, context):
        from troposphere import Output
        template = Compute({"memory": 256}).template(context)
        for number in range(60):
            template.add_output(Output(f"Note{number}", Description="x" * 1000, Value="note"))
        return template
"""


def test_a_large_template_is_told_and_valid(tmp_path: Path) -> None:
    for name, text in {**starter("shop"), "large.py": LARGE}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("    options: {memory: 256}", "    blueprint: large.py:Large"))

    found = validate(Settings(config=tmp_path / "regions.yaml", state_dir=tmp_path / "state"))

    assert [(one.rule, one.severity, one.where) for one in found.findings] == [
        ("template-by-url", Severity.INFO, "the compute template")
    ]
    assert (found.is_invalid, found.is_refused) == (False, False)
