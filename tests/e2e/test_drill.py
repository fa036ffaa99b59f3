"""Drills on the embedded AWS: users move and come back, and everything is as before, whatever happens meanwhile."""

from __future__ import annotations

import contextlib
import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import Project, deploy, new_project
from tests.e2e.drilling import EAST, HOME_ACCOUNT, NAMES, TARGET_ACCOUNT, WEST, answered, drilling, remains
from tests.embedded import embedded_aws
from tests.servers import eventually

pytestmark = pytest.mark.emulator

FACTOR = 10


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Deployed, with both regions in service; every test leaves it so."""
    folder = tmp_path_factory.mktemp("drilled") / "shop"
    state = folder / ".orchestrator" / "local"
    with embedded_aws(state, replication_delay_s=0.3, propagation_delay_s=0.2, clock_factor=FACTOR) as embedded:
        project = new_project(folder, embedded)
        # At ten times the pace, checkers that ask three times as often would keep this machine busy with functions.
        project.configure("interval: 10, failure_threshold: 3", "interval: 30, failure_threshold: 2")
        project.configure("ttl: 60", "ttl: 20")
        project.configure(
            "objectives: {rto: 180}", "objectives: {rto: 300}\ndrills: {hold: 5, abort: {alarms: [nobody-has-it]}}"
        )
        yield deploy(project)


def phases(document: Any) -> list[str]:
    return [one["name"] for one in document["phases"] if one["ended_at"]]


@pytest.mark.parametrize(
    ("mode", "options"), [("switch", ()), ("outage", ()), ("outage", ("--silent",))], ids=["switch", "outage", "silent"]
)
def test_a_drill_moves_users_away_and_back_and_leaves_everything_as_it_was(
    shop: Project, mode: str, options: tuple[str, ...]
) -> None:
    before = remains(shop)

    answer = shop.run("drill", EAST, "--mode", mode, *options, "--yes", "--format", "json")
    after, kept = remains(shop), shop.run("report", "latest", "--format", "json")

    assert answer.code == 0, answer.err + answer.out
    assert "drills.abort.alarms: nobody-has-it is in no account and region that takes over" in answer.err
    document = answer.json
    assert (document["verdict"], document["mode"], document["restored"]) == ("passed", mode, True)
    assert phases(document)[-2:] == ["put back", "all good again"]
    assert set(document["traffic"]["by_region"]) == {EAST, WEST}
    assert bool(document["traffic"]["failed"]) is (mode == "outage")
    assert after == before
    assert answered(shop) == EAST
    assert (kept.code, kept.json["run"], kept.json["verdict"]) == (0, document["run"], "passed")


def test_the_result_of_a_drill_is_seen_by_later_ones_and_by_status(shop: Project) -> None:
    last = shop.run("report", "latest", "--format", "json").json
    status = shop.run("status", "--format", "json").json
    page = shop.run("report", "latest", "--format", "html")

    assert status["last_drill"]["verdict"] == "passed"
    assert status["last_drill"]["started_at"] == last["started_at"]
    assert [one["verdict"] for one in last["past"]] == ["passed"] * 2
    assert page.out.startswith("<!doctype html>")


# -- refused ------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def sick(shop: Project, region: str) -> Iterator[None]:
    """Every user gets an error there; in the end the checkers must have seen that it is over."""
    try:
        with shop.embedded.fault(kind="error", status=500, plane="data", region=region):
            yield
    finally:
        assert eventually(lambda: well(shop))


def well(shop: Project) -> bool:
    status = shop.run("status", "--format", "json").json
    return all(one["healthy"] for one in status["regions"].values()) and answered(shop) == EAST


@contextlib.contextmanager
def operation_running(shop: Project) -> Iterator[None]:
    """Somebody's stack-set operation, which changes nothing, takes a while."""
    cloudformation = shop.embedded.client("cloudformation", WEST, HOME_ACCOUNT)
    name = NAMES.stack_set("compute")
    with shop.embedded.fault(kind="latency", service="stacksets", seconds=3):
        cloudformation.update_stack_instances(StackSetName=name, Accounts=[TARGET_ACCOUNT], Regions=[WEST])
        yield
    assert eventually(lambda: ended(cloudformation, name))


