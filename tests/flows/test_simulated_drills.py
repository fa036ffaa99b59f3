"""What the simulation answers to drills: outages that end, notes that are kept, alarms that ring."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.core.drill import DrillMode, DrillRecord, Outage
from orchestrator.simulation.aws import SimulatedAws, World
from tests.flows.stage import Stage
from tests.sample_world import EAST, HOME, OTHER, TAKEN, WEST

OUTAGE = Outage(EAST, ((OTHER, f"{EAST}.sample.fed.dev"),))


@pytest.fixture
def aws() -> SimulatedAws:
    return SimulatedAws(World(home_account=HOME, home_region=WEST))


def is_out(aws: SimulatedAws, region: str) -> bool:
    return aws.outages.current(region) is not None


def is_silent(aws: SimulatedAws, region: str) -> bool:
    outage = aws.outages.current(region)
    return outage is not None and outage.silent


def test_an_outage_ends_by_itself_and_may_then_begin_again(aws: SimulatedAws) -> None:
    seen = []
    for _ in range(2):
        aws.outages.begin(OUTAGE, lasts_s=60)
        seen.append(is_out(aws, EAST))
        aws.clock.sleep(61)
        seen.append(is_out(aws, EAST))

    assert seen == [True, False, True, False]


def test_a_second_beginning_does_not_make_it_longer(aws: SimulatedAws) -> None:
    aws.outages.begin(OUTAGE, lasts_s=60)
    aws.clock.sleep(50)
    aws.outages.begin(replace(OUTAGE, silent=True), lasts_s=60)
    still = is_out(aws, EAST), is_silent(aws, EAST), is_out(aws, WEST)
    aws.clock.sleep(11)

    assert still == (True, False, False)
    assert not is_out(aws, EAST)


def test_the_end_is_the_end_of_silence_too(aws: SimulatedAws) -> None:
    aws.outages.begin(replace(OUTAGE, silent=True), lasts_s=60)
    silent = is_silent(aws, EAST)
    aws.outages.end(OUTAGE)
    aws.outages.end(OUTAGE)

    assert silent
    assert not is_silent(aws, EAST)


def test_notes_are_kept_by_bucket_and_replaced_by_run(aws: SimulatedAws) -> None:
    first = DrillRecord(run="a", region=EAST, mode=DrillMode.OUTAGE, started_at=TAKEN, by="ana")
    second = replace(first, run="b", started_at=TAKEN + timedelta(days=1))
    for one in (second, first, second.ended(TAKEN)):
        aws.drill_log.write(WEST, "bucket", one)

    assert aws.drill_log.read(WEST, "bucket", ended=9) == (first, second.ended(TAKEN))
    assert aws.drill_log.read(EAST, "bucket", ended=9) == ()


def test_only_alarms_of_that_place_ring(aws: SimulatedAws) -> None:
    aws.alarms.ringing = {(OTHER, WEST, "errors"), (OTHER, EAST, "latency")}

    assert aws.alarms.in_alarm(OTHER, WEST, ("latency", "errors")) == ("errors",)


@pytest.mark.parametrize(("silent", "met"), [(False, (429, "")), (True, (0, "no answer in time"))])
def test_an_outage_shows_in_the_region_only_and_health_checks_follow(silent: bool, met: tuple[int, str]) -> None:
    stage = Stage().deployed()
    names = {region: f"{region}.sample.fed.dev" for region in (EAST, WEST)}

    def ask(region: str) -> tuple[int, str]:
        found = stage.aws.probe.get(host=names[region], target=names[region], region=region, path="/health")
        return found.status, found.error

    before = ask(EAST)
    stage.aws.outages.begin(replace(OUTAGE, silent=silent), lasts_s=600)
    during = ask(EAST), ask(WEST)
    stage.aws.clock.sleep(300)
    answered = stage.aws.dns.answers("sample.fed.dev")
    stage.aws.outages.end(OUTAGE)

    assert (before, during, ask(EAST)) == ((200, ""), (met, (200, "")), (200, ""))
    assert WEST in answered
