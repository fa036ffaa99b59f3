"""Credentials that end too soon refuse a run before anything is changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from orchestrator.app.allowance import ensure_lasting
from orchestrator.core.errors import Refused
from tests.flows.stage import Stage

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def first_deployment():
    stage = Stage()
    stage.do("bootstrap")
    return stage.plan()


@pytest.mark.parametrize("left", [None, timedelta(hours=1), timedelta(days=365)])
def test_credentials_that_last_long_enough_refuse_nothing(left: timedelta | None) -> None:
    ensure_lasting(first_deployment(), left and NOW + left, NOW)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(minutes=2), r"end at 12:02:00Z, in 2 minutes, and this usually takes \d+ minutes"),
        (timedelta(seconds=1), r"end at 12:00:01Z, in 1 minute, and"),
        (timedelta(0), "have ended, and this usually takes"),
        (timedelta(minutes=-5), "have ended, and this usually takes"),
    ],
)
def test_credentials_that_end_before_the_plan_does_refuse_it(left: timedelta, said: str) -> None:
    ends = (NOW + left).astimezone(timezone(timedelta(hours=2)))

    with pytest.raises(Refused, match=said) as caught:
        ensure_lasting(first_deployment(), ends, NOW)

    assert "sign in again" in caught.value.fix
