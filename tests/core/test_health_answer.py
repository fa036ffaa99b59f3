"""What an application says of itself."""

from __future__ import annotations

import pytest

from orchestrator.core.health_answer import region_told, release_told


@pytest.mark.parametrize(
    ("body", "release", "region"),
    [
        ('{"release": "abc", "region": "us-east-1"}', "abc", "us-east-1"),
        ('{"ok": true}', "", ""),
        ('["release"]', "", ""),
        ("<html>", "", ""),
        ("", "", ""),
    ],
)
def test_it_is_told_by_json_alone(body: str, release: str, region: str) -> None:
    assert (release_told(body), region_told(body)) == (release, region)