def ended(cloudformation: Any, name: str) -> bool:
    listed = cloudformation.list_stack_set_operations(StackSetName=name)["Summaries"]
    return {one["Status"] for one in listed} == {"SUCCEEDED"}


@contextlib.contextmanager
def evacuated(shop: Project) -> Iterator[None]:
    """As a failover leaves it."""
    cloudwatch = shop.embedded.client("cloudwatch", WEST)

    def moved(value: float, position: str) -> bool:
        # Written each time: within one period of the alarm "out" wins.
        datum = {"MetricName": f"Evacuate-{EAST}", "Value": value, "Unit": "None"}
        cloudwatch.put_metric_data(Namespace=NAMES.prefix, MetricData=[datum])
        return remains(shop).levers[f"{NAMES.prefix}-evacuate-{EAST}"] == position

    assert eventually(lambda: moved(1.0, "out"))
    try:
        yield
    finally:
        assert eventually(lambda: moved(0.0, "in"))
        assert eventually(lambda: answered(shop) == EAST)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (lambda shop: sick(shop, WEST), f"error standby-unhealthy: {WEST}\n"),
        (operation_running, "error deployment-running: "),
        (evacuated, f"error region-out: {EAST}\n"),
    ],
    ids=["standby sick", "deployment running", "out already"],
)
def test_a_drill_that_could_hurt_is_refused_and_changes_nothing(shop: Project, trouble: Any, told: str) -> None:
    with trouble(shop):
        before = remains(shop)
        answer = shop.run("drill", EAST, "--yes")
        after = remains(shop)

    assert (answer.code, answer.out) == (3, "")
    assert told in answer.err
    assert after == before


# -- stopped ------------------------------------------------------------------------------------------------------


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
    assert f"orchestrator drill {EAST} --put-back" in refused.err
    for document in (planned, status):
        assert "drill-unfinished" in {one["rule"] for one in document["findings"]}
    assert came_back
    assert mended.code == 0, mended.err
    assert (again.code, "nothing to do" in again.out) == (0, True)
    assert remains(shop) == before


def test_a_restoration_that_aws_refuses_is_told_loudly_and_forbids_the_next_drill(shop: Project) -> None:
    before = remains(shop)
    # The drill that was killed before may still hold the lock.
    with drilling(shop, EAST, "--mode", "switch", "--hold", "30", "--break-lock") as drill:
        drill.until("start    hold")
        with shop.embedded.fault(
            kind="error", status=403, code="AccessDenied", service="monitoring", operation="PutMetricData"
        ):
            code, out, err = drill.finish()
    next_one = shop.run("drill", EAST, "--yes")
    mended = shop.run("drill", EAST, "--put-back", "--yes")

    assert code == 1, err
    assert "NOT RESTORED: us-east-1 may still be out of service" in out
    assert f"1. orchestrator --local drill {EAST} --put-back" in out
    assert next_one.code == 3
    assert mended.code == 0, mended.err
    assert eventually(lambda: answered(shop) == EAST)
    assert remains(shop) == before


@pytest.mark.parametrize("mode", ["switch", "outage"])
@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
def test_ctrl_c_puts_the_region_back_before_the_process_ends(shop: Project, mode: str, times: int) -> None:
    before = remains(shop)
    with drilling(shop, EAST, "--mode", mode) as drill:
        drill.until("start    agree")
        drill.send(signal.SIGINT)
        drill.until("stopping: what was taken out is put back first")
        if times == 2:
            drill.send(signal.SIGINT)
        code, _, err = drill.finish()
    after = remains(shop)

    assert code == 130, err
    assert "Traceback" not in err
    assert after == before
    assert eventually(lambda: answered(shop) == EAST)
