from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded import Embedded, embedded_aws


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.emulator)


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    pytest.importorskip("ministack")
    os.environ["USERS_SECRET"] = "must not be seen by functions"
    with embedded_aws(tmp_path_factory.mktemp("embedded"), replication_delay_s=0.3, propagation_delay_s=0.2) as running:
        yield running


@pytest.fixture(scope="session")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """A minute of Route 53 passes in three seconds."""
    pytest.importorskip("ministack")
    with embedded_aws(tmp_path_factory.mktemp("fast"), clock_factor=20, propagation_delay_s=1.0) as running:
        yield running
