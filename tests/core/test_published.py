"""What the servers of a zone answer against what it holds: by kind of record, and for names that are gone."""

from __future__ import annotations

import pytest

from orchestrator.core.dns import AliasTarget, FailoverRole, RecordSet
from orchestrator.core.published import MOST_NAMES, names_to_ask, unpublished

NAME = "shop.fed.dev"
PLAIN = RecordSet(name=NAME, type="A", ttl_s=60, values=("192.0.2.1",))
PAIR = (
    RecordSet(name=NAME, type="A", ttl_s=60, values=("192.0.2.1",), set_identifier="in", failover=FailoverRole.PRIMARY),
    RecordSet(
        name=NAME, type="A", ttl_s=60, values=("192.0.2.2",), set_identifier="out", failover=FailoverRole.SECONDARY
    ),
)
ALIAS = RecordSet(name=NAME, type="A", alias=AliasTarget("d-1.execute-api.us-east-1.amazonaws.com", "Z1"))
CNAME = RecordSet(name=NAME, type="CNAME", ttl_s=60, values=("elsewhere.example.com",))
TEXT = RecordSet(name=NAME, type="TXT", ttl_s=60, values=('"v=1"',))

CASES = {
    "the value": ((PLAIN,), ("192.0.2.1",), ""),
    "another value": ((PLAIN,), ("192.0.2.9",), "is answered with 192.0.2.9 and not with 192.0.2.1"),
    "no value": ((PLAIN,), (), "is answered with nothing and not with 192.0.2.1"),
    "either of a pair": (PAIR, ("192.0.2.2",), ""),
    "neither of a pair": (PAIR, ("192.0.2.9",), "not with 192.0.2.1 or 192.0.2.2"),
    "an alias, wherever it leads": ((ALIAS,), ("198.51.100.7",), ""),
    "an alias that is not there": ((ALIAS,), (), "is answered with nothing"),
    "another name, wherever it leads": ((CNAME,), ("198.51.100.7",), ""),
    "gone": ((), (), ""),
    "gone, but not for everybody": ((), ("192.0.2.1",), "is still answered with 192.0.2.1"),
    "nothing with an address": ((TEXT,), (), ""),
}


@pytest.mark.parametrize(("records", "told", "doubt"), CASES.values(), ids=CASES)
def test_an_answer_is_doubted_when_no_record_gives_it(records, told, doubt):
    found = unpublished(records, {NAME: told})

    assert len(found) == bool(doubt)
    assert all(one.startswith(NAME) and doubt in one for one in found)


def test_a_name_that_nobody_told_of_is_not_doubted():
    assert unpublished((PLAIN,), {}) == ()


def test_wildcards_and_other_types_are_not_asked_for_and_no_more_than_are_worth_it():
    many = [RecordSet(name=f"n{number:03}.fed.dev", type="A", values=("192.0.2.1",)) for number in range(100)]
    star = RecordSet(name="*.fed.dev", type="A", values=("192.0.2.1",))

    assert names_to_ask((PLAIN, TEXT, star, CNAME)) == (NAME,)
    assert len(names_to_ask(many)) == MOST_NAMES
