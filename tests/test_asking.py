"""One patience for all questions: what came is kept, who is silent is not waited for."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from orchestrator.app.asking import answers_in_time
from orchestrator.core.errors import CallDenied


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Set when the test ends: the silent may go then."""
    event = threading.Event()
    yield event
    event.set()


def test_answers_come_in_the_order_of_the_questions(over: threading.Event) -> None:
    second = threading.Event()

    def slow() -> str:
        second.wait(10)
        return "first"

    def quick() -> str:
        second.set()
        return "second"

    assert answers_in_time([slow, quick], patience_s=10) == ("first", "second")


def test_who_is_silent_costs_the_others_nothing(over: threading.Event) -> None:
    silent = [over.wait] * 10

    assert answers_in_time([*silent, lambda: True], patience_s=0.5) == (True,)


def test_who_is_slow_is_waited_for_while_something_is_lacking(over: threading.Event) -> None:
    asked_again = threading.Event()

    def slow() -> str:
        asked_again.wait(10)
        return "late"

    def lacking(found: tuple[object, ...]) -> bool:
        asked_again.set()
        return not found

    found = answers_in_time([slow, over.wait], patience_s=0.01, longest_s=30, lacking=lacking)

    assert found == ("late",)


def test_nobody_is_waited_for_beyond_the_longest_patience(over: threading.Event) -> None:
    assert answers_in_time([over.wait], patience_s=0.01, longest_s=0.2, lacking=lambda found: True) == ()


def test_no_question_is_answered_at_once() -> None:
    assert answers_in_time([], patience_s=10) == ()


def test_many_more_questions_than_threads_are_all_asked() -> None:
    questions = [lambda number=number: number for number in range(1000)]

    assert answers_in_time(questions, patience_s=30) == tuple(range(1000))


def test_what_was_not_begun_in_time_is_never_asked(over: threading.Event) -> None:
    late: list[bool] = []
    gone = threading.Semaphore(0)

    def silent() -> None:
        over.wait()
        gone.release()

    questions = [silent] * 64

    assert answers_in_time([*questions, lambda: late.append(True)], patience_s=0.2) == ()
    over.set()
    for _ in questions:
        assert gone.acquire(timeout=10)
    assert late == []


def test_what_a_question_raises_is_raised(over: threading.Event) -> None:
    def denied() -> bool:
        raise CallDenied("must not be called")

    with pytest.raises(CallDenied):
        answers_in_time([over.wait, denied], patience_s=10)
