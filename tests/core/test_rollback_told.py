"""What a journal, a status and a run that goes on tell of releases and of going back."""

from __future__ import annotations

import json
from dataclasses import replace

from orchestrator.core.former_json import formers_json
from orchestrator.core.history import history
from orchestrator.core.overview import Overview
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.planning.rollback import plan_rollback
from orchestrator.core.resume import unproven_regions
from orchestrator.core.run import Event, EventKind, Verdict
from orchestrator.core.state import InstanceStatus, KeptRelease
from orchestrator.report import Style, plan_json, status_json, status_text
from tests.core.changed import BEFORE, NEW, NEW_RELEASE, OLD, OLD_RELEASE, changed, stood
from tests.core.landed import Bent, landed
from tests.core.landed import plan as planned
from tests.sample_world import EAST, NAMES, OTHER, TAKEN, WEST

GATE, BACK = f"gate:{OTHER}:{WEST}", f"rollback:compute:{WEST}"
FORWARD = planned(NEW, BEFORE)


def event(kind, *, step="", detail="", **data):
    return Event(at=TAKEN, run="r", kind=kind, step=step, region=WEST, detail=detail, data=tuple(sorted(data.items())))


def journal(*more):
    before = formers_json(stood().formers)
    observed = changed(WEST)
    back = plan_rollback(NEW.desired(observed), observed, stood(), {})
    return (
        event(EventKind.PLANNED, plan=plan_json(FORWARD), before=before),
        event(EventKind.RUN_STARTED, detail="deploy"),
        event(EventKind.STEP_STARTED, step=GATE),
        event(EventKind.STEP_FAILED, step=GATE, detail="answers 500"),
        event(EventKind.RUN_ENDED, detail="failed"),
        event(EventKind.PLANNED, plan=plan_json(back), before=before),
        event(EventKind.ROLLBACK, detail="the gate failed"),
        event(EventKind.RUN_STARTED, detail="rollback"),
        *more,
    )


WELL = (
    event(EventKind.STEP_SUCCEEDED, step=BACK),
    event(EventKind.STEP_SUCCEEDED, step=f"rollback-{GATE}"),
    event(EventKind.RUN_ENDED, detail="succeeded"),
)


def test_a_journal_tells_of_a_rollback_and_still_of_the_deployment_that_failed():
    told = history(journal(*WELL))

    assert (told.run.verb, told.run.release, told.run.verdict) == ("deploy", NEW_RELEASE, Verdict.FAILED)
    assert [(one.region, one.release) for one in told.run.rollback.back] == [(WEST, OLD_RELEASE)]
    assert told.basis == FORWARD.basis
    assert told.formers == stood().formers


def test_a_journal_that_ends_in_the_rollback_tells_that_it_was_broken_off():
    told = history(journal(WELL[0]))

    assert told.run.verdict is Verdict.INTERRUPTED
    assert told.run.rollback.left == ()
    assert [one.cause for one in told.run.rollback.unproven] == [f"rollback-{GATE}: not done"]


def test_the_gates_that_a_run_has_not_seen_pass_are_asked_when_it_goes_on():
    told = history(journal(*WELL))
    landed_new = landed(NEW)

    again = plan_deploy(NEW.desired(landed_new), landed_new, {}, unproven_regions(told))

    assert unproven_regions(told) == {WEST, EAST}
    assert [step.id for step in again.steps] == [f"gate:{OTHER}:{region}" for region in (WEST, EAST)]
    assert planned(NEW, landed_new).is_empty


def status(*kept):
    observed = replace(changed(WEST), releases=tuple(KeptRelease(one, TAKEN) for one in kept))
    return Overview(OLD.topology, OLD.topology.environments[0], NAMES, observed, {}).status()


def test_releases_with_which_a_deployment_ended_well_are_offered_first():
    observed = replace(BEFORE, releases=(KeptRelease("1" * 12, TAKEN), KeptRelease("0" * 12, TAKEN, TAKEN)))
    found = Overview(OLD.topology, OLD.topology.environments[0], NAMES, observed, {}).status()

    shown = status_text(found, Style())

    assert [one.release for one in found.earlier_releases] == ["0" * 12, "1" * 12]
    assert f"{'0' * 12}  kept since 2" in shown
    assert shown.count("; not known to have passed its gates") == 1
    assert [one["passed_gates_at"] is None for one in json.loads(status_json(found))["releases"]] == [True, False]


def test_regions_that_run_different_releases_are_named_with_both_ways_out():
    skew = next(one for one in status(OLD_RELEASE, NEW_RELEASE).findings if one.rule == "release-skew")
    lost = next(one for one in status(NEW_RELEASE).findings if one.rule == "release-skew")

    assert f"{EAST} {OLD_RELEASE}" in skew.message
    assert f"{WEST} {NEW_RELEASE}" in skew.message
    assert skew.fix == (
        "orchestrator deploy brings all to one release, "
        f"orchestrator deploy --release {OLD_RELEASE} all back to that of {EAST}"
    )
    assert "--release" not in lost.fix


def test_a_release_that_runs_everywhere_is_none_to_go_back_to():
    observed = replace(BEFORE, releases=tuple(KeptRelease(one, TAKEN) for one in (OLD_RELEASE, "0" * 12)))

    found = Overview(OLD.topology, OLD.topology.environments[0], NAMES, observed, {}).status()

    assert [one.release for one in found.earlier_releases] == ["0" * 12]
    assert len(found.releases) == 2


def outdated(*kept, observed=BEFORE):
    """The hint for an instance that a rollback left OUTDATED."""
    found = Bent(observed).instances("compute", lambda one: replace(one, status=InstanceStatus.OUTDATED), region=EAST)
    found = replace(found, releases=tuple(KeptRelease(one, TAKEN) for one in kept))
    status = Overview(OLD.topology, OLD.topology.environments[0], NAMES, found, {}).status()
    return next(one.fix for one in status.findings if one.rule == "instance-outdated")


def test_outdated_instances_are_settled_on_the_release_that_runs_everywhere():
    settled = f"orchestrator deploy --release {OLD_RELEASE} settles it on what runs everywhere; "

    assert outdated(OLD_RELEASE).startswith(settled)


def test_without_one_kept_release_the_plan_shows_what_outdated_instances_need():
    shows = "orchestrator plan shows what it needs"

    assert outdated() == shows
    assert outdated(OLD_RELEASE, NEW_RELEASE, observed=changed(WEST)) == shows
