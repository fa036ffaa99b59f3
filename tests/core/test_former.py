"""What stood before a run, when a failure calls for going back to it, and what came of that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.actions import ProbeRegion
from orchestrator.core.advice import after_deadline
from orchestrator.core.canonical import canonical_json
from orchestrator.core.former import Before, Definition, before_of, former_stack_set, is_touched, kept_since
from orchestrator.core.former_json import formers_json, formers_of
from orchestrator.core.names import TAG_RELEASE
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.planning.rollback import calls_for_rollback
from orchestrator.core.returns import Return, Returned, by_release, only_release, returned
from orchestrator.core.run import Run, StepRecord, StepStatus, Verdict, joined
from tests.core.changed import BEFORE, NEW, NEW_RELEASE, OLD, OLD_RELEASE, changed, stood
from tests.core.landed import Bent, landed
from tests.sample_world import EAST, OTHER, TAKEN, WEST


def test_what_stood_before_survives_the_journal():
    formers = stood().formers

    assert formers_of(formers_json(formers)) == formers


def test_an_instance_whose_stack_was_not_seen_stood_for_nothing():
    unseen = Bent(BEFORE).instances("compute", lambda one: replace(one, stack=None), region=WEST)

    before = stood(observed=unseen)

    assert {(one.layer, one.region) for one in before.formers} == {("infra", EAST), ("infra", WEST), ("compute", EAST)}


def test_before_the_first_deployment_nothing_is_known():
    nothing = Bent(BEFORE).without_set("infra", "compute")

    assert before_of(nothing, OLD.desired(nothing).stack_sets) == Before()


def test_a_run_that_goes_on_returns_to_what_was_before_its_own_beginning():
    now = changed(WEST)
    seen = before_of(now, NEW.desired(now).stack_sets)

    kept = kept_since(seen, stood().formers, release=NEW_RELEASE, infra="")

    releases = {(one.layer, one.region): one.release for one in kept.formers if one.layer == "compute"}
    assert releases == {("compute", EAST): OLD_RELEASE, ("compute", WEST): OLD_RELEASE}


def test_what_somebody_else_deployed_meanwhile_is_not_gone_behind():
    third = landed(OLD.edited(code="third"))
    seen = before_of(third, OLD.desired(third).stack_sets)

    assert kept_since(seen, stood().formers, release=NEW_RELEASE, infra="") == seen


def test_an_instance_without_a_stack_cannot_be_compared():
    former = stood().formers[0]
    instance = next(one for one in BEFORE.instances if "infra" in one.stack_set)

    assert not is_touched(former, replace(instance, stack=None))


def test_a_hidden_value_is_never_sent_back():
    former = next(one for one in stood().formers if one.layer == "compute" and one.region == WEST)
    masked = replace(former, parameters=(*former.parameters, ("Secret", "****")))
    declared = canonical_json({"Parameters": {name: {} for name in ("Release", "RegionRole", "Secret")}})
    base = (("RegionRole", "secondary"), ("Release", "x"), ("Secret", "****"))
    definition = Definition(layer="compute", body=declared, digest="d", parameters=base)

    made = former_stack_set(NEW.desired(BEFORE).compute, masked, definition)

    assert dict(made.parameters) == {"Release": OLD_RELEASE, "RegionRole": "secondary"}
    assert made.overrides == ((WEST, (("RegionRole", "secondary"),)),)
    assert dict(made.tags)[TAG_RELEASE] == OLD_RELEASE


# -- when, and what came of it ------------------------------------------------------------------------------------


def ran(*pairs, verb="deploy", verdict=Verdict.FAILED, returns=()):
    records = tuple(
        StepRecord(id=step, status=status, region=step.rpartition(":")[2], reason=reason)
        for step, status, reason in pairs
    )
    return Run(
        id="r",
        verb=verb,
        application="sample",
        environment="production",
        release=NEW_RELEASE,
        verdict=verdict,
        started_at=TAKEN,
        ended_at=TAKEN,
        steps=records,
        returns=returns,
    )


FAILED, SKIPPED, DONE = StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.SUCCEEDED
REASONS = {
    "an instance": ([(f"update:compute:{WEST}", FAILED, "")], True),
    "a gate": ([(f"gate:{OTHER}:{WEST}", FAILED, "")], True),
    "another gate": ([(f"gate-alarms:{OTHER}:{WEST}", FAILED, "")], True),
    "code": ([(f"replica:app:{WEST}", FAILED, "")], False),
    "nothing": ([(f"update:compute:{WEST}", DONE, "")], False),
}


@pytest.mark.parametrize(("records", "due"), REASONS.values(), ids=REASONS)
def test_a_gate_or_an_instance_calls_for_a_rollback(records, due):
    plan = plan_deploy(NEW.desired(BEFORE), BEFORE, {})

    assert calls_for_rollback(plan, ran(*records)) is due


def test_who_stopped_an_operation_wants_no_others_in_any_direction():
    plan = plan_deploy(NEW.desired(BEFORE), BEFORE, {})
    run = ran((f"update:compute:{WEST}", FAILED, ""), (f"gate:{OTHER}:{EAST}", FAILED, ""))
    stopped = replace(run, steps=(replace(run.steps[0], stopped=True), run.steps[1]))

    assert not calls_for_rollback(plan, stopped)


WANTED = (
    Return(layer="compute", region=EAST, release="a"),
    Return(layer="compute", region=WEST, release="a"),
    Return(layer="infra", region=WEST),
    Return(layer="infra", region=EAST, cause="holds data"),
)


def test_a_region_is_back_when_every_step_about_it_succeeded():
    run = ran(
        (f"rollback:compute:{EAST}", DONE, ""),
        (f"rollback-gate:{OTHER}:{EAST}", DONE, ""),
        (f"rollback:compute:{WEST}", DONE, ""),
        (f"rollback-gate:{OTHER}:{WEST}", FAILED, "answers 500"),
        (f"rollback:infra:{WEST}", DONE, ""),
        (f"gate:{OTHER}:{EAST}", FAILED, "the reason for it all"),
    )

    found = returned(WANTED, run.steps)

    assert [(one.layer, one.region) for one in found.back] == [("compute", EAST), ("infra", WEST)]
    assert [(one.layer, one.region, one.cause) for one in found.left] == [("infra", EAST, "holds data")]
    assert [(one.layer, one.region, one.cause) for one in found.unproven] == [
        ("compute", WEST, f"rollback-gate:{OTHER}:{WEST}: answers 500")
    ]


@pytest.mark.parametrize(
    ("releases", "only"), [((), ""), (("a",), "a"), (("a", "a", ""), "a"), (("a", "b"), "")], ids=str
)
def test_a_way_back_is_one_release_or_none(releases, only):
    returns = [Return(layer="compute", region=EAST, release=one) for one in releases]

    assert only_release((*returns, Return(layer="infra", region=EAST, release="c"))) == only


def test_the_gate_of_a_rollback_has_advice_of_its_own():
    gate = ProbeRegion(OTHER, EAST, "host", "target", "/health", "a")

    assert "deploy the release before" in after_deadline(gate, "deploy")
    assert "it runs the release before again" in after_deadline(gate, "rollback")
    assert "comes and goes" in after_deadline(gate, "failback")


def test_regions_that_return_to_one_release_are_named_together():
    again = (*WANTED, Return(layer="compute", region=WEST, release="a", accounts=(OTHER,)))

    assert by_release(again) == (("a", (EAST, WEST)),)


FORWARD = ran((f"gate:{OTHER}:{WEST}", FAILED, "no"))


@pytest.mark.parametrize(
    ("verdict", "told"),
    [(Verdict.SUCCEEDED, Verdict.FAILED), (Verdict.FAILED, Verdict.FAILED), (Verdict.INTERRUPTED, Verdict.INTERRUPTED)],
)
def test_a_rollback_makes_no_success_of_what_failed_before_it(verdict, told):
    status = DONE if verdict is Verdict.SUCCEEDED else SKIPPED
    rolled = ran((f"rollback:compute:{WEST}", status, ""), verb="rollback", verdict=verdict, returns=WANTED[1:2])

    run = joined([FORWARD, rolled])

    assert (run.verb, run.verdict, run.release) == ("deploy", told, NEW_RELEASE)
    assert {step.id: step.status for step in run.steps} == {
        f"gate:{OTHER}:{WEST}": FAILED,
        f"rollback:compute:{WEST}": status,
    }
    assert (run.rollback == Returned(WANTED[1:2], ())) is (verdict is Verdict.SUCCEEDED)


def test_a_run_that_went_on_after_its_rollback_and_succeeded_is_a_success():
    rolled = ran(
        (f"rollback:compute:{WEST}", DONE, ""), verb="rollback", verdict=Verdict.SUCCEEDED, returns=WANTED[1:2]
    )
    again = ran((f"gate:{OTHER}:{WEST}", DONE, ""), verdict=Verdict.SUCCEEDED)

    run = joined([FORWARD, rolled, again])

    assert (run.verdict, run.rollback) == (Verdict.SUCCEEDED, None)
