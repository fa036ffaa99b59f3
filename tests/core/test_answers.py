"""What Route 53 answers. Each case is a rule of its developer guide on choosing records with health checks."""

from __future__ import annotations

import pytest

from orchestrator.core.answers import answer
from orchestrator.core.dns import AliasTarget, FailoverRole, RecordSet

HOST = "app.fed.dev"
PRIMARY, SECONDARY = FailoverRole.PRIMARY, FailoverRole.SECONDARY


def address(value, name=HOST, type="A", **fields):
    return RecordSet(name=name, type=type, ttl_s=fields.pop("ttl_s", 60), values=(value,), **fields)


def alias(target, name=HOST, *, evaluated=False, type="A", **fields):
    return RecordSet(name=name, type=type, alias=AliasTarget(target, "Z", evaluated), **fields)


def pair(first="one", second="two", name=HOST, checks=("c1", "c2")):
    return (
        address("192.0.2.1", name, failover=PRIMARY, set_identifier=first, health_check=checks[0]),
        address("192.0.2.2", name, failover=SECONDARY, set_identifier=second, health_check=checks[1]),
    )


def weighted(*weights, checks=("c1", "c2", "c3")):
    return tuple(
        address(f"192.0.2.{place}", weight=weight, set_identifier=f"w{place}", health_check=checks[place - 1])
        for place, weight in enumerate(weights, 1)
    )


def values(records, healthy=(), name=HOST, type="A", **asked):
    return answer(records, name, type, dict.fromkeys(healthy, False), **asked).values


ONE, TWO = ("192.0.2.1",), ("192.0.2.2",)

FAILOVER = {
    "PRIMARY healthy": (pair(), (), ONE),
    "SECONDARY unhealthy makes no difference": (pair(), ("c2",), ONE),
    "PRIMARY unhealthy": (pair(), ("c1",), TWO),
    "both unhealthy: PRIMARY": (pair(), ("c1", "c2"), ONE),
    "a SECONDARY without a check counts as healthy": (pair(checks=("c1", "")), ("c1",), TWO),
    "a deleted check counts as healthy": (pair(checks=("gone", "c2")), (), ONE),
    "no SECONDARY, PRIMARY unhealthy": (pair()[:1], ("c1",), ONE),
    "no PRIMARY": (pair()[1:], (), TWO),
    "no PRIMARY, SECONDARY unhealthy": (pair()[1:], ("c2",), TWO),
}


@pytest.mark.parametrize(("records", "unhealthy", "expected"), FAILOVER.values(), ids=FAILOVER)
def test_a_failover_pair(records, unhealthy, expected):
    assert values(records, unhealthy) == expected


NESTED = (
    address("192.0.2.1", failover=PRIMARY, set_identifier="one", health_check="c1"),
    alias(f"rest.{HOST}", evaluated=True, failover=SECONDARY, set_identifier="onward"),
    *(
        address(f"192.0.2.{place}", f"rest.{HOST}", failover=role, set_identifier=f"r{place}", health_check=f"c{place}")
        for place, role in ((2, PRIMARY), (3, SECONDARY))
    ),
)
CHAIN = {
    "all healthy": ((), "192.0.2.1"),
    "first dead": (("c1",), "192.0.2.2"),
    "first and second dead": (("c1", "c2"), "192.0.2.3"),
    "only the first alive": (("c2", "c3"), "192.0.2.1"),
    "an alias is unhealthy when all of its target is: back to PRIMARY": (("c1", "c2", "c3"), "192.0.2.1"),
}


@pytest.mark.parametrize(("unhealthy", "expected"), CHAIN.values(), ids=CHAIN)
def test_a_chain_of_failover_pairs(unhealthy, expected):
    assert values(NESTED, unhealthy) == (expected,)


def failing_over_to(target):
    return (
        alias(target.name, evaluated=target.set_identifier == "follow", failover=PRIMARY, set_identifier="one"),
        address("192.0.2.9", failover=SECONDARY, set_identifier="two"),
        target,
    )


