from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.dns import AliasTarget, FailoverRole, RecordAction, RecordChange, RecordSet
from orchestrator.core.pending import Pending
from orchestrator.core.record_rules import problems

ZONE = "fed.dev"
CREATE, UPSERT, DELETE = RecordAction.CREATE, RecordAction.UPSERT, RecordAction.DELETE
ALIAS = AliasTarget("d-1.execute-api.us-east-1.amazonaws.com", "Z1")


def plain(name: str = "www.fed.dev", type: str = "A", *values: str, **fields: object) -> RecordSet:
    return RecordSet(name=name, type=type, ttl_s=60, values=values or ("1.2.3.4",), **fields)  # type: ignore[arg-type]


def failover(role: FailoverRole, identifier: str, **fields: object) -> RecordSet:
    alias = RecordSet(name="www.fed.dev", type="A", alias=ALIAS, set_identifier=identifier, failover=role)
    return replace(alias, **fields)  # type: ignore[arg-type]


PRIMARY = failover(FailoverRole.PRIMARY, "one", health_check="hc")
SECONDARY = failover(FailoverRole.SECONDARY, "two")


def told(*changes: tuple[RecordAction, RecordSet], existing: tuple[RecordSet, ...] = ()) -> tuple[str, ...]:
    batch = tuple(RecordChange(action, record) for action, record in changes)
    return problems(existing, batch, ZONE, frozenset({"hc"}))


@pytest.mark.parametrize(
    "batch",
    [
        ((CREATE, plain()),),
        ((UPSERT, PRIMARY), (UPSERT, SECONDARY)),
        ((CREATE, plain("fed.dev")),),
        ((CREATE, plain("x.fed.dev", "CNAME", "www.fed.dev")),),
        ((CREATE, plain("x.fed.dev", "AAAA", "::1")),),
        ((CREATE, plain("x.fed.dev", "TXT", '"not an address"')),),
        ((CREATE, plain(set_identifier="a", weight=1)), (CREATE, plain(set_identifier="b", weight=2))),
        ((CREATE, plain(set_identifier="a", region="r1")), (CREATE, plain(set_identifier="b", region="r2"))),
        ((CREATE, plain(set_identifier="a", multivalue=True)),),
    ],
)  # fmt: skip
def test_a_sound_batch_has_no_problems(batch: tuple[tuple[RecordAction, RecordSet], ...]) -> None:
    assert told(*batch) == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((CREATE, plain("www.other.dev")), "name www.other.dev. is not permitted in zone fed.dev."),
        ((CREATE, plain("wwwfed.dev")), "not permitted in zone"),
        ((CREATE, plain("fed.dev", "CNAME", "x.dev")), "is not permitted at apex in zone fed.dev."),
        ((CREATE, plain("www.fed.dev", "A", "1.2.3")), "ARRDATAIllegalIPv4Address"),
        ((CREATE, plain("www.fed.dev", "AAAA", "1.2.3.4")), "AAAARRDATAIllegalIPv6Address"),
        ((CREATE, plain("www.fed.dev", "CNAME", "a.dev", "b.dev")), "exactly one value"),
        ((CREATE, plain("www.fed.dev", "A", "1.2.3.4", "1.2.3.4")), "Duplicate Resource Record"),
        ((CREATE, plain(health_check="gone")), "health check gone"),
        ((CREATE, replace(plain(), values=())), "exactly one of AliasTarget"),
        ((CREATE, replace(plain(), alias=ALIAS, ttl_s=None)), "exactly one of AliasTarget"),
        ((CREATE, replace(plain(), ttl_s=None)), "must have a TTL"),
        ((CREATE, replace(plain(), ttl_s=-1)), "must have a TTL"),
        ((CREATE, replace(SECONDARY, ttl_s=60)), "must not have a TTL"),
        ((CREATE, plain(weight=1)), "must have a SetIdentifier"),
        ((CREATE, plain(set_identifier="a")), "no routing policy"),
        ((CREATE, plain(set_identifier="a" * 129, weight=1)), "longer than 128"),
        ((CREATE, plain(set_identifier="a", weight=256)), "between 0 and 255"),
        ((CREATE, plain(set_identifier="a", weight=1, region="us-east-1")), "more than one routing policy"),
        ((CREATE, replace(SECONDARY, failover=None, multivalue=True)), "cannot be an alias"),
        ((CREATE, plain(set_identifier="a", failover=FailoverRole.PRIMARY)), "must have a health check"),
        ((DELETE, plain()), "it was not found"),
    ],
)  # fmt: skip
def test_one_wrong_record_is_one_problem(change: tuple[RecordAction, RecordSet], message: str) -> None:
    (found,) = told(change)

    assert message in found


