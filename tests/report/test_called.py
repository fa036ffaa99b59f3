"""What a finding or an error tells somebody to type means the same configuration, environment and AWS as here."""

from __future__ import annotations

import pytest

from orchestrator.cli.main import VERBS
from orchestrator.core.plan import Finding, Severity
from orchestrator.report import Style, as_called, findings_text

HERE = "orchestrator --config shop.yaml --local"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("orchestrator deploy", f"{HERE} deploy"),
        ("`orchestrator plan`, then orchestrator deploy --release a", f"`{HERE} plan`, then {HERE} deploy --release a"),
        (f"{HERE} deploy --resume x goes on", f"{HERE} deploy --resume x goes on"),
        ("start it: orchestrator local up", "start it: orchestrator --config shop.yaml local up"),
        ("pip install region-failover-orchestrator deploy", "pip install region-failover-orchestrator deploy"),
        ("an orchestrator deployed it; orchestrator --help", "an orchestrator deployed it; orchestrator --help"),
        ("", ""),
    ],
)
def test_commands_are_told_with_the_options_that_every_verb_needs_here(told: str, shown: str) -> None:
    assert as_called(told, HERE) == shown


@pytest.mark.parametrize("verb", sorted(VERBS.keys() - {"init", "schema", "local"}))
def test_every_verb_that_takes_a_configuration_is_known(verb: str) -> None:
    assert as_called(f"orchestrator {verb}", HERE) == f"{HERE} {verb}"


def test_findings_keep_the_options() -> None:
    finding = Finding("not-deployed", Severity.WARNING, "us-east-1", "nothing is there", "orchestrator deploy")

    assert f"next: {HERE} deploy" in findings_text([finding], Style(), command=HERE)