ALIASES = {
    "EvaluateTargetHealth follows the check of the target": (
        failing_over_to(address("192.0.2.1", "t.fed.dev", set_identifier="follow", health_check="c1")),
        "192.0.2.9",
    ),
    "without it the alias counts as healthy": (
        failing_over_to(address("192.0.2.1", "t.fed.dev", set_identifier="ignore", health_check="c1")),
        "192.0.2.1",
    ),
    "a target outside the zone counts as healthy": (
        (
            alias("d-1.example", evaluated=True, failover=PRIMARY, set_identifier="one"),
            address("192.0.2.9", failover=SECONDARY, set_identifier="two"),
        ),
        "d-1.example",
    ),
    "an alias has its own check besides": (
        (
            alias("d-1.example", evaluated=True, failover=PRIMARY, set_identifier="one", health_check="c1"),
            address("192.0.2.9", failover=SECONDARY, set_identifier="two"),
        ),
        "192.0.2.9",
    ),
    "an alias of an alias": (
        (
            alias("a.fed.dev", evaluated=True, failover=PRIMARY, set_identifier="one"),
            address("192.0.2.9", failover=SECONDARY, set_identifier="two"),
            alias("t.fed.dev", "a.fed.dev", evaluated=True),
            address("192.0.2.1", "t.fed.dev", health_check="c1"),
        ),
        "192.0.2.9",
    ),
}


@pytest.mark.parametrize(("records", "expected"), ALIASES.values(), ids=ALIASES)
def test_the_health_of_an_alias(records, expected):
    assert values(records, ("c1",)) == (expected,)


WEIGHTED = {
    "the first half of the draw": (weighted(1, 1), (), 0.49, "192.0.2.1"),
    "the second half": (weighted(1, 1), (), 0.5, "192.0.2.2"),
    "a share of 3 in 4": (weighted(3, 1), (), 0.74, "192.0.2.1"),
    "the rest": (weighted(3, 1), (), 0.75, "192.0.2.2"),
    "the unhealthy are left out": (weighted(1, 1), ("c1",), 0.0, "192.0.2.2"),
    "weight 0 gets nothing while another is healthy": (weighted(0, 1), (), 0.0, "192.0.2.2"),
    "weight 0 answers when all others are unhealthy": (weighted(0, 1), ("c2",), 0.9, "192.0.2.1"),
    "all of weight 0 are equals": (weighted(0, 0), (), 0.5, "192.0.2.2"),
    "all unhealthy: all count as healthy": (weighted(1, 1), ("c1", "c2"), 0.0, "192.0.2.1"),
    "a draw at its very end": (weighted(1, 1, 1), (), 0.9999999999999999, "192.0.2.3"),
}


@pytest.mark.parametrize(("records", "unhealthy", "draw", "expected"), WEIGHTED.values(), ids=WEIGHTED)
def test_weighted_records(records, unhealthy, draw, expected):
    assert values(records, unhealthy, draw=draw) == (expected,)


def nearby(*regions):
    return tuple(
        address(f"192.0.2.{place}", region=region, set_identifier=region, health_check=f"c{place}")
        for place, region in enumerate(regions, 1)
    )


LATENCY = {
    "the client's own region": (("us-east-1", "eu-west-1"), (), "eu-west-1", "192.0.2.2"),
    "a region of the same continent": (("us-east-1", "eu-west-1"), (), "eu-north-1", "192.0.2.2"),
    "the nearest is unhealthy": (("us-east-1", "eu-west-1"), ("c2",), "eu-west-1", "192.0.2.1"),
    "all unhealthy: all count as healthy": (("us-east-1", "eu-west-1"), ("c1", "c2"), "eu-west-1", "192.0.2.2"),
}


@pytest.mark.parametrize(("regions", "unhealthy", "client", "expected"), LATENCY.values(), ids=LATENCY)
def test_latency_records(regions, unhealthy, client, expected):
    assert values(nearby(*regions), unhealthy, client_region=client) == (expected,)


def many(count):
    return tuple(
        address(f"192.0.2.{n}", multivalue=True, set_identifier=f"{n:02}", health_check=f"c{n}")
        for n in range(1, count + 1)
    )


def test_a_multivalue_answer_holds_the_healthy_records():
    assert values(many(3), ("c2",)) == ("192.0.2.1", "192.0.2.3")


def test_a_multivalue_answer_holds_eight_records_at_most():
    assert len(values(many(12))) == 8
    assert values(many(12), draw=0.5)[0] == "192.0.2.7"


def test_a_multivalue_answer_holds_all_records_when_none_is_healthy():
    assert len(values(many(2), ("c1", "c2"))) == 2


def test_the_check_of_a_simple_record_decides_nothing():
    assert values((address("192.0.2.1", health_check="c1"),), ("c1",)) == ONE


# -- chains, names, times -----------------------------------------------------------------------------------------


def test_a_name_is_asked_in_any_case_and_with_a_trailing_dot():
    assert values((address("192.0.2.1"),), name="APP.Fed.dev.") == ONE


def test_an_alias_out_of_the_zone_ends_with_the_outside_name_and_60_seconds():
    found = answer((alias("d-1.execute-api.us-east-1.amazonaws.com"),), HOST, "A", {})

    assert found.values == ("d-1.execute-api.us-east-1.amazonaws.com",)
    assert found.ttl_s == 60