@pytest.mark.parametrize(
    ("existing", "change", "message"),
    [
        (plain(), (CREATE, plain()), "create resource record set [name='www.fed.dev.', type='A'] but it already"),
        (plain(), (DELETE, plain("www.fed.dev", "A", "9.9.9.9")), "do not match the current values"),
        (PRIMARY, (CREATE, failover(FailoverRole.PRIMARY, "other", health_check="hc")), "more than one PRIMARY"),
        (SECONDARY, (CREATE, failover(FailoverRole.SECONDARY, "other")), "more than one SECONDARY"),
        (PRIMARY, (CREATE, plain()), "differ in policy (failover, simple)"),
        (plain(set_identifier="a", region="us-east-1"), (CREATE, plain(set_identifier="b", region="us-east-1")),
         "more than one latency record"),
        (plain(), (CREATE, plain("www.fed.dev", "CNAME", "x.dev")), "conflicts with other records"),
        (plain("fed.dev", "NS", "ns"), (DELETE, plain("fed.dev", "NS", "ns")), "at least one NS record"),
    ],
)  # fmt: skip
def test_a_record_that_does_not_fit_what_is_there_is_one_problem(
    existing: RecordSet, change: tuple[RecordAction, RecordSet], message: str
) -> None:
    (found,) = told(change, existing=(existing,))

    assert message in found


def test_a_set_identifier_is_part_of_the_message() -> None:
    (found,) = told((DELETE, PRIMARY))

    assert "[name='www.fed.dev.', type='A', set-identifier='one']" in found


def test_a_record_may_be_deleted_and_made_anew_but_not_changed_twice() -> None:
    moved = plain("www.fed.dev", "A", "5.6.7.8")

    assert told((DELETE, plain()), (CREATE, moved), existing=(plain(),)) == ()
    assert "invalid set of changes" in told((UPSERT, plain()), (UPSERT, moved))[0]


def test_all_problems_are_told_at_once() -> None:
    assert len(told((CREATE, plain("x.other.dev")), (CREATE, plain("y.fed.dev", "A", "nonsense")))) == 2


def test_an_empty_batch_is_a_problem() -> None:
    assert told() == ("1 validation error detected: the change batch is empty",)


def test_an_upsert_counts_twice_toward_the_limits() -> None:
    many = [plain(f"n{number}.fed.dev") for number in range(501)]
    long = plain("long.fed.dev", "TXT", "x" * 16_001)

    assert told(*((CREATE, record) for record in many)) == ()
    assert told(*((UPSERT, record) for record in many)) == ("Number of records limit of 1000 exceeded.",)
    assert told((CREATE, long)) == ()
    assert told((UPSERT, long)) == ("Number of characters limit of 32000 exceeded.",)


def test_values_that_are_not_known_yet_are_not_checked() -> None:
    later = Pending("make", "value")
    record = RecordSet(name="www.fed.dev", type="A", ttl_s=60, values=(later,), health_check=later)

    assert told((CREATE, record)) == ()


def test_health_checks_are_not_checked_when_they_are_not_known() -> None:
    batch = (RecordChange(CREATE, plain(health_check="of-another-account")),)

    assert problems((), batch, ZONE, None) == ()
