"""A deployment while a drill is not put back: refused where it would change anything."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.core.plan import Finding, Severity
from orchestrator.core.planning.unrestored import held_by_drills
from tests.core.landed import landed, plan
from tests.core.test_overview import DRILL
from tests.sample_world import EAST, Sample, topology

SAMPLE = Sample(topology())
SEEN = landed(SAMPLE)
LEFT = replace(SEEN, drills=(DRILL,))
RELEASE = SAMPLE.edited(code="second")
NOTE = Finding("note", Severity.INFO, "here", "something else")


def test_what_changes_anything_is_refused_with_the_command_and_the_price():
    made = plan(RELEASE, LEFT)

    held = held_by_drills(replace(made, findings=(*made.findings, NOTE)))

    (error,) = [one for one in held.findings if one.severity is Severity.ERROR]
    assert made.steps
    assert (held.steps, held.complete) == ((), False)
    assert (error.rule, error.where) == ("drill-unfinished", EAST)
    assert error.message.endswith(f"has not ended: {EAST} may still be out of service")
    assert error.fix.startswith(f"orchestrator drill {EAST} --put-back; or add --despite-drill: ")
    assert NOTE in held.findings


def test_a_review_stays_good_for_the_same_deployment_after_the_drill_is_put_back():
    held = held_by_drills(plan(RELEASE, LEFT))

    assert held.fingerprint == plan(RELEASE, SEEN).fingerprint


def test_nothing_to_do_is_not_refused():
    made = plan(SAMPLE, LEFT)

    assert made.is_empty
    assert held_by_drills(made) == made


def test_without_a_drill_every_plan_stays_as_it_is():
    made = plan(RELEASE, SEEN)

    assert held_by_drills(made) == made
