"""Alarms, health checkers, name servers and users take their time in a simulation that is not instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orchestrator.core.answers import ALIAS_TTL_S
from orchestrator.core.check_health import AlarmState
from orchestrator.core.dns import HealthCheck, RecordAction, RecordChange, RecordSet
from orchestrator.core.levers import LeverKind, Position, lever_of
from orchestrator.simulation import Crowd, Durations, SimulatedAws, World
from tests.flows.drilled import Drilled
from tests.sample_world import EAST, HOME, NAMES, WEST, topology

DAY_S = 86400


def world(**changes):
    return SimulatedAws(World(home_account=HOME, home_region=WEST, zone="fed.dev", instant=False, **changes))


def lever(kind):
    return lever_of(topology(), NAMES.prefix, EAST, kind)


def state(aws, moved):
    return aws.levers.alarm(moved.place, moved.alarm)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", LeverKind)
def test_an_alarm_sees_a_datum_within_two_periods_and_not_at_once(kind, seed):
    aws, moved = world(seed=seed), lever(kind)

    aws.levers.move(moved, Position.OUT)
    at_once = state(aws, moved)
    aws.clock.sleep(120)

    assert at_once is AlarmState.INSUFFICIENT_DATA
    assert state(aws, moved) is AlarmState.ALARM


@pytest.mark.parametrize(("kind", "days_later"), [(LeverKind.DRILL, Position.IN), (LeverKind.EVACUATE, Position.OUT)])
def test_what_nobody_writes_again_is_forgotten_by_a_drills_lever_only(kind, days_later):
    aws, moved = world(), lever(kind)
    aws.levers.move(moved, Position.OUT)

    aws.clock.sleep(5 * DAY_S)

    assert aws.levers.positions((moved,))[moved] is days_later


@pytest.mark.parametrize("instant", [True, False])
@pytest.mark.parametrize(("after_s", "days_later"), [(0, Position.OUT), (75, Position.IN)])
def test_out_hides_an_in_of_the_same_period_and_none_that_comes_later(instant, after_s, days_later):
    aws, moved = SimulatedAws(World(home_account=HOME, home_region=WEST, instant=instant)), lever(LeverKind.EVACUATE)
    aws.levers.move(moved, Position.OUT)
    aws.clock.sleep(after_s)
    aws.levers.move(moved, Position.IN)

    aws.clock.sleep(5 * DAY_S)

    assert aws.levers.positions((moved,))[moved] is days_later


def test_name_servers_answer_a_change_when_it_is_in_sync():
    aws = world(durations=Durations(in_sync_s=40))
    record = RecordSet(name="a.fed.dev", type="A", ttl_s=60, values=("192.0.2.1",))
    change = aws.dns.change("ZONE1", [RecordChange(RecordAction.CREATE, record)], comment="")

    answers = []
    for _ in range(5):
        answers.append((aws.dns.in_sync(change), aws.dns.answers("a.fed.dev")))
        aws.clock.sleep(10)

    assert aws.dns.contents == (record,)
    assert answers == [(False, "")] * 4 + [(True, "192.0.2.1")]


def test_a_new_check_has_no_verdict_before_its_checkers_have_probed():
    aws = world()
    check = aws.dns.create_health_check(HealthCheck(name="c", host="nowhere.fed.dev"), tags={})

    at_once = aws.dns.health(check)
    aws.clock.sleep(60)

    assert at_once is None
    assert aws.dns.health(check) is False


def test_a_check_of_thirty_seconds_takes_three_times_as_long():
    slow, quick = Drilled(), Drilled()
    for drill, interval_s in ((slow, 30), (quick, 10)):
        dns = drill.stage.aws.dns
        old = next(one for one in dns.checks if one.host.startswith(EAST))
        check = replace(old, name="another", caller_reference="another", interval_s=interval_s)
        drill.another = dns.create_health_check(check, tags={})
        drill.wait(60)
        drill.stage.aws.faults.sick.add(EAST)
        drill.wait(40)

    assert quick.stage.aws.dns.health(quick.another) is False
    assert slow.stage.aws.dns.health(slow.another) is True
    slow.wait(51)
    assert slow.stage.aws.dns.health(slow.another) is False


def test_the_checkers_of_a_deleted_or_disabled_check_ask_nobody_any_more():
    drill = Drilled()
    asked = []
    aws = drill.stage.aws
    answer = aws.checkers.ask
    aws.checkers.ask = lambda target: asked.append(target) or answer(target)
    east, west = sorted((one for one in aws.dns.checks if one.host), key=lambda one: one.host)
    aws.dns.store_check(replace(east, disabled=True))
    aws.dns.delete_health_check(west.id)

    drill.wait(30)

    assert asked == []


def users(drill, **crowd):
    made = drill.stage.aws.users(Crowd(hosts=("sample.fed.dev",), **crowd))
    made.start()
    return made


def test_users_keep_an_answer_for_its_ttl_each_resolver_for_another_time():
    drill = Drilled()
    aws = drill.stage.aws
    met = users(drill, resolvers=8, rate_per_s=80)
    target = {region: aws.dns.target(f"{region}.sample.fed.dev") for region in (EAST, WEST)}
    aws.faults.sick.add(EAST)
    drill.wait(30.1)
    assert aws.dns.answers("sample.fed.dev") != target[EAST]
    zero = met.requests()[-1].at

    drill.wait(ALIAS_TTL_S)

    first = {}
    for one in met.requests():
        if one.at > zero and one.region == WEST:
            first.setdefault(one.resolver, one.at - zero)
    assert len(first) == 8
    assert len({round(seconds) for seconds in first.values()}) > 4
    assert max(first.values()) <= ALIAS_TTL_S


def test_users_call_in_turn_at_their_rate():
    drill = Drilled()
    met = users(drill, resolvers=3, rate_per_s=10)

    drill.wait(2)

    requests = met.requests()
    assert [one.resolver for one in requests] == [number % 3 for number in range(len(requests))]
    assert [one.at for one in requests] == pytest.approx([number / 10 for number in range(len(requests))])
    assert len(requests) == 20


def test_a_request_to_a_region_that_hangs_is_known_when_patience_ends():
    drill = Drilled()
    met = users(drill, rate_per_s=10)
    drill.stage.aws.faults.silent.add(EAST)

    drill.wait(2)
    soon = met.requests()
    drill.wait(3)
    later = met.requests()

    assert soon == ()
    assert {(one.status, one.region, one.error) for one in later} == {(0, "", "no answer in time")}
    assert all(one.ended <= 5 for one in later)


def test_the_latest_requests_are_told_in_the_order_of_their_ends():
    drill = Drilled()
    met = users(drill, rate_per_s=10)
    drill.wait(20)

    recent = met.recent(5)

    assert [one.at for one in recent] == sorted(one.at for one in met.requests() if one.ended >= 15)
    assert list(recent) == list(met.requests(len(met.requests()) - len(recent)))


def test_users_of_a_name_without_an_answer_ask_again_before_long():
    drill = Drilled()
    aws = drill.stage.aws
    met = aws.users(Crowd(hosts=("late.fed.dev",), rate_per_s=10, resolvers=1))
    met.start()
    drill.wait(5)
    target = aws.dns.target(f"{WEST}.sample.fed.dev")
    aws.dns.store(RecordSet(name="late.fed.dev", type="CNAME", ttl_s=60, values=(target,)))

    drill.wait(10)

    assert met.requests()[0].error == "late.fed.dev does not resolve"
    assert met.requests()[-1].region == WEST


def test_users_begin_anew_when_they_are_started_again_and_end_when_they_are_stopped():
    drill = Drilled()
    met = users(drill, rate_per_s=10)
    drill.wait(20)

    met.start()
    drill.wait(1)
    met.stop()
    drill.wait(10)

    assert met.started_at == drill.stage.ports.clock.now() - timedelta(seconds=11)
    assert [one.at for one in met.requests()] == pytest.approx([number / 10 for number in range(11)])
