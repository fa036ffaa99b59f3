from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.embedded import Embedded, embedded_aws


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    with embedded_aws(tmp_path_factory.mktemp("embedded"), replication_delay_s=0.3, propagation_delay_s=0.2) as running:
        yield running
