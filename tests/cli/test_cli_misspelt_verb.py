"""A misspelt verb is what is told, whatever right options stand before it."""

from __future__ import annotations

import pytest

from orchestrator.cli.arguments import parse
from orchestrator.cli.main import VERBS
from orchestrator.core.errors import UsageError


@pytest.mark.parametrize("option", ["--local", "--no-color", "--verbose", "--yes"])
def test_a_flag_before_a_misspelt_verb_is_not_blamed(option: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse([option, "plann"], VERBS)

    assert "there is no verb plann; did you mean plan?" in str(refused.value)
