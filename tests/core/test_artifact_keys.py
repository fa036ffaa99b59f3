"""A key in an artifact bucket says which artifact it holds."""

from __future__ import annotations

import pytest

from orchestrator.core.names import Names
from orchestrator.core.replicas import artifact_of_key


def test_a_key_of_ours_names_its_artifact() -> None:
    key = Names("shop", "production").artifact_key("app", "ab12")

    artifact = artifact_of_key(key)

    assert artifact is not None
    assert (artifact.name, artifact.sha256, artifact.key) == ("app", "ab12", key)


@pytest.mark.parametrize("key", ["", "app.zip", "artifacts/app/ab12.tar", "other/app/ab12.zip", "artifacts/a/b/c.zip"])
def test_any_other_text_is_no_key_of_ours(key: str) -> None:
    assert artifact_of_key(key) is None
