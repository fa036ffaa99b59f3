"""Every reachable world of lock, journal and failover: two operators, three regions, crashes. And that it has teeth."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.search.explore import explore
from tests.search.model import Rules
from tests.search.product import REGIONS

ONE = REGIONS[:1]


@pytest.mark.parametrize(
    "rules",
    [Rules(crashes=2, deaths=0, regions=ONE), Rules(crashes=0, deaths=0), Rules(crashes=1, deaths=1, regions=ONE)],
    ids=["two crashes", "all regions", "a region dies"],
)
def test_nothing_is_broken_and_from_everywhere_there_is_a_way_to_rest(
    rules: Rules, record_property: Callable[[str, object], None]
) -> None:
    found = explore(rules)
    record_property("visited", str(found))

    assert found.broken == {}
    assert found.stuck == ()
    assert found.states > 10_000
    assert found.rests > 10


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        (Rules(deaths=0, regions=ONE, fencing=False), "I9"),
        (Rules(deaths=0, regions=ONE, notes=False), "I7"),
        (Rules(deaths=0, regions=ONE, restores=False), "I7"),
        (Rules(crashes=0, deaths=0, spares_the_last=False), "I2"),
        (Rules(crashes=0, deaths=0, looks_again=False), "I2"),
    ],
    ids=["no fencing", "no notes", "nothing restored", "the last region too", "two that looked before either moved"],
)
def test_a_planted_fault_is_found(rules: Rules, fault: str) -> None:
    found = explore(rules, until_broken=True)

    assert [one.split()[0] for one in found.broken] == [fault]


def test_a_lease_without_an_end_leaves_no_way_to_rest() -> None:
    assert explore(Rules(crashes=1, deaths=0, regions=ONE, leases_end=False)).stuck
