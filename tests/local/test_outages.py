"""Outages of the embedded AWS: a region refuses or is silent, for no longer than asked, and comes back."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.core.drill import Outage
from orchestrator.core.errors import AwsError, OrchestratorError, Unreachable
from orchestrator.local import LocalOutages
from tests.embedded import Embedded, embedded_aws
from tests.local.failover import EAST, WEST, World, deploy
from tests.servers import Web, eventually, free_port, serving

REGION = "eu-north-1"
OUTAGE = Outage(REGION, (("000000000000", f"{REGION}.sample.fed.dev"),))
HOUR_S = 3600.0


def meets(embedded: Embedded, region: str = REGION) -> str:
    """What a user meets at the region's address."""
    connection = http.client.HTTPConnection(embedded.aws.data_plane[region], embedded.aws.data_port, timeout=0.5)
    try:
        connection.request("GET", "/")
        return f"answer {connection.getresponse().status}"
    except ConnectionRefusedError:
        return "refused"
    except TimeoutError:
        return "silence"
    finally:
        connection.close()


@pytest.fixture
def outages(fast: Embedded) -> Iterator[LocalOutages]:
    made = LocalOutages(fast.aws)
    yield made
    made.end(OUTAGE)


@pytest.mark.parametrize(("silent", "met"), [(False, "refused"), (True, "silence")])
def test_a_region_refuses_its_users_or_is_silent_until_the_outage_ends(
    fast: Embedded, outages: LocalOutages, silent: bool, met: str
) -> None:
    outage = replace(OUTAGE, silent=silent)
    before = meets(fast)

    outages.begin(outage, lasts_s=HOUR_S)
    during, elsewhere = meets(fast), meets(fast, "eu-west-2")
    outages.end(outage)

    assert (before, during, elsewhere, meets(fast)) == ("answer 403", met, "answer 403", "answer 403")


def test_an_outage_ends_by_itself_after_seconds_of_aws_s_clock(fast: Embedded, outages: LocalOutages) -> None:
    outages.begin(OUTAGE, lasts_s=40)
    lasts = [one["lasts_s"] for one in fast.admin("GET", "faults")]

    assert lasts == [40 / fast.aws.clock_factor]
    assert meets(fast) == "refused"
    assert eventually(lambda: meets(fast) == "answer 403")
    assert fast.admin("GET", "faults") == []


def test_beginning_and_ending_twice_change_nothing_more(fast: Embedded, outages: LocalOutages) -> None:
    outages.begin(OUTAGE, lasts_s=HOUR_S)
    outages.begin(OUTAGE, lasts_s=HOUR_S)
    begun = len(fast.admin("GET", "faults"))
    outages.end(OUTAGE)
    outages.end(OUTAGE)

    assert begun == 1
    assert fast.admin("GET", "faults") == []


def test_only_the_drill_s_own_fault_is_removed(fast: Embedded, outages: LocalOutages) -> None:
    with fast.fault(kind="latency", plane="data", region=REGION, seconds=0.01):
        outages.begin(OUTAGE, lasts_s=HOUR_S)
        outages.end(OUTAGE)

        assert [one["kind"] for one in fast.admin("GET", "faults")] == ["latency"]


@pytest.fixture(scope="module")
def world(fast: Embedded) -> Iterator[World]:
    web = Web()
    with serving(web):
        yield deploy(fast, f"http://127.0.0.1:{web.server_port}")


@pytest.mark.parametrize("silent", [False, True])
def test_checkers_notice_the_outage_and_its_end(fast: Embedded, world: World, silent: bool) -> None:
    outages, outage = LocalOutages(fast.aws), Outage(EAST, (), silent=silent)
    assert eventually(lambda: world.statuses(EAST) == world.statuses(WEST) == {"Success"}, within_s=40)

    outages.begin(outage, lasts_s=HOUR_S)
    try:
        assert eventually(lambda: world.serving() == WEST, within_s=40)
    finally:
        outages.end(outage)

    assert eventually(lambda: world.serving() == EAST, within_s=40)


def test_a_proxy_of_this_machine_is_never_asked(
    fast: Embedded, outages: LocalOutages, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")

    outages.begin(OUTAGE, lasts_s=HOUR_S)

    assert meets(fast) == "refused"


def test_a_refusal_is_told_in_the_words_of_the_embedded_aws(fast: Embedded) -> None:
    web = Web()
    web.answer = (400, {}, b'{"error": "ValueError: no such plane"}')

    with serving(web), pytest.raises(AwsError, match="did not take it: ValueError: no such plane"):
        LocalOutages(replace(fast.aws, port=web.server_port)).end(OUTAGE)


def test_a_dead_embedded_aws_is_told_as_such(tmp_path: Path) -> None:
    with embedded_aws(tmp_path / "local") as embedded:
        outages = LocalOutages(embedded.aws)
        os.kill(embedded.aws.pid, signal.SIGKILL)
        os.waitpid(embedded.aws.pid, 0)

        with pytest.raises(OrchestratorError, match="the embedded AWS has ended") as refused:
            outages.begin(OUTAGE, lasts_s=HOUR_S)

    assert "orchestrator local up" in refused.value.fix


def test_an_embedded_aws_that_does_not_answer_may_be_asked_again(fast: Embedded) -> None:
    elsewhere = LocalOutages(replace(fast.aws, port=free_port()))

    with pytest.raises(Unreachable, match="does not answer"):
        elsewhere.end(OUTAGE)


def test_the_module_is_light_to_import() -> None:
    heavy = ("urllib.request", "http.client")
    code = f"import sys, orchestrator.local.outages; print([one for one in {heavy} if one in sys.modules])"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
