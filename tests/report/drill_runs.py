"""Drills and failovers as their journals tell them, written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from orchestrator.core.detection import detection
from orchestrator.core.drill import DrillMode
from orchestrator.core.history import history
from orchestrator.core.measure import measure_history
from orchestrator.core.plan import Finding, Plan, Plane, Severity
from orchestrator.core.proof import Proof, ProofRow
from orchestrator.core.run import Event, EventKind
from orchestrator.core.run_facts_json import facts_json
from orchestrator.core.run_report import RunFacts, RunReport
from orchestrator.core.traffic import TrafficRequest
from orchestrator.core.traffic_json import encode_requests
from orchestrator.report import plan_json
from tests.report.samples import ACCOUNTS, NOON, PRIMARY, STANDBY, plan, step

HOST = "sample.fed.dev"
OUTAGE = RunFacts(
    region=PRIMARY,
    mode=DrillMode.OUTAGE,
    hosts=(HOST,),
    regions=(PRIMARY, STANDBY),
    clock_factor=8.0,
    simulated="the embedded AWS",
    rto_s=180,
    availability_percent=50,
    detection=detection(10, 3, 60),
    configuration_digest="c0ffee",
)
SWITCH = replace(OUTAGE, mode=DrillMode.SWITCH, clock_factor=1.0, simulated="")
FINDING = Finding("levers-unread", Severity.INFO, PRIMARY, "the levers could not be read", "say so")
PROOF = Proof((PRIMARY, STANDBY), (ProofRow((PRIMARY,), (), (STANDBY,), "checked"),), detection(10, 3, 60), 180)
# (step, start, end, how it ended, what it said)
Told = tuple[str, float, float | None, EventKind, str]
DONE, FAILED, SKIPPED = EventKind.STEP_SUCCEEDED, EventKind.STEP_FAILED, EventKind.STEP_SKIPPED
ANSWER, ANSWER_BACK = f"answer:{ACCOUNTS[0]}", f"answer-back:{ACCOUNTS[0]}"
OUTAGE_STEPS: tuple[Told, ...] = (
    ("note:begin", 0.1, 0.3, DONE, f"noted in {STANDBY}"),
    ("take-out", 0.3, 0.5, DONE, f"{PRIMARY} refuses its users"),
    ("watch", 0.5, 92.0, DONE, "90 observations within the limits"),
    ("agree", 0.5, 28.0, DONE, "checkers see 1 of 1 endpoints unhealthy"),
    (ANSWER, 0.5, 29.0, DONE, f"{STANDBY} answers"),
    ("users", 29.0, 61.0, DONE, "4 of 4 users are no longer in us-east-1"),
    ("hold", 61.0, 91.0, DONE, "30 s"),
    ("put-back", 91.0, 91.5, DONE, f"what was done to {PRIMARY} is undone"),
    ("agree-back", 91.5, 115.0, DONE, "checkers see 1 of 1 endpoints healthy"),
    (ANSWER_BACK, 91.5, 116.0, DONE, f"{PRIMARY} answers"),
    ("users-back", 116.0, 150.0, DONE, "4 of 4 users are in us-east-1"),
    ("note:end", 150.0, 150.2, DONE, f"noted in {STANDBY}"),
)
SWITCH_STEPS = (*OUTAGE_STEPS[:2], ("keep", 0.5, 91.5, DONE, "kept until hold had ended"), *OUTAGE_STEPS[2:])
ABORTED_STEPS: tuple[Told, ...] = (
    *OUTAGE_STEPS[:2],
    ("watch", 0.5, 40.0, FAILED, "us-west-2: 9 of 20 answers failed (45 %), more than 25 %"),
    ("agree", 0.5, 28.0, DONE, "checkers see 1 of 1 endpoints unhealthy"),
    (ANSWER, 0.5, 29.0, DONE, f"{STANDBY} answers"),
    ("users", 29.0, 40.0, SKIPPED, "stopped: watch failed"),
    ("hold", 40.0, None, SKIPPED, "stopped: watch failed"),
    ("put-back", 40.5, 41.0, DONE, f"what was done to {PRIMARY} is undone"),
    ("agree-back", 41.0, 65.0, DONE, "checkers see 1 of 1 endpoints healthy"),
    (ANSWER_BACK, 41.0, 66.0, DONE, f"{PRIMARY} answers"),
    ("users-back", 66.0, 70.0, DONE, "4 of 4 users are in us-east-1"),
    ("note:end", 70.0, 70.2, DONE, f"noted in {STANDBY}"),
)
UNRESTORED_STEPS: tuple[Told, ...] = (
    *OUTAGE_STEPS[:7],
    ("put-back", 91.0, 120.0, FAILED, "account 111111111111: UpdateStage was denied"),
    *((name, 120.0, None, SKIPPED, "needs put-back, which failed") for name in ("agree-back", ANSWER_BACK)),
    ("users-back", 120.0, None, SKIPPED, "needs put-back, which failed"),
    ("note:end", 120.0, None, SKIPPED, "needs put-back, which failed"),
)
UNRESTORED_LEVER_STEPS: tuple[Told, ...] = (
    *SWITCH_STEPS[:8],
    ("put-back", 91.0, 691.0, FAILED, f"not done within 600 s: CloudWatch in {STANDBY} does not answer"),
    *UNRESTORED_STEPS[8:],
)
FAILOVER_STEPS: tuple[Told, ...] = (
    (f"lever:evacuate:{PRIMARY}", 0.1, 0.3, DONE, "Evacuate-us-east-1 is out"),
    (f"hold:evacuate:{PRIMARY}", 0.3, 31.0, DONE, "the alarm agrees"),
    (ANSWER, 0.3, 33.0, DONE, f"{STANDBY} answers"),
)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def planned(told: Sequence[Told], verb: str) -> Plan:
    ids = tuple(dict.fromkeys(name for name, *_ in told))
    steps = tuple(step(name, region=PRIMARY, plane=Plane.DATA) for name in ids)
    return replace(plan(steps=steps, findings=(FINDING,), verb=verb), proof=PROOF)


def events_of(
    told: Iterable[Told],
    *,
    verb: str = "drill",
    facts: RunFacts | None = OUTAGE,
    requests: Sequence[TrafficRequest] = (),
    ended: tuple[float, str] | None = (150.3, "succeeded"),
    meant: Sequence[Told] = (),
) -> tuple[Event, ...]:
    """`ended` None: killed; `meant`: the steps of its plan. `facts` None: an older journal, without a plan.

    Requests count from two seconds before the run.
    """
    told = tuple(told)
    run = f"20261121T120000Z-{verb}-a1b2c3"
    found: list[Event] = []
    if facts is not None:
        data = (("plan", plan_json(planned(meant or told, verb))), ("facts", facts_json(facts)))
        found.append(Event(at=at(0), run=run, kind=EventKind.PLANNED, data=data))
    found.append(Event(at=at(0), run=run, kind=EventKind.RUN_STARTED, detail=verb))
    steps: list[Event] = []
    for name, began, over, kind, said in told:
        one = Event(at=at(began), run=run, kind=EventKind.STEP_STARTED, step=name, region=PRIMARY, detail="why")
        if over is not None:
            steps += [one, replace(one, at=at(over), kind=kind, detail=said)]
        elif kind is SKIPPED:
            steps.append(replace(one, kind=kind, detail=said))
        else:
            steps.append(one)
    found += sorted(steps, key=lambda one: one.at)
    if ended is not None:
        found.append(Event(at=at(ended[0]), run=run, kind=EventKind.RUN_ENDED, detail=ended[1]))
    if requests:
        data = (("from", at(-2).isoformat()), ("requests", encode_requests(requests)))
        found.append(Event(at=at((ended or (0, ""))[0]), run=run, kind=EventKind.TRAFFIC, data=data))
    return tuple(found)


def traffic(
    *, until: float, gone: float, moved: Sequence[float], back: Sequence[float] = (), lost: bool = True
) -> tuple[TrafficRequest, ...]:
    """Two requests a second from two seconds before the run, each resolver in turn.

    Resolver i leaves at `moved[i]` and returns at `back[i]`; from `gone` on the region fails its users, if `lost`.
    """
    found = []
    for number in range(round((until + 2) * 2)):
        now, resolver = number / 2 - 2, number % len(moved)
        away = moved[resolver] <= now < (back[resolver] if back else float("inf"))
        fails = lost and gone <= now < moved[resolver] and not away
        one = TrafficRequest(
            at=now + 2,
            latency_s=0.05,
            resolver=resolver,
            address="192.0.2.1",
            status=429 if fails else 200,
            region="" if fails else STANDBY if away else PRIMARY,
            host=HOST,
        )
        found.append(one)
    return tuple(found)


MOVED, BACK = (35.0, 45.0, 55.0, 60.0), (118.0, 125.0, 140.0, 148.0)
OUTAGE_USERS = traffic(until=150, gone=0.4, moved=MOVED, back=BACK)
PASSED = events_of(OUTAGE_STEPS, requests=OUTAGE_USERS)
SWITCHED = events_of(
    SWITCH_STEPS, facts=SWITCH, requests=traffic(until=150, gone=0.4, moved=MOVED, back=BACK, lost=False)
)
ABORTED = events_of(
    ABORTED_STEPS,
    requests=traffic(until=70, gone=0.4, moved=MOVED, back=(60.0, 62.0, 64.0, 68.0)),
    ended=(70.3, "failed"),
)
UNRESTORED = events_of(UNRESTORED_STEPS, requests=traffic(until=120, gone=0.4, moved=MOVED), ended=(120.3, "failed"))
UNRESTORED_LEVER = events_of(UNRESTORED_LEVER_STEPS, facts=SWITCH, ended=(691.3, "failed"))
KILLED = events_of((*OUTAGE_STEPS[:2], ("agree", 0.5, None, DONE, "")), ended=None, meant=OUTAGE_STEPS)
FAILOVER = events_of(
    FAILOVER_STEPS,
    verb="failover",
    facts=replace(SWITCH, mode=None),
    requests=traffic(until=33, gone=0.0, moved=(10.0, 20.0, 25.0, 30.0)),
    ended=(33.1, "succeeded"),
)
FAILBACK = events_of(
    (
        (f"steady:{ANSWER.partition(':')[2]}", 0.0, 0.05, DONE, "it answers 200"),
        *((name, began, over, kind, said.replace("out", "in")) for name, began, over, kind, said in FAILOVER_STEPS),
    ),
    verb="failback",
    facts=replace(SWITCH, mode=None),
    requests=traffic(until=33, gone=99, moved=(-9.0,) * 4, back=(10.0, 20.0, 25.0, 30.0)),
    ended=(33.1, "succeeded"),
)
OLD = events_of(FAILOVER_STEPS, verb="failover", facts=None, ended=(33.1, "succeeded"))
EVERY = {
    "passed": PASSED,
    "switched": SWITCHED,
    "aborted": ABORTED,
    "unrestored": UNRESTORED,
    "killed": KILLED,
    "failover": FAILOVER,
    "failback": FAILBACK,
    "old": OLD,
}


def report_of(events: Sequence[Event]) -> RunReport:
    """As `orchestrator report` makes it."""
    return measure_history(history(events))
