"""What `validate` says of a blueprint that would give data away: refused, until somebody answers for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.app.inspection import validate
from orchestrator.app.settings import Settings
from orchestrator.config import starter
from orchestrator.core.plan import Severity

PUBLIC = """\
from blueprints import Blueprint
from blueprints.compute import Compute

class Public(Blueprint):
    def template(self, context):
        from troposphere import Ref
        from troposphere.sqs import Queue, QueuePolicy
        template = Compute({"memory": 256}).template(context)
        queue = template.add_resource(Queue("Inbox"))
        statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        template.add_resource(QueuePolicy("InboxPolicy", Queues=[Ref(queue)], PolicyDocument=document))
        return template
"""
ACCEPTED = """
analysis:
  suppress:
    compute.InboxPolicy: {policy-public: a drop box for everybody}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name, text in {**starter(), "public.py": PUBLIC}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    file = tmp_path / "regions.yaml"
    file.write_text(file.read_text().replace("    options: {memory: 256}", "    blueprint: public.py:Public"))
    return Settings(config=file, state_dir=tmp_path / "state")


def test_an_unsafe_template_is_refused_and_not_called_invalid(settings: Settings) -> None:
    found = validate(settings)

    assert [(one.rule, one.severity, one.where) for one in found.unsafe] == [
        ("policy-public", Severity.ERROR, "compute: Resources.InboxPolicy.Properties.PolicyDocument.Statement.0")
    ]
    assert (found.is_invalid, found.is_refused) == (False, True)


def test_what_somebody_answers_for_is_told_with_the_reason(settings: Settings) -> None:
    with settings.config.open("a") as file:
        file.write(ACCEPTED)
    found = validate(settings)

    assert [(one.rule, one.severity) for one in found.unsafe] == [("policy-public", Severity.INFO)]
    assert found.unsafe[0].message.startswith("suppressed: a drop box for everybody. ")
    assert not found.is_refused
