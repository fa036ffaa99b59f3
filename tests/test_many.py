from __future__ import annotations

import threading

import pytest

from orchestrator.executor.many import by_threads, one_by_one


@pytest.mark.parametrize("many", [one_by_one, by_threads])
def test_answers_come_in_the_order_of_the_questions(many):
    assert many(lambda one: one * one, range(30)) == [one * one for one in range(30)]
    assert many(lambda one: one, []) == []


@pytest.mark.parametrize("many", [one_by_one, by_threads])
def test_a_failure_is_raised(many):
    def ask(one):
        if one == 3:
            raise ValueError("three")
        return one

    with pytest.raises(ValueError, match="three"):
        many(ask, range(10))


def test_threads_ask_several_at_a_time():
    together = threading.Barrier(4, timeout=20)

    assert by_threads(lambda _: together.wait() >= 0, range(4)) == [True] * 4


def test_a_single_question_needs_no_thread():
    asked_from = by_threads(lambda _: threading.current_thread(), ["one"])

    assert asked_from == [threading.current_thread()]
