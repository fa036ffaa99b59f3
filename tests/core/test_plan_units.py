"""Organizational units: a unit that is new beside others, and accounts that automatic deployment has missed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.plan import ChangeAction
from orchestrator.core.planning.bootstrap import plan_bootstrap
from orchestrator.core.planning.operations import Surroundings
from orchestrator.core.planning.stack_sets import plan_stack_set
from orchestrator.core.planning.targets import last_steps
from orchestrator.core.state import Targets
from tests.core.landed import Bent, change, landed, plan, step_ids
from tests.sample_world import EAST, FAR_UNIT, OTHER, THIRD, UNIT, WEST, Sample, compute_body, topology

BOTH = topology(units=(UNIT, FAR_UNIT))
MEMBERS = ((OTHER, UNIT), (THIRD, FAR_UNIT))
NAMES_OF = ("infra", "compute")


class Known(Sample):
    """Whom each unit holds is told by AWS Organizations, waves or not."""

    __slots__ = ()

    @property
    def members(self):
        return MEMBERS


class Together(Sample):
    """Both accounts in one unit."""

    __slots__ = ()

    @property
    def members(self):
        return tuple((account, UNIT) for account in (OTHER, THIRD))


def without(sample, account, *layers):
    observed = landed(sample)
    for layer in layers or NAMES_OF:
        observed = Bent(observed).instances(layer, lambda _: None, account=account)
    return observed


def targets(made):
    return {one.id: one.action.targets for one in made.steps if one.id.partition(":")[2].startswith(NAMES_OF)}


def test_a_unit_that_is_new_beside_another_is_created_as_a_whole():
    sample = Known(BOTH)

    made = plan(sample, without(sample, THIRD))

    wanted = [f"units:{layer}:{region}" for layer in NAMES_OF for region in (WEST, EAST)]
    assert targets(made) == dict.fromkeys(wanted, Targets((), (FAR_UNIT,)))
    assert change(made, f"instance:compute:{FAR_UNIT}:{EAST}").action is ChangeAction.CREATE
    assert not made.complete
    assert next(one for one in made.steps if one.id == f"gate:{THIRD}:{WEST}").needs == (f"units:compute:{WEST}",)
    assert not any(one.account == FAR_UNIT for one in made.steps)


def test_units_that_stand_are_updated_before_a_new_one_is_made_and_without_naming_it():
    sample = Known(BOTH)

    made = plan(sample.edited(compute=compute_body(memory=512)), without(sample, THIRD))

    assert targets(made)[f"update:compute:{WEST}"] == Targets((), (UNIT,))
    assert next(one for one in made.steps if one.id == f"units:compute:{WEST}").needs == (f"update:compute:{WEST}",)


def test_an_account_that_automatic_deployment_missed_is_created_alone():
    sample = Together(topology(units=(UNIT,)))

    made = plan(sample, without(sample, THIRD))

    wanted = [f"instances:{layer}:{region}" for layer in NAMES_OF for region in (WEST, EAST)]
    assert targets(made) == dict.fromkeys(wanted, Targets((THIRD,), (UNIT,)))
    assert change(made, f"instance:infra:{THIRD}:{EAST}").action is ChangeAction.CREATE
    assert made.complete
    assert next(one for one in made.steps if one.id == f"gate:{THIRD}:{WEST}").needs == (f"instances:compute:{WEST}",)
    assert f"certificate:{THIRD}:{WEST}" in step_ids(made)
    assert f"certificate:{OTHER}:{WEST}" not in step_ids(made)


def test_a_missed_account_of_one_layer_waits_for_its_own_step_only():
    sample = Together(topology(units=(UNIT,)))

    made = plan(sample, without(sample, THIRD, "infra"))

    assert list(targets(made)) == [f"instances:infra:{region}" for region in (WEST, EAST)]
    checks = [one for one in made.steps if one.id.startswith("check:") and one.account == OTHER]
    assert checks == []


def test_nothing_is_planned_for_accounts_of_which_no_unit_is_known():
    sample = Known(BOTH)
    observed = without(sample, THIRD)

    made = plan(Sample(BOTH), replace(observed, records=landed(sample).records))

    assert targets(made) == {}


def test_the_roles_reach_a_new_unit_too():
    sample = Known(BOTH)
    observed = landed(sample)
    access = sample.desired(observed).access_set
    (role,) = access.regions
    old = next(one for one in observed.instances if one.account == OTHER and one.stack_set.endswith("infra"))
    held = replace(old, stack_set=access.name, region=role)
    stands = replace(
        next(one for one in observed.stack_sets if one.name.endswith("infra")),
        name=access.name,
        body=access.body,
        digest=access.digest,
        parameters=(),
    )
    observed = replace(observed, instances=(*observed.instances, held), stack_sets=(*observed.stack_sets, stands))

    made = plan_bootstrap(sample.desired(observed), observed, {})

    created = [one for one in made.steps if one.id.startswith("units:")]
    assert [one.action.targets for one in created] == [Targets((), (FAR_UNIT,))]


def test_what_touches_an_account_of_an_unknown_unit_is_the_last_step_of_its_region():
    sample = Known(BOTH)
    desired = sample.desired(without(sample, THIRD))
    around = Surroundings(accounts=desired.accounts, units=desired.units, create_only={})

    found = last_steps(plan_stack_set(desired.infra, without(sample, THIRD), around), "infra")

    assert found.of_account(THIRD, EAST, "") == f"units:infra:{EAST}"
    assert found.of_account(THIRD, EAST, FAR_UNIT) == f"units:infra:{EAST}"
    assert found.of_account(OTHER, EAST, UNIT) == ""


@pytest.mark.parametrize(
    ("targets", "account", "unit", "reached"),
    [
        (Targets((OTHER,)), OTHER, "", True),
        (Targets((OTHER,)), THIRD, "", False),
        (Targets(), OTHER, "", True),
        (Targets((), (UNIT,)), OTHER, UNIT, True),
        (Targets((), (UNIT,)), OTHER, "", True),
        (Targets((), (UNIT,)), OTHER, FAR_UNIT, False),
        (Targets((OTHER,), (UNIT,)), OTHER, UNIT, True),
        (Targets((OTHER,), (UNIT,)), THIRD, UNIT, False),
    ],
)
def test_targets_reach_accounts_of_their_units_only(targets, account, unit, reached):
    assert targets.reaches(account, unit) is reached
