"""What a failed run returns, as a table: seen before, seen now, and the steps or the cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from orchestrator.core.plan import Severity
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.planning.rollback import as_it_stays, plan_rollback
from orchestrator.core.release import ReleaseRecord
from orchestrator.core.returns import Return
from orchestrator.core.state import InstanceStatus, KeptRelease, Operation, OperationStatus, Silent
from orchestrator.core.topology import OnFailure
from orchestrator.simulation.stand_ins import template
from tests.core.changed import BEFORE, NEW, OLD, OLD_RELEASE, changed, stood
from tests.core.landed import Bent, landed
from tests.sample_world import (
    EAST,
    FAR_UNIT,
    HOME,
    MEMBERS,
    NAMES,
    OTHER,
    TAKEN,
    TWO_ACCOUNTS,
    UNIT,
    WEST,
    infra_body,
    topology,
)


def back(observed, *, sample=NEW, before=None, create_only=None):
    return plan_rollback(sample.desired(observed), observed, before or stood(), create_only or {})


def steps(plan):
    return [step.id for step in plan.steps]


# -- what goes back -----------------------------------------------------------------------------------------------


def test_only_what_the_run_changed_goes_back_and_each_region_is_asked():
    plan = back(changed(WEST))

    assert steps(plan) == [f"rollback:compute:{WEST}", f"rollback-gate:{OTHER}:{WEST}"]
    operation, gate = plan.steps
    assert dict(operation.action.stack_set.parameters)["Release"] == OLD_RELEASE
    assert operation.action.targets.accounts == (OTHER,)
    assert (gate.action.release, gate.after) == (OLD_RELEASE, (operation.id,))
    assert (plan.verb, plan.release, plan.complete) == ("rollback", OLD_RELEASE, True)
    assert plan.returns == (Return(layer="compute", region=WEST, release=OLD_RELEASE),)


def test_the_region_that_serves_goes_first_and_none_needs_that_another_succeeds():
    plan = back(changed(EAST, WEST))

    first, second = (step for step in plan.steps if step.id.startswith("rollback:"))
    assert (first.region, first.needs, first.after) == (EAST, (), ())
    assert (second.region, second.needs, second.after) == (WEST, (), (first.id,))


def test_nothing_changed_is_nothing_to_return():
    assert back(BEFORE).returns == ()


def test_an_instance_that_cloudformation_returned_by_itself_is_made_current_again():
    failed = Bent(BEFORE).instances(
        "compute", lambda one: replace(one, status=InstanceStatus.OUTDATED, last_operation="op-2"), region=WEST
    )
    stack_set = changed(WEST).stack_set(NAMES.stack_set("compute"))
    observed = replace(failed, stack_sets=(*BEFORE.stack_sets[:2], stack_set))

    plan = back(observed)

    assert f"rollback:compute:{WEST}" in steps(plan)


def test_rolling_back_takes_no_operation_id_that_was_spent():
    observed = changed(WEST)
    spent = back(observed).steps[0].action.operation_id
    done = Operation(spent, "UPDATE", OperationStatus.FAILED)
    present = observed.stack_set(NAMES.stack_set("compute"))
    sets = tuple(replace(one, operations=(done,)) if one == present else one for one in observed.stack_sets)

    again = back(replace(observed, stack_sets=sets)).steps[0].action.operation_id

    assert again != spent
    assert again == back(replace(observed, stack_sets=sets)).steps[0].action.operation_id


def in_flight(observed, *, region=""):
    """The same with an operation of compute under way; `region`: where its instances say so."""
    name = NAMES.stack_set("compute")
    running = Operation("theirs", "UPDATE", OperationStatus.RUNNING)
    sets = tuple(replace(one, operations=(running,)) if one.name == name else one for one in observed.stack_sets)
    there = Bent(observed).instances("compute", lambda one: replace(one, last_operation="theirs"), region=region)
    return replace(there if region else observed, stack_sets=sets)


def test_an_operation_that_may_be_at_work_anywhere_is_waited_for_before_anything_goes_back():
    plan = back(in_flight(changed(WEST)))

    assert steps(plan) == ["await:compute:theirs"]
    assert not plan.complete
    assert "in flight" in plan.returns[0].cause


def test_an_operation_holds_up_only_the_regions_that_it_is_at_work_in():
    plan = back(in_flight(changed(EAST, WEST), region=EAST))

    assert steps(plan) == ["await:compute:theirs", f"rollback:compute:{WEST}", f"rollback-gate:{OTHER}:{WEST}"]
    assert all(not step.needs for step in plan.steps)
    assert not plan.complete
    assert {one.region: bool(one.cause) for one in plan.returns} == {EAST: True, WEST: False}


def test_an_operation_elsewhere_holds_up_nothing():
    silent = Bent(in_flight(changed(EAST, WEST), region=EAST)).instances(
        "compute", lambda one: replace(one, stack=None), region=EAST
    )

    plan = back(silent)

    assert steps(plan) == [f"rollback:compute:{WEST}", f"rollback-gate:{OTHER}:{WEST}"]
    assert plan.complete


def test_a_rollback_that_is_not_begun_tells_what_stays_and_why():
    before = stood()
    none = replace(before, formers=tuple(one for one in before.formers if one.region != EAST))

    stays = as_it_stays(back(changed(EAST, WEST), before=none), "somebody said no")

    causes = {(one.layer, one.region): one.cause for one in stays.returns}
    assert (stays.steps, stays.complete) == ((), True)
    assert causes["compute", WEST] == "somebody said no"
    assert "first deployment" in causes["compute", EAST]


def test_a_layer_that_does_not_exist_has_nothing_in_flight():
    observed = changed(WEST)
    sets = tuple(one for one in observed.stack_sets if one.name != NAMES.stack_set("infra"))

    assert steps(back(replace(observed, stack_sets=sets)))[0] == f"rollback:compute:{WEST}"


def mixed(accounts):
    """Two accounts, one of which ran a third release in the standby; what stood, what is now, the third release."""
    old, new = (one.edited(topology=topology(accounts=accounts)) for one in (OLD, NEW))
    third = old.edited(code="third")
    odd = {one.account: one for one in landed(third).instances if one.region == WEST and "compute" in one.stack_set}
    before = Bent(landed(old)).instances("compute", lambda one: odd[accounts[0]], account=accounts[0], region=WEST)
    return stood(old, before), changed(WEST, sample=new, before=before), third.inputs.release


def test_accounts_that_ran_different_releases_return_each_to_its_own():
    before, observed, third = mixed(TWO_ACCOUNTS)

    plan = back(observed, sample=NEW.edited(topology=topology(accounts=TWO_ACCOUNTS)), before=before)

    operations = [step for step in plan.steps if step.id.startswith("rollback:")]
    assert {(one.action.targets.accounts, dict(one.action.stack_set.parameters)["Release"]) for one in operations} == {
        ((OTHER,), OLD_RELEASE),
        ((HOME,), third),
    }
    assert len({one.id for one in operations}) == 2
    assert {one.accounts for one in plan.returns} == {(OTHER,), (HOME,)}
    assert plan.release == ""


TWO_UNITS = topology(units=(UNIT, FAR_UNIT))


def in_units(observed):
    """The first member in the first unit, the second in the other."""
    of = dict(zip(MEMBERS, (UNIT, FAR_UNIT), strict=True))
    placed = tuple(replace(one, organizational_unit=of.get(one.account, "")) for one in observed.instances)
    return replace(observed, instances=placed)


def units_asked(plan):
    """Which units each operation of a rollback takes, and to which release."""
    operations = [step.action for step in plan.steps if step.id.startswith("rollback:")]
    return {(one.targets.organizational_units, dict(one.stack_set.parameters)["Release"]) for one in operations}


def test_a_unit_that_the_run_never_touched_is_in_no_operation():
    old, new = (one.edited(topology=topology(accounts=MEMBERS)) for one in (OLD, NEW))
    before = landed(old)
    untouched = {(one.stack_set, one.place): one for one in before.instances}
    observed = Bent(changed(WEST, sample=new, before=before)).instances(
        "compute", lambda one: untouched[one.stack_set, one.place], account=MEMBERS[1]
    )

    plan = back(in_units(observed), sample=NEW.edited(topology=TWO_UNITS), before=stood(old, before))

    assert units_asked(plan) == {((UNIT,), OLD_RELEASE)}
    assert [one.accounts for one in plan.returns] == [()]


def test_units_that_ran_different_releases_return_each_to_its_own():
    before, observed, third = mixed(MEMBERS)

    plan = back(in_units(observed), sample=NEW.edited(topology=TWO_UNITS), before=before)

    assert units_asked(plan) == {((UNIT,), third), ((FAR_UNIT,), OLD_RELEASE)}
    assert {one.cause for one in plan.returns} == {""}


def test_an_account_that_stays_for_a_cause_of_its_own_keeps_no_other_of_its_unit():
    old, new = (one.edited(topology=topology(accounts=MEMBERS)) for one in (OLD, NEW))
    before = landed(old)
    observed = Bent(changed(WEST, sample=new, before=before)).stack(
        "compute", account=MEMBERS[0], region=WEST, status="UPDATE_ROLLBACK_FAILED"
    )

    plan = back(observed, sample=NEW.edited(topology=topology(units=(UNIT,))), before=stood(old, before))

    assert {one.accounts: bool(one.cause) for one in plan.returns} == {(MEMBERS[0],): True, (MEMBERS[1],): False}


def test_a_unit_is_left_alone_where_going_back_would_change_an_account_that_the_run_never_touched():
    before, observed, _ = mixed(MEMBERS)
    untouched = Bent(observed).instances(
        "compute",
        lambda one: replace(
            one,
            last_operation=next(old for old in before.formers if old.place == ("compute", *one.place)).operation,
            stack=replace(
                one.stack,
                digest=before.of("compute", one).digest,
                parameters=before.of("compute", one).parameters,
            ),
        ),
        account=MEMBERS[0],
    )

    plan = back(untouched, sample=NEW.edited(topology=topology(units=(UNIT,))), before=before)

    assert plan.steps == ()
    assert ["only as a whole" in one.cause for one in plan.returns] == [True]


def test_units_whose_accounts_ran_different_releases_are_left_alone():
    before, observed, _ = mixed(MEMBERS)

    plan = back(observed, sample=NEW.edited(topology=topology(units=(UNIT,))), before=before)

    assert plan.steps == ()
    assert len(plan.returns) == 2
    assert all("only as a whole" in one.cause for one in plan.returns)


# -- what does not ------------------------------------------------------------------------------------------------


def test_a_region_without_a_past_is_named_and_left():
    before = stood()
    none = replace(before, formers=tuple(one for one in before.formers if one.region != WEST))

    plan = back(changed(WEST), before=none)

    assert plan.steps == ()
    assert {one.cause for one in plan.returns} == {"it is its first deployment: there is nothing to go back to"}


def test_a_template_that_is_kept_nowhere_is_named():
    plan = back(changed(WEST), before=replace(stood(), definitions=()))

    assert plan.steps == ()
    assert "kept nowhere" in plan.returns[0].cause


def test_the_record_of_the_release_is_a_way_back_of_its_own():
    compute = template("compute", OLD.compute)
    values = tuple((name, str(value)) for name, value in OLD.desired(BEFORE).compute.parameters)
    record = ReleaseRecord(
        release=OLD_RELEASE,
        application="sample",
        environment="production",
        made_at=datetime(2026, 1, 1, tzinfo=UTC),
        run="r",
        template=compute,
        parameters=values,
        artifacts=OLD.inputs.artifacts,
    )

    plan = back(changed(WEST), before=replace(stood(), definitions=()).with_records([record]))

    assert steps(plan)[0] == f"rollback:compute:{WEST}"
    assert plan.steps[0].action.stack_set.body == OLD.compute


def test_a_stack_that_no_update_gets_out_of_is_named_with_its_command_and_the_rest_goes_back():
    observed = Bent(changed(EAST, WEST)).stack("compute", region=EAST, status="UPDATE_ROLLBACK_FAILED")

    plan = back(observed)

    assert f"rollback:compute:{WEST}" in steps(plan)
    assert f"rollback:compute:{EAST}" not in steps(plan)
    cause = next(one.cause for one in plan.returns if one.region == EAST)
    assert "continue-update-rollback" in cause
    assert not any(one.severity is Severity.ERROR for one in plan.findings)


def test_a_region_that_is_silent_is_named():
    silent = Bent(changed(EAST, WEST)).instances("compute", lambda one: replace(one, stack=None), region=WEST)
    observed = replace(silent, silent=(Silent(WEST, OTHER, "stacks", "no answer"),))

    plan = back(observed)

    assert "did not answer" in next(one.cause for one in plan.returns if one.region == WEST)
    assert not any(WEST in step for step in steps(plan))


def test_a_region_that_is_silent_and_was_never_touched_is_none_of_it():
    silent = Bent(changed(WEST)).instances("compute", lambda one: replace(one, stack=None), region=EAST)

    plan = back(replace(silent, silent=(Silent(EAST, OTHER, "stacks", "no answer"),)))

    assert [one.region for one in plan.returns] == [WEST]


def test_a_region_is_asked_at_the_path_that_its_check_asked_before():
    made = topology()
    moved = NEW.edited(topology=replace(made, health=replace(made.health, path="/new")))

    asked = [
        step.action.path for step in back(changed(WEST), sample=moved).steps if step.id.startswith("rollback-gate")
    ]
    unknown = back(replace(changed(WEST), health_checks=()), sample=moved).steps[-1].action.path

    assert asked == [made.health.path]
    assert unknown == "/new"


def test_an_account_that_does_not_go_back_keeps_no_other_from_it_and_is_asked_all_the_same():
    operation, gate = back(changed(WEST)).steps

    assert operation.action.fan_out.most_failed(100) == 100
    assert (gate.needs, gate.after) == ((), (operation.id,))


def test_without_an_api_domain_nobody_can_be_asked_but_it_goes_back():
    observed = Bent(changed(WEST)).stack("infra", outputs=())

    assert steps(back(observed)) == [f"rollback:compute:{WEST}"]


# -- infra --------------------------------------------------------------------------------------------------------

WITHOUT_CERTIFICATE = OLD.edited(infra=infra_body(certificate=False))
RULES = {"AWS::DynamoDB::GlobalTable": frozenset({"Properties/KeySchema"})}


def both(sample, before=BEFORE):
    return changed(EAST, WEST, sample=sample, before=before, layers=("infra", "compute"))


def test_infra_goes_back_once_compute_of_its_region_is_back():
    sample = NEW.edited(infra=infra_body(note="new"))

    plan = back(both(sample), sample=sample, create_only=RULES)

    infra = [step for step in plan.steps if step.id.startswith("rollback:infra:")]
    assert [one.needs for one in infra] == [(f"rollback:compute:{EAST}",), (f"rollback:compute:{WEST}",)]
    assert infra[1].after == (infra[0].id,)
    assert {change.id for change in plan.changes} >= {"stack-set:infra", "stack-set:compute"}


def test_infra_that_holds_data_stays_while_compute_goes_back():
    before = landed(WITHOUT_CERTIFICATE)

    plan = back(both(NEW, before), before=stood(WITHOUT_CERTIFICATE, before), create_only=RULES)

    causes = {(one.layer, one.region): one.cause for one in plan.returns}
    assert all("Certificate" in causes[("infra", region)] for region in (EAST, WEST))
    assert causes[("compute", EAST)] == ""
    assert not any("infra" in step for step in steps(plan))


def test_infra_that_cloudformation_returned_by_itself_risks_nothing():
    sample = NEW.edited(infra=infra_body(domain="EDGE"))
    failed = Bent(both(sample)).instances(
        "infra",
        lambda one: replace(
            next(old for old in BEFORE.instances if (old.stack_set, old.place) == (one.stack_set, one.place)),
            last_operation="op-2",
        ),
    )

    plan = back(failed, sample=sample)

    assert {one.cause for one in plan.returns if one.layer == "infra"} == {""}


def test_infra_that_runs_what_nobody_knows_is_left_alone():
    observed = Bent(changed(WEST)).stack("infra", region=WEST, digest="elsewhere")

    plan = back(observed)

    assert "cannot be told" in next(one.cause for one in plan.returns if one.layer == "infra")


# -- beforehand ---------------------------------------------------------------------------------------------------


def announced(sample=NEW, observed=BEFORE):
    return plan_deploy(sample.desired(observed), observed, {}).returns


def test_a_deployment_says_to_what_each_region_would_return():
    assert announced() == (
        Return(layer="compute", region=EAST, release=OLD_RELEASE),
        Return(layer="compute", region=WEST, release=OLD_RELEASE),
    )
    assert announced(OLD) == ()


def test_a_deployment_says_beforehand_what_would_stay():
    made = topology()
    stops = replace(made, rollout=replace(made.rollout, on_failure=OnFailure.STOP))

    stay = announced(NEW.edited(topology=stops))
    infra = announced(NEW, landed(WITHOUT_CERTIFICATE))

    assert {one.cause for one in stay} == {"rollout.on_failure is stop: it stays as the failure leaves it"}
    assert {(one.layer, bool(one.cause)) for one in infra} == {("compute", False), ("infra", True)}


def test_a_release_whose_template_the_stack_set_no_longer_says_needs_its_record():
    skewed = Bent(BEFORE).stack("compute", region=WEST, digest="another")
    kept = replace(skewed, releases=(KeptRelease(OLD_RELEASE, TAKEN),))

    assert "kept nowhere" in next(one.cause for one in announced(observed=skewed) if one.region == WEST)
    assert {one.cause for one in announced(observed=kept)} == {""}
