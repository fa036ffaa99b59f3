"""Drills on the embedded AWS: users move and come back, or the drill is refused; everything is as before."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import Project
from tests.e2e.drilling import EAST, HOME_ACCOUNT, NAMES, TARGET_ACCOUNT, WEST, answered, drilled, remains, sick
from tests.servers import eventually

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Deployed, with both regions in service; every test leaves it so."""
    with drilled(tmp_path_factory.mktemp("drilled") / "shop") as project:
        yield project


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
def operation_running(shop: Project) -> Iterator[None]:
    """Somebody's stack-set operation, which changes nothing, goes on."""
    cloudformation = shop.embedded.client("cloudformation", WEST, HOME_ACCOUNT)
    name = NAMES.stack_set("compute")
    with shop.embedded.fault(kind="latency", service="stacksets"):
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
