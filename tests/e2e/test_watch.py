"""Watching the embedded AWS: a region dies, and the screen says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.terminal import COLUMNS, Terminal
from tests.e2e.conftest import Project, new_project
from tests.embedded import embedded_aws

pytestmark = pytest.mark.emulator


@pytest.fixture
def hurried(tmp_path: Path) -> Iterator[Project]:
    """A deployed project whose health checks run eight times as fast as on AWS."""
    folder = tmp_path / "shop"
    with embedded_aws(folder / ".orchestrator" / "local", replication_delay_s=0.3, clock_factor=8) as embedded:
        project = new_project(folder, embedded)
        for verb in ("bootstrap", "deploy"):
            answer = project.run(verb, "--yes")
            assert answer.code == 0, answer.err
        yield project


def test_the_screen_shows_a_region_die_and_users_move(hurried: Project) -> None:
    words = ("--local", "status", "--watch", "--interval", "1")
    with Terminal(*words, module="orchestrator", folder=hurried.folder) as terminal:
        before = terminal.await_screen(lambda screen: "every region is healthy and current" in screen.text)
        with hurried.embedded.fault(kind="outage", plane="data", region="us-east-1"):
            after = terminal.await_screen(
                lambda screen: "us-west-2 serves, not the primary" in screen.text and "UNHEALTHY" in screen.text
            )
        terminal.type("\x03")
        code = terminal.finish()

    assert code == 0
    assert "us-east-1 serves" in before.text
    assert "answers   shop.fed.dev: us-west-2" in after.text
    assert "us-east-1 → us-west-2 answers shop.fed.dev" in after.text
    assert "us-east-1 healthy → unhealthy" in after.text
    assert after.widest <= COLUMNS
