"""`python -m tests.cli.play SCENE WORDS`: the real command line in a real process, over a FakeApp of that scene."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

from orchestrator.cli.main import main
from orchestrator.core.errors import Interrupted
from orchestrator.core.run import EventKind, Verdict
from tests.cli.fake_app import EVENTS, FakeApp, Tell, carry_on
from tests.report import samples

HOSTILE = "\x1b[2Jwiped\x07 \u202eevil"


def until_interrupted(tell: Tell) -> Verdict:
    """As the executor does: the first interrupt stops, a second one passes through. Ends by itself for nobody."""
    try:
        tell(EVENTS[1])
        while True:
            time.sleep(0.05)
    except KeyboardInterrupt:
        return Verdict.INTERRUPTED


def many_at_once(tell: Tell) -> Verdict:
    """More running steps than a screen has lines, with long and hostile details; then all end, one badly."""
    names = [f"gate:{account:012}:us-east-1" for account in range(60)]
    for name in names:
        tell(samples.event(EventKind.STEP_STARTED, name, f"{HOSTILE} {'waiting ' * 30}"))
    time.sleep(0.5)
    for name in names[1:]:
        tell(samples.event(EventKind.STEP_SUCCEEDED, name, "answers"))
    tell(samples.event(EventKind.STEP_FAILED, names[0], HOSTILE))
    return Verdict.FAILED


def stuck(tell: Tell) -> Verdict:
    """What the executor does at the second interrupt: it leaves, while a thread waits for AWS for ever."""
    ThreadPoolExecutor().submit(Event().wait)
    raise Interrupted("left at once; still running: upload:app")


def failing(tell: Tell) -> Verdict:
    """Goes wrong."""
    carry_on(tell)
    return Verdict.FAILED


SCENES = {
    "update": FakeApp(),
    "empty": FakeApp(planned=samples.EMPTY),
    "large": FakeApp(planned=samples.large_plan(40, 4)),
    "failing": FakeApp(play=failing),
    "endless": FakeApp(play=until_interrupted),
    "stuck": FakeApp(play=stuck),
    "many": FakeApp(play=many_at_once),
    "bug": FakeApp(trouble=RuntimeError(HOSTILE)),
    "accents": FakeApp(planned=replace(samples.UPDATE, application="żółć")),
}


if __name__ == "__main__":
    scene = SCENES[sys.argv.pop(1)]
    sys.exit(main(app=scene))
