"""A few random schedules of the many that `make soak` plays, and the one command that plays one again."""

from __future__ import annotations

import pytest

from tests.schedules import drawn, main, violated

FEW = 120


@pytest.mark.parametrize("first", range(0, FEW, 30))
def test_no_random_schedule_violates_anything(first):
    assert "\n".join(map(str, violated(range(first, first + 30)))) == ""


def test_a_seed_always_draws_the_same_schedule():
    assert [str(drawn(seed)) for seed in range(50)] == [str(drawn(seed)) for seed in range(50)]


def test_one_command_plays_a_seed_again(capsys):
    code = main(["--seed", "7"])

    assert code == 0
    assert capsys.readouterr().out.startswith("seed 7: ")
