"""Records, health checks and levers behave alike in the simulation and in the embedded AWS."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.dns import CheckKind, HealthCheck, RecordAction, RecordChange, RecordSet
from orchestrator.core.errors import AlreadyExists, AwsError, NotFound, PreconditionFailed
from orchestrator.core.levers import LeverKind, Position
from tests.contract.worlds import Contract, fresh

CREATE, UPSERT, DELETE = RecordAction.CREATE, RecordAction.UPSERT, RecordAction.DELETE
TAGS = {"contract": "yes"}


def text(world: Contract, name: str, value: str) -> RecordSet:
    """A TXT record below the zone."""
    return RecordSet(name=f"{name}.{world.zone.name}", type="TXT", ttl_s=60, values=(f'"{value}"',))


def change(world: Contract, *changes: tuple[RecordAction, RecordSet]) -> str:
    batch = [RecordChange(action, record) for action, record in changes]
    return world.ports.dns.change(world.zone.id, batch, comment="contract")


def held(world: Contract, *records: RecordSet) -> list[RecordSet]:
    names = frozenset(one.name for one in records)
    return sorted(world.ports.dns.records(world.zone.id, names), key=lambda one: one.name)


def check(reference: str, **fields: object) -> HealthCheck:
    made = HealthCheck(name="contract", caller_reference=reference, host=f"{reference}.example.invalid", path="/health")
    return replace(made, **fields)  # type: ignore[arg-type]


def test_the_zone_is_found_by_its_very_name(world: Contract) -> None:
    assert world.ports.dns.zone(world.zone.name) == world.zone
    assert world.ports.dns.zone(f"not-{world.zone.name}") is None


def test_a_batch_is_in_the_zone_and_then_in_sync(world: Contract) -> None:
    one, two = text(world, fresh("a"), "1"), text(world, fresh("b"), "2")

    made = change(world, (CREATE, one), (UPSERT, two))

    assert held(world, one, two) == [one, two]
    assert world.until(lambda: world.ports.dns.in_sync(made))


@pytest.mark.parametrize("bad", ["taken", "gone", "other value"])
def test_one_bad_change_and_nothing_of_its_batch_happens(world: Contract, bad: str) -> None:
    there, new = text(world, fresh("there"), "1"), text(world, fresh("new"), "2")
    change(world, (CREATE, there))
    changes = {
        "taken": (CREATE, there),
        "gone": (DELETE, text(world, fresh("none"), "1")),
        "other value": (DELETE, replace(there, values=('"2"',))),
    }

    with pytest.raises(AwsError) as refused:
        change(world, (CREATE, new), changes[bad])

    assert refused.value.code == "InvalidChangeBatch"
    assert held(world, there, new) == [there]


def test_a_zone_that_is_not_there_takes_nothing(world: Contract) -> None:
    batch = [RecordChange(CREATE, text(world, fresh("x"), "1"))]

    with pytest.raises(NotFound):
        world.ports.dns.change("ZNOWHERE", batch, comment="contract")


def test_the_same_reference_with_the_same_settings_is_the_same_check(world: Contract) -> None:
    dns, wanted = world.ports.dns, check(fresh("check"))

    first, again = (dns.create_health_check(wanted, tags=TAGS) for _ in range(2))

    assert first == again
    with pytest.raises(AlreadyExists):
        dns.create_health_check(replace(wanted, path="/other"), tags=TAGS)


def test_the_reference_of_a_deleted_check_stays_taken(world: Contract) -> None:
    dns, wanted = world.ports.dns, check(fresh("check"))
    made = dns.create_health_check(wanted, tags=TAGS)
    dns.delete_health_check(made)
    dns.delete_health_check(made)

    with pytest.raises(AlreadyExists):
        dns.create_health_check(wanted, tags=TAGS)


def test_of_two_writers_the_slower_is_refused(world: Contract) -> None:
    dns, tags = world.ports.dns, {"contract": fresh("tag")}
    dns.create_health_check(check(fresh("check")), tags=tags)
    (found,) = dns.health_checks(tags=tags)

    dns.update_health_check(replace(found, path="/first"))
    with pytest.raises(PreconditionFailed):
        dns.update_health_check(replace(found, path="/second"))

    (now,) = dns.health_checks(tags=tags)
    assert now.path == "/first"
    assert now.version == found.version + 1


def test_a_check_of_a_name_without_an_answer_turns_unhealthy_and_a_calculated_one_tells_nothing(
    world: Contract,
) -> None:
    dns = world.ports.dns
    endpoint = dns.create_health_check(check(fresh("check")), tags=TAGS)
    above = HealthCheck(
        name="above",
        caller_reference=fresh("above"),
        kind=CheckKind.CALCULATED,
        port=0,
        path="",
        interval_s=0,
        failure_threshold=0,
        children=(endpoint,),
        health_threshold=1,
    )
    calculated = dns.create_health_check(above, tags=TAGS)

    assert world.until(lambda: dns.health(endpoint) is False)
    assert dns.health(calculated) is None


def test_a_check_that_is_not_there_has_no_health(world: Contract) -> None:
    with pytest.raises(NotFound):
        world.ports.dns.health("00000000-0000-0000-0000-000000000000")


def stands(world: Contract, kind: LeverKind, *moves: Position) -> bool:
    """Whether the alarm of a new lever follows each move."""
    lever = world.lever(kind)

    def follows(position: Position) -> bool:
        # A datum that says "out" hides one that says "in" for a minute: who wants "in" writes again.
        world.ports.levers.move(lever, position)
        return world.ports.levers.positions((lever,))[lever] is position

    return all(world.until(lambda position=position: follows(position)) for position in moves)


@pytest.mark.parametrize("kind", list(LeverKind))
def test_a_lever_goes_out_and_comes_in(world: Contract, kind: LeverKind) -> None:
    assert stands(world, kind, Position.OUT, Position.IN)


def test_a_drill_lever_that_nobody_writes_any_more_comes_in_by_itself(world: Contract) -> None:
    lever, levers = world.lever(LeverKind.DRILL), world.ports.levers
    levers.move(lever, Position.OUT)
    assert world.until(lambda: levers.positions((lever,))[lever] is Position.OUT)

    assert world.until(lambda: levers.positions((lever,))[lever] is Position.IN)


def test_an_evacuate_lever_stays_out_while_a_drill_lever_written_with_it_comes_in(world: Contract) -> None:
    drill, evacuate, levers = world.lever(LeverKind.DRILL), world.lever(LeverKind.EVACUATE), world.ports.levers
    for lever in (evacuate, drill):
        levers.move(lever, Position.OUT)
    for lever in (evacuate, drill):
        assert world.until(lambda lever=lever: levers.positions((lever,))[lever] is Position.OUT)

    assert world.until(lambda: levers.positions((drill,))[drill] is Position.IN)
    assert levers.positions((evacuate,))[evacuate] is Position.OUT
