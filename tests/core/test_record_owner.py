"""Whose a record is: by where it leads and by its set identifier."""

from __future__ import annotations

import pytest

from orchestrator.core.dns import AliasTarget, RecordSet
from orchestrator.core.record_owner import owner_of_targets
from orchestrator.core.routing import ADDRESS_IN

OWNER = owner_of_targets(
    "sample-production",
    frozenset({"sample.fed.dev", "standby-1.sample.fed.dev"}),
    frozenset({"balancer-1.us-east-1.elb.amazonaws.com", "dotless"}),
)


def leads_to(name, **fields):
    return RecordSet(name="sample.fed.dev", type="A", alias=AliasTarget(name, "Z"), **fields)


def holds(*values, **fields):
    return RecordSet(name="sample.fed.dev", type="A", ttl_s=60, values=values, **fields)


API = leads_to("d-abc.execute-api.us-east-1.amazonaws.com")
EARLIER = leads_to("balancer-0.us-east-1.elb.amazonaws.com")
STATE = holds(ADDRESS_IN, set_identifier="sample-production-us-east-1-in")


@pytest.mark.parametrize(
    "record",
    [
        API,
        EARLIER,
        STATE,
        leads_to("D-ABC.execute-api.us-east-1.amazonaws.com."),
        leads_to("d-abc.execute-api.cn-north-1.amazonaws.com.cn"),
        leads_to("balancer-1.us-east-1.elb.amazonaws.com"),
        leads_to("sample-production-123.us-west-2.elb.amazonaws.com"),
        leads_to("standby-1.sample.fed.dev", set_identifier="sample-production-us-west-2-onward"),
        holds("d-abc.execute-api.us-east-1.amazonaws.com"),
    ],
)
def test_what_leads_to_this_environment_is_ours(record):
    assert not OWNER.is_foreign(record)


@pytest.mark.parametrize(
    "record",
    [
        holds("198.51.100.7"),
        holds(ADDRESS_IN),
        holds("d-abc.execute-api.us-east-1.amazonaws.com", "198.51.100.7"),
        leads_to("elsewhere.example.com"),
        leads_to("theirs-123.us-west-2.elb.amazonaws.com"),
        leads_to("sample-production-123.example.com"),
        leads_to("execute-api.us-east-1.amazonaws.com.attacker.example"),
        leads_to("d-abc.execute-api.us-east-1.amazonaws.com", set_identifier="theirs"),
        leads_to("d-abc.execute-api.us-east-1.amazonaws.com", set_identifier="sample-productions-1"),
        leads_to(""),
        leads_to("other"),
    ],
)
def test_what_leads_elsewhere_or_bears_another_name_is_somebodys(record):
    assert OWNER.is_foreign(record)


@pytest.mark.parametrize(("record", "foreign"), [(API, True), (EARLIER, True), (STATE, False)])
def test_strictly_only_what_is_known_is_ours(record, foreign):
    known = leads_to("balancer-1.us-east-1.elb.amazonaws.com")

    assert OWNER.is_foreign(record, strictly=True) is foreign
    assert not OWNER.is_foreign(known, strictly=True)
