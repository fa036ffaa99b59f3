"""The clock of the embedded AWS: as fast as that, and never waiting for one that has ended."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from types import MappingProxyType

import pytest

from orchestrator.app.local_clock import LocalClock
from orchestrator.clock import SystemClock
from orchestrator.core.errors import OrchestratorError
from orchestrator.local import LocalAws


def running(pid: int) -> LocalAws:
    return LocalAws(
        endpoint_url="http://127.0.0.1:1",
        pid=pid,
        port=1,
        data_port=1,
        dns_port=1,
        clock_factor=1000.0,
        data_plane=MappingProxyType({}),
        version="",
        home_account="",
        simulated=(),
    )


def test_a_fast_clock_lets_many_seconds_pass_in_one() -> None:
    clock, real = LocalClock(running(os.getpid()), factor=1000), SystemClock()
    began, since, before = clock.monotonic(), clock.now(), real.monotonic()

    clock.sleep(100)

    took = real.monotonic() - before
    assert clock.monotonic() - began >= 100
    assert clock.now() - since >= timedelta(seconds=100)
    assert 0.1 <= took < 100


def test_without_a_factor_seconds_are_seconds() -> None:
    clock, real = LocalClock(running(os.getpid())), SystemClock()
    outside, before = real.monotonic(), clock.monotonic()

    clock.sleep(0.05)

    assert 0.05 <= clock.monotonic() - before <= real.monotonic() - outside


def test_nobody_waits_for_an_embedded_aws_that_has_ended() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()

    with pytest.raises(OrchestratorError, match="has ended"):
        LocalClock(running(gone.pid), factor=1000).sleep(1)
