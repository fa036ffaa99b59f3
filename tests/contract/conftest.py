from __future__ import annotations

from collections.abc import Iterator

import pytest

from orchestrator.aws import aws_ports
from orchestrator.aws.credentials import LocalAccounts
from orchestrator.aws.sessions import Sessions
from orchestrator.clock import SystemClock
from tests.contract.worlds import HOME, WEST, Contract, OnEmbedded, Simulated
from tests.embedded import embedded_aws


@pytest.fixture(scope="session")
def on_embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnEmbedded]:
    """One for all cases: each makes names of its own. A minute of Route 53 passes in three seconds."""
    pytest.importorskip("ministack")
    folder = tmp_path_factory.mktemp("contract")
    with embedded_aws(folder, clock_factor=20, replication_delay_s=0.3, propagation_delay_s=0.2) as embedded:
        sessions = Sessions("aws", credentials=LocalAccounts(HOME), endpoint_url=embedded.aws.endpoint_url)
        yield OnEmbedded(embedded, aws_ports(sessions, home_region=WEST, clock=SystemClock()))
        sessions.close()


@pytest.fixture(params=["simulation", pytest.param("embedded", marks=pytest.mark.emulator)])
def world(request: pytest.FixtureRequest) -> Contract:
    """Each case runs twice, on either world."""
    made: Contract = Simulated() if request.param == "simulation" else request.getfixturevalue("on_embedded")
    return made
