"""`python -m tests.cli.play SCENE WORDS`: the real command line in a real process, over a FakeApp of that scene."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

from orchestrator.cli.main import main
from orchestrator.cli.verbs import status
from orchestrator.core.errors import Interrupted, Refused, Unreachable
from orchestrator.core.run import EventKind, Verdict
from orchestrator.core.status import Status
from orchestrator.core.topology import RegionRole
from tests.cli.fake_app import EVENTS, FakeApp, Tell, carry_on
from tests.report import samples
from tests.report.drill_runs import PASSED, report_of

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


WELL = samples.status()
ILL = samples.status(
    samples.region_status(samples.PRIMARY, RegionRole.PRIMARY, healthy=False),
    samples.region_status(samples.STANDBY, RegionRole.SECONDARY),
    serving=samples.STANDBY,
    findings=(replace(samples.WARNING, message=HOSTILE),),
)


def turning(number: int) -> Status:
    """The primary falls ill at the second look."""
    return WELL if number == 1 else ILL


def stuck_look(number: int) -> Status:
    """A second look that never ends, in a pool of threads as the real one."""
    if number > 1:
        ThreadPoolExecutor().submit(Event().wait).result()
    return WELL


def unheard(number: int) -> Status:
    """AWS answers the first look only."""
    if number > 1:
        raise Unreachable(HOSTILE, where="route53:ListHostedZones in us-east-1", fix="look again")
    return WELL


def broken(number: int) -> Status:
    """A bug at the second look."""
    if number > 1:
        raise RuntimeError("the second look")
    return WELL


SCENES = {
    "update": FakeApp(),
    "drilled": FakeApp(measured=report_of(PASSED)),
    "empty": FakeApp(planned=samples.EMPTY),
    "large": FakeApp(planned=samples.large_plan(40, 4)),
    "failing": FakeApp(play=failing),
    "endless": FakeApp(play=until_interrupted),
    "stuck": FakeApp(play=stuck),
    "many": FakeApp(play=many_at_once),
    "bug": FakeApp(trouble=RuntimeError(HOSTILE)),
    "turning": FakeApp(looks=turning),
    "stuck look": FakeApp(looks=stuck_look),
    "unheard": FakeApp(looks=unheard),
    "broken": FakeApp(looks=broken),
    "refused": FakeApp(trouble=Refused("the embedded AWS is not running")),
    "silent": FakeApp(trouble=Unreachable("no answer", where="sts in us-west-2")),
    "accents": FakeApp(
        planned=replace(samples.UPDATE, application="żółć"), looks=lambda number: replace(ILL, application="żółć")
    ),
}


if __name__ == "__main__":
    scene = SCENES[sys.argv.pop(1)]
    # Nobody waits five seconds for the second look of a test.
    status._INTERVAL_S = 0.05
    sys.exit(main(app=scene))
