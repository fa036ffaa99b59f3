"""Reports of runs as they are met: drills that passed, failed and were aborted, a failover, deploys, a table-top."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from orchestrator.core.detection import detection
from orchestrator.core.drill import DrillMode, DrillVerdict
from orchestrator.core.plan import Finding, Severity
from orchestrator.core.run import StepRecord, StepStatus, Verdict
from orchestrator.core.run_report import Moment, ObjectiveResult, PlannedStep, RunFacts, RunReport
from tests.report.run_world import SHARED, asked, moved, past, phases, proof, reported, run, step
from tests.report.samples import NOON
from tests.sample_world import EAST, SOUTH, WEST

FACTS = RunFacts(
    region=EAST,
    mode=DrillMode.OUTAGE,
    hosts=(SHARED,),
    regions=(EAST, WEST),
    rto_s=180,
    longest_gap_s=120,
    availability_percent=80,
    detection=detection(10, 3, 60),
    configuration_digest="9f2c51c9a1d07b6e2f9e3d0b5a44c87d1e6f0a2b3c4d5e6f708192a3b4c5d6e7",
)


_STEPS = (
    ("note:begin", "others must know that a drill runs", "data", WEST),
    ("take-out", "the application stops answering there, as in an outage", "data", EAST),
    ("agree", "the checkers of Route 53 must find out by themselves", "data", WEST),
    ("answer:111111111111", "the name servers must send users elsewhere", "data", "global"),
    ("users", "every resolver must have forgotten the region", "data", "global"),
    ("hold", "the standby carries the load for a while", "data", ""),
    ("watch", "the standby may not exceed its limits", "data", WEST),
    ("put-back", "the region answers again", "data", EAST),
    ("agree-back", "the checkers must see it healthy", "data", WEST),
    ("answer-back:111111111111", "the name servers must send users home", "data", "global"),
    ("users-back", "every resolver must be back", "data", "global"),
    ("note:end", "the drill is over", "data", WEST),
)
DRILL_STEPS = tuple(
    PlannedStep(id=name, reason=reason, plane=plane, home_region=home, region=EAST)
    for name, reason, plane, home in _STEPS
)


def timed(*ends: float) -> tuple[StepRecord, ...]:
    """The steps of a drill that went well; each begins when the one before ended, the guard beside them."""
    records, since = [], 0.0
    for (name, *_), end in zip(_STEPS, ends, strict=True):
        records.append(step(name, 2.5 if name == "watch" else since, end, "as expected" if name == "agree" else ""))
        since = end
    return tuple(records)


def _outage_drill(users: int = 8, per_second: float = 1.0) -> RunReport:
    requests = asked(
        moved(36, 60, 262),
        360,
        users=users,
        dead=lambda at, region: region == EAST and 2.5 <= at < 216,
        per_second=per_second,
    )
    report = RunReport(
        run=run(
            "drill", Verdict.SUCCEEDED, 341, *timed(0.4, 2.5, 35.8, 37.1, 95.6, 215.6, 215.6, 216.4, 258, 262, 326, 341)
        ),
        facts=FACTS,
        verdict=DrillVerdict.PASSED,
        why="every objective was met, and all that was taken away is back",
        objectives=(
            ObjectiveResult(name="rto", unit="s", objective=180, measured=93.1, met=True),
            ObjectiveResult(name="longest_gap", unit="s", objective=120, measured=34.6, met=True),
            ObjectiveResult(name="availability", unit="%", objective=80, measured=83.86, met=True),
        ),
        phases=phases(0.4, 2.5, 35.8, 37.1, 39.2, 95.6, 215.6, 216.4, 326),
        timeline=(
            Moment(NOON, "the drill begins"),
            Moment(NOON + timedelta(seconds=2.5), "is taken out", "its application answers nobody", EAST),
            Moment(NOON + timedelta(seconds=2.6), "first request fails", "connection refused", EAST),
            Moment(NOON + timedelta(seconds=35.8), "is unhealthy", "by 15 of 16 checkers", EAST),
            Moment(NOON + timedelta(seconds=39.2), "first good answer", "status 200", WEST),
            Moment(NOON + timedelta(seconds=95.6), "serves all users", "8 of 8", WEST),
            Moment(NOON + timedelta(seconds=216.4), "is put back", "", EAST),
            Moment(NOON + timedelta(seconds=326), "serves all users", "8 of 8", EAST),
        ),
        steps=DRILL_STEPS,
        proof=proof(EAST, WEST),
        past=past(
            (142.0, DrillVerdict.PASSED),
            (211.0, DrillVerdict.FAILED),
            (None, DrillVerdict.ABORTED),
            (101.0, DrillVerdict.PASSED),
            (97.5, DrillVerdict.PASSED),
        ),
    )
    return reported(report, requests)


def chain() -> RunReport:
    """Three regions, switched by the lever; on the embedded AWS, eight times faster. Nobody was lost."""
    base = outage_drill()
    requests = asked(moved(62, 60, 310), 420, users=12, dead=lambda at, region: False)
    facts = replace(
        base.facts,
        mode=DrillMode.SWITCH,
        regions=(EAST, WEST, SOUTH),
        clock_factor=8.0,
        simulated="the embedded AWS",
    )
    objectives = (
        ObjectiveResult(name="rto", unit="s", objective=180, measured=0.0, met=True),
        ObjectiveResult(name="longest_gap", unit="s", objective=120, measured=0.0, met=True),
        ObjectiveResult(name="availability", unit="%", objective=99, measured=100.0, met=True),
    )
    measured = replace(
        base,
        facts=facts,
        objectives=objectives,
        proof=proof(EAST, WEST, SOUTH),
        phases=_CHAIN_PHASES,
        past=past(*_MONTHS),
    )
    return reported(replace(measured, timeline=base.timeline[:2]), requests)


_MONTHS = tuple((90.0 + place * 7 % 120, DrillVerdict.PASSED) for place in range(40))
_CHAIN_PHASES = phases(0.3, 0.9, 61.0, 62.2, 63.0, 121.5, 241.5, 242.0, 372.0)


def aborted() -> RunReport:
    """The guard stopped it: the region that took over answered too slowly."""
    base = outage_drill()
    why = "the guard stopped the drill: answers take 1840 ms in the median, more than 800 ms"
    ended = {"watch": ("failed", 61.0), "users": ("skipped", 61.0), "hold": ("skipped", None)}
    records = tuple(
        step(name, 37.1, 61.0, why, StepStatus.FAILED)
        if name == "watch"
        else step(name, None, None, "needs watch", StepStatus.SKIPPED)
        if name in ended
        else one
        for one in timed(0.4, 2.5, 35.8, 37.1, 61.0, 61.0, 61.0, 61.9, 104, 108, 171, 172)
        for name in (one.id,)
    )
    requests = tuple(
        replace(one, latency_s=1.6 + one.latency_s) if one.region == WEST else one
        for one in asked(moved(36, 60, 108), 190, dead=lambda at, region: region == EAST and 2.5 <= at < 61.9)
    )
    report = replace(
        base,
        run=run("drill", Verdict.FAILED, 172, *records),
        verdict=DrillVerdict.ABORTED,
        why=why,
        objectives=(ObjectiveResult(name="rto", unit="s", objective=180, measured=None, met=False),),
        phases=phases(0.4, 2.5, 35.8, 37.1, 39.2, None, None, 61.9, 171),
        timeline=(),
        past=(),
    )
    return reported(report, requests)


def unrestored() -> RunReport:
    """The worst of ends: the region did not come back."""
    base = outage_drill()
    refused = "Route 53 refused the write (AccessDenied); orchestrator failback --to us-east-1 tries again"
    records = tuple(
        step(one.id, 215.6, 245.6, refused, StepStatus.FAILED)
        if one.id == "put-back"
        else step(one.id, None, None, "needs put-back", StepStatus.SKIPPED)
        if one.id.endswith("back") or "-back:" in one.id
        else one
        for one in base.run.steps
    )
    finding = Finding(
        "region-away",
        Severity.ERROR,
        EAST,
        "us-east-1 is still out after the drill; its users are in us-west-2",
        "orchestrator failback --to us-east-1",
    )
    report = replace(
        base,
        run=run("drill", Verdict.FAILED, 246, *records),
        verdict=DrillVerdict.FAILED,
        why="us-east-1 could not be put back: Route 53 refused the write",
        phases=phases(0.4, 2.5, 35.8, 37.1, 39.2, 95.6, 215.6, None, None),
        restored=False,
        findings=(finding,),
    )
    return reported(report, [one for one in base.requests if one.at < 250])


def failover() -> RunReport:
    """A real one: no verdict of its own, and the region stays out."""
    requests = asked(moved(63, 60, 9999), 150, dead=lambda at, region: region == EAST and at < 130)
    lever = f"lever:evacuate:{EAST}"
    report = RunReport(
        run=run(
            "failover",
            Verdict.SUCCEEDED,
            128,
            step(lever, 0.0, 0.8, "no longer healthy"),
            step(f"hold:evacuate:{EAST}", 0.8, 61.2, "Route 53 has heard of it"),
            step("answer:111111111111", 61.2, 62.9, f"answers {WEST}"),
            step("users", 62.9, 128, "8 of 8 users are no longer in us-east-1"),
        ),
        facts=replace(FACTS, mode=None, detection=None),
        objectives=(ObjectiveResult(name="rto", unit="s", objective=180, measured=121.5, met=True),),
        phases=phases(0.1, 0.8, 61.2, 62.9, 63.4, 128, None, None, None)[:6],
        steps=(
            PlannedStep(id=lever, reason="users must leave us-east-1", plane="data", home_region=WEST),
            PlannedStep(id=f"hold:evacuate:{EAST}", reason="until it holds", plane="data", home_region=WEST),
            PlannedStep(id="answer:111111111111", reason="DNS must follow", plane="data", home_region="global"),
            PlannedStep(id="users", reason="and so must users", plane="data", home_region="global"),
        ),
        proof=proof(EAST, WEST),
    )
    return reported(report, requests)


def failback() -> RunReport:
    """Back again; users follow without a failure."""
    base = failover()
    report = replace(
        base,
        run=replace(base.run, verb="failback", id="20261121T121000Z-failback-d4e5f6"),
        objectives=(ObjectiveResult(name="rto", unit="s", objective=180, measured=0.0, met=True),),
    )
    requests = asked(moved(63, 60, 9999, home=WEST, other=EAST), 150, dead=lambda at, region: False)
    return reported(report, requests)


def deploy() -> RunReport:
    """A release that users felt: a few answers of the region that was being updated failed."""
    steps = (
        step("upload:app", 0.0, 2.1, "version 3"),
        step("update:compute:us-west-2", 2.1, 64.0),
        step("gate:111111111111:us-west-2", 64.0, 66.5, "200 in 81 ms"),
        step("update:compute:us-east-1", 66.5, 131.0),
        step("gate:111111111111:us-east-1", 131.0, 133.2, "200 in 24 ms"),
    )
    requests = tuple(
        replace(one, status=502, latency_s=0.4) if 95 < one.at < 99 and one.resolver % 2 else one
        for one in asked(lambda at, user: EAST, 140, users=4, dead=lambda at, region: False)
    )
    report = RunReport(
        run=run("deploy", Verdict.SUCCEEDED, 134, *steps),
        facts=replace(FACTS, region="", mode=None, detection=None),
        steps=tuple(
            PlannedStep(
                id=one.id,
                reason="the release differs",
                plane="data" if one.id.startswith("gate") else "control",
                home_region=WEST,
            )
            for one in steps
        ),
        findings=(
            Finding("release-skew", Severity.WARNING, "release", "the regions run different releases", "deploy again"),
        ),
    )
    return reported(report, requests)


def nobody_asked() -> RunReport:
    """A drill without traffic: nothing could be measured."""
    base = outage_drill()
    objectives = (ObjectiveResult(name="rto", unit="s", objective=180, measured=None, met=True),)
    return replace(base, requests=(), traffic=None, traffic_from=None, objectives=objectives, past=())


def tabletop() -> RunReport:
    """In the simulation, on its own clock."""
    base = outage_drill()
    facts = replace(base.facts, mode=DrillMode.TABLETOP, simulated="the simulation")
    return replace(base, facts=facts, past=())


def outage_drill() -> RunReport:
    """Two regions, a real outage, about three thousand requests."""
    return _outage_drill()


def busy() -> RunReport:
    """The same with twenty thousand requests."""
    return _outage_drill(users=22, per_second=2.5)


SAMPLES: dict[str, Callable[[], RunReport]] = {
    "outage-drill": outage_drill,
    "chain": chain,
    "aborted": aborted,
    "unrestored": unrestored,
    "failover": failover,
    "failback": failback,
    "deploy": deploy,
    "busy": busy,
    "nobody-asked": nobody_asked,
    "tabletop": tabletop,
}
