"""Records in as few batches as Route 53 takes, and never a name in two."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.core.dns import AliasTarget, FailoverRole, RecordAction, RecordChange, RecordSet
from orchestrator.core.pending import Pending
from orchestrator.core.record_batches import batches
from orchestrator.core.record_rules import MAX_CHARACTERS, MAX_ELEMENTS, size_of


def upsert(name, target="d-1.execute-api.us-east-1.amazonaws.com", role=None):
    alias = AliasTarget(target, "Z2")
    record = RecordSet(name=name, type="A", alias=alias, failover=role, set_identifier=role.value if role else "")
    return RecordChange(RecordAction.UPSERT, record)


def pair(number):
    """A shared name whose SECONDARY leads to another pair, as with three regions."""
    host, rest = f"{number}.fed.dev", f"standby-1.{number}.fed.dev"
    return [
        upsert(host, role=FailoverRole.PRIMARY),
        upsert(host, rest, FailoverRole.SECONDARY),
        upsert(rest, role=FailoverRole.PRIMARY),
        upsert(rest, Pending("infra", "target"), FailoverRole.SECONDARY),
    ]


def address(number, text="192.0.2.1", values=1):
    record = RecordSet(name=f"a{number}.fed.dev", type="TXT", ttl_s=60, values=(text,) * values)
    return RecordChange(RecordAction.CREATE, record)


def interleaved(names):
    """Every first record, then every second one: names that belong together stand far apart."""
    pairs = [pair(number) for number in range(names)]
    return [one for each in zip(*pairs, strict=True) for one in each]


def test_what_fits_is_one_batch_in_its_order():
    changes = interleaved(125)

    assert batches(changes) == (tuple(changes),)
    assert batches([]) == ((),)


@pytest.mark.parametrize(("names", "number"), [(126, 2), (250, 2), (251, 3), (2000, 16)])
def test_what_does_not_fit_goes_in_as_few_batches_as_there_may_be(names, number):
    made = batches(interleaved(names))

    assert len(made) == number


@settings(max_examples=15, deadline=None)
@given(st.integers(100, 200), st.integers(0, 600), st.randoms())
def test_no_name_is_in_two_batches_and_all_are_within_the_limits(names, addresses, random):
    changes = [*interleaved(names), *(address(number) for number in range(addresses))]
    random.shuffle(changes)

    made = batches(changes)

    assert sorted(map(repr, changes)) == sorted(repr(one) for batch in made for one in batch)
    roots = [{one.record.name.removeprefix("standby-1.") for one in batch} for batch in made]
    assert sum(map(len, roots)) == len(set().union(*roots))
    for batch in made:
        elements, characters = map(sum, zip(*map(size_of, batch), strict=True))
        assert elements <= MAX_ELEMENTS
        assert characters <= MAX_CHARACTERS


def test_long_values_fill_a_batch_too():
    assert [len(batch) for batch in batches([address(number, "x" * 10_000) for number in range(7)])] == [3, 3, 1]


def test_a_name_that_no_batch_takes_is_one_of_its_own():
    assert [len(batch) for batch in batches([address(0), address(1, values=1001), address(2)])] == [1, 1, 1]
