"""How many workers run the tests and in which order, that no example is timed, and what processes of tests inherit."""

from __future__ import annotations

import os
import signal

import hypothesis
import pytest

# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")

# Hundreds of command lines are run: without bytecode each would compile the whole product again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


_LONGEST = "test_boundaries.py"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: the tests on the embedded AWS mostly wait for it."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The file that keeps a processor busy for longest comes first: later, one worker would end alone with it."""
    items.sort(key=lambda item: item.path.name != _LONGEST)


def pytest_sessionstart() -> None:
    """A shell that starts a command in the background lets it ignore SIGINT, and all that it starts inherits that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