def test_what_lies_outside_is_resolved_by_the_caller():
    assert values((alias("d-1.example"),), resolve_outside=lambda name: f"127.0.0.1 for {name}") == (
        "127.0.0.1 for d-1.example",
    )


def test_an_alias_in_the_zone_has_the_ttl_of_its_target():
    found = answer((alias("t.fed.dev"), address("192.0.2.1", "t.fed.dev", ttl_s=7)), HOST, "A", {})

    assert (found.values, found.ttl_s) == (ONE, 7)
    assert [record.name for record in found.records] == [HOST, "t.fed.dev"]


CNAME = address("d-1.example", type="CNAME", ttl_s=20)


def test_a_cname_answers_a_question_for_an_address_with_its_own_ttl():
    found = answer((CNAME,), HOST, "A", {})

    assert (found.values, found.ttl_s) == (("d-1.example",), 20)


def test_a_cname_asked_for_is_not_followed():
    inside = address("t.fed.dev", type="CNAME", ttl_s=20)

    assert values((inside, address("192.0.2.1", "t.fed.dev")), type="CNAME") == ("t.fed.dev",)


def test_a_cname_in_the_zone_is_followed_and_the_shortest_ttl_counts():
    inside = address("t.fed.dev", type="CNAME", ttl_s=20)
    found = answer((inside, address("192.0.2.1", "t.fed.dev", ttl_s=300)), HOST, "A", {})

    assert (found.values, found.ttl_s) == (ONE, 20)


def test_a_chain_of_cname_records_is_followed_through_aliases_of_that_type():
    first = RecordSet(name=HOST, type="CNAME", alias=AliasTarget("rest.fed.dev", "Z", True), failover=SECONDARY)

    assert values((first, address("d-2.example", "rest.fed.dev", "CNAME"))) == ("d-2.example",)


def test_a_name_without_any_record_does_not_exist():
    found = answer((address("192.0.2.1"),), "other.fed.dev", "A", {})

    assert (found.values, found.nxdomain) == ((), True)


def test_a_name_without_a_record_of_the_type_exists_without_an_answer():
    found = answer((address("192.0.2.1"),), HOST, "AAAA", {})

    assert (found.values, found.nxdomain) == ((), False)


def test_a_name_above_a_record_exists():
    assert answer((address("192.0.2.1"),), "fed.dev", "A", {}).nxdomain is False


def test_an_alias_to_a_name_that_its_zone_lacks_has_no_answer():
    top = RecordSet(name="fed.dev", type="SOA", ttl_s=900, values=("ns hostmaster 1 7200 900 1209600 86400",))

    assert answer((top, alias("gone.fed.dev")), HOST, "A", {}).values == ()


WILD = (address("192.0.2.1", "*.fed.dev"), address("192.0.2.2", "a.b.fed.dev"))
WILDCARDS = {
    "a name that nobody wrote": ("x.fed.dev", ONE),
    "several labels deep": ("x.y.fed.dev", ONE),
    "a name that is there": ("a.b.fed.dev", TWO),
    "a name between": ("b.fed.dev", ()),
    "a name below one that is there": ("c.b.fed.dev", ()),
    "another zone": ("x.example", ()),
}


@pytest.mark.parametrize(("name", "expected"), WILDCARDS.values(), ids=WILDCARDS)
def test_a_wildcard_answers_for_names_that_are_not_there(name, expected):
    assert values(WILD, name=name) == expected


def test_a_ring_of_aliases_ends_without_an_answer():
    ring = (alias("a.fed.dev", evaluated=True), alias(HOST, "a.fed.dev", evaluated=True))

    found = answer(ring, HOST, "A", {})

    assert found.values == ()
    assert "leads back to itself" in found.reason


def test_a_ring_of_evaluated_aliases_counts_as_healthy():
    looking = (
        alias("a.fed.dev", evaluated=True, failover=PRIMARY, set_identifier="one"),
        alias("b.fed.dev", "a.fed.dev", evaluated=True),
        alias("a.fed.dev", "b.fed.dev", evaluated=True),
        address("192.0.2.2", failover=SECONDARY, set_identifier="two"),
    )

    assert values(looking) == ()


def test_the_reason_tells_every_choice_on_the_way():
    found = answer(NESTED, HOST, "A", {"c1": False})

    assert found.reason == "SECONDARY onward is healthy, the PRIMARY is not; PRIMARY r2 is healthy"


def test_the_reason_says_when_nothing_is_healthy():
    assert answer(pair(), HOST, "A", {"c1": False, "c2": False}).reason == (
        f"nothing at {HOST} is healthy, so PRIMARY one answers"
    )
