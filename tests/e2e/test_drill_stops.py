"""Drills on the embedded AWS that end early: stopped, killed or refused by AWS, and still everything is as before."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import Project
from tests.e2e.drilling import EAST, TARGET_ACCOUNT, WEST, answered, drilled, drilling, remains, sick
from tests.e2e.stopping import LOST, Stop, stopped
from tests.servers import eventually

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Deployed, with both regions in service; every test leaves it so."""
    with drilled(tmp_path_factory.mktemp("drilled") / "shop") as project:
        yield project


def test_when_the_standby_fails_during_the_drill_the_region_is_put_back_and_the_verdict_says_why(
    shop: Project,
) -> None:
    before = remains(shop)

    with drilling(shop, EAST, "--mode", "switch", "--hold", "600", "--format", "json") as drill:
        drill.until("start    hold")
        with sick(shop, WEST):
            drill.until("put-back")
            code, out, err = drill.finish()

    assert code == 1, err
    document = json.loads(out)
    assert (document["verdict"], document["restored"]) == ("aborted", True)
    assert document["why"].startswith("stopped by its guard: us-west-2")
    assert remains(shop) == before


def test_when_the_drill_is_killed_users_come_back_by_themselves_and_it_is_told_until_put_right(shop: Project) -> None:
    before = remains(shop)
    with drilling(shop, EAST, "--mode", "switch", "--hold", "600") as drill:
        drill.until("start    hold")
        away = answered(shop)
        drill.send(signal.SIGKILL)

    held = shop.run("drill", EAST, "--yes")
    refused = shop.run("drill", EAST, "--break-lock", "--yes")
    planned, status = (shop.run(verb, "--format", "json").json for verb in ("plan", "status"))
    came_back = eventually(lambda: answered(shop) == EAST, within_s=60)
    mended = shop.run("drill", EAST, "--put-back", "--yes")
    again = shop.run("drill", EAST, "--put-back", "--yes")

    assert away == WEST
    assert (held.code, refused.code) == (3, 3)
    assert "holds the lock" in held.err
    assert f"orchestrator --local drill {EAST} --put-back" in refused.err
    for document in (planned, status):
        assert "drill-unfinished" in {one["rule"] for one in document["findings"]}
    assert came_back
    assert mended.code == 0, mended.err
    assert (again.code, "nothing to do" in again.out) == (0, True)
    assert remains(shop) == before


def test_a_restoration_that_aws_refuses_is_told_loudly_and_forbids_the_next_drill_and_deployment(shop: Project) -> None:
    before, code_before = remains(shop), (shop.folder / "app" / "app.py").read_text()
    # The drill that was killed before may still hold the lock.
    with drilling(shop, EAST, "--mode", "switch", "--hold", "30", "--break-lock") as drill:
        drill.until("start    hold")
        with shop.embedded.fault(
            kind="error", status=403, code="AccessDenied", service="monitoring", operation="PutMetricData"
        ):
            code, out, err = drill.finish()
    next_one = shop.run("drill", EAST, "--yes")
    shop.release("while a region may be out")
    deployed, planned = shop.run("deploy", "--yes"), shop.run("plan")
    (shop.folder / "app" / "app.py").write_text(code_before)
    mended = shop.run("drill", EAST, "--put-back", "--yes")

    assert code == 1, err
    assert "NOT RESTORED: us-east-1 may still be out of service" in out
    assert f"1. orchestrator --local drill {EAST} --put-back" in out
    assert (next_one.code, deployed.code, planned.code) == (3, 3, 0)
    assert f"orchestrator --local drill {EAST} --put-back; or add --despite-drill" in deployed.err
    assert mended.code == 0, mended.err
    assert eventually(lambda: answered(shop) == EAST)
    assert remains(shop) == before


SAMPLE = (
    (Stop("switch", "note:begin", "SIGINT"), 130),
    (Stop("switch", "take-out", "SIGTERM"), 130),
    (Stop("switch", "hold", LOST), 130),
    (Stop("outage", f"answer:{TARGET_ACCOUNT}", "SIGHUP"), 130),
    (Stop("outage", "agree-back", "SIGKILL"), -signal.SIGKILL),
)
"""Of each way one; tests/e2e/stopping.py stops all steps, and tests/flows/test_signals.py each in every way."""


@pytest.mark.parametrize(("stop", "code"), SAMPLE, ids=[str(stop) for stop, _ in SAMPLE])
def test_whatever_stops_a_drill_all_is_as_before(shop: Project, stop: Stop, code: int) -> None:
    end = stopped(shop, stop, remains(shop))

    assert end.code == code
    assert end.note is (stop.end == "SIGKILL")


@pytest.mark.parametrize("mode", ["switch", "outage"])
def test_a_second_ctrl_c_puts_the_region_back_before_the_process_ends(shop: Project, mode: str) -> None:
    before = remains(shop)
    # The drill that was killed before may still hold the lock.
    with drilling(shop, EAST, "--mode", mode, "--break-lock") as drill:
        drill.until("start    agree")
        drill.send(signal.SIGINT)
        drill.until("stopping: what was taken out is put back first")
        drill.send(signal.SIGINT)
        code, _, err = drill.finish()
    after = remains(shop)

    assert code == 130, err
    assert "Traceback" not in err
    assert after == before
    assert eventually(lambda: answered(shop) == EAST)
