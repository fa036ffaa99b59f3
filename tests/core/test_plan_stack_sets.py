"""Stack sets: what was observed -> which instances change, why, and by which operations."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.core.plan import ChangeAction, Risk
from orchestrator.core.planning.operations import Surroundings
from orchestrator.core.planning.stack_sets import plan_stack_set, stack_set_changes
from orchestrator.core.planning.targets import last_steps
from orchestrator.core.state import InstanceStatus, Operation, OperationStatus, Silent, Targets
from tests.core.landed import LANDED, NOTHING, SAMPLE, Bent, change, landed, plan, step_ids
from tests.sample_world import (
    EAST,
    HOME,
    MEMBERS,
    OTHER,
    SOUTH,
    THIRD,
    TWO_ACCOUNTS,
    UNIT,
    WEST,
    Sample,
    compute_body,
    control_body,
    infra_body,
    topology,
)

TWO = Sample(topology(accounts=TWO_ACCOUNTS))
BENT = Bent(LANDED)


def compute_steps(sample, observed):
    return [one for one in step_ids(plan(sample, observed)) if ":compute" in one]


def stack_steps(sample, observed):
    layers = (":compute", ":infra", ":control")
    return [one for one in step_ids(plan(sample, observed)) if any(layer in one for layer in layers)]


TABLE = {
    "everything as desired": (SAMPLE, LANDED, []),
    "nothing there": (
        SAMPLE,
        BENT.without_set("infra", "compute"),
        [
            "create:infra",
            f"instances:infra:{WEST}",
            f"instances:infra:{EAST}",
            "create:compute",
            f"instances:compute:{WEST}",
            f"instances:compute:{EAST}",
        ],
    ),
    "nothing there, three regions: the last standby first": (
        Sample(topology(EAST, WEST, SOUTH)),
        Bent(landed(Sample(topology(EAST, WEST, SOUTH)))).without_set("compute"),
        ["create:compute", *(f"instances:compute:{region}" for region in (SOUTH, WEST, EAST))],
    ),
    "only the compute template changed": (
        SAMPLE.edited(compute=compute_body(memory=512)),
        LANDED,
        [f"update:compute:{WEST}", f"update:compute:{EAST}"],
    ),
    "only the infra template changed": (
        SAMPLE.edited(infra=infra_body(note="new")),
        LANDED,
        [f"update:infra:{WEST}", f"update:infra:{EAST}"],
    ),
    "the control template changed": (SAMPLE.edited(control=control_body(note="new")), LANDED, ["update:control:all"]),
    "primary and standby change places": (
        SAMPLE.edited(topology=topology(WEST, EAST)),
        LANDED,
        [f"override:{layer}:{region}" for layer in ("infra", "compute") for region in (EAST, WEST)],
    ),
    "primary and standby change places under a new template": (
        SAMPLE.edited(topology=topology(WEST, EAST), compute=compute_body(memory=512)),
        LANDED,
        [
            *(f"override:infra:{region}" for region in (EAST, WEST)),
            *(f"{kind}:compute:{region}" for region in (EAST, WEST) for kind in ("update", "override")),
        ],
    ),
    "a region comes": (
        SAMPLE.edited(topology=topology(EAST, WEST, SOUTH)),
        LANDED,
        ["instances:control:all", f"instances:infra:{SOUTH}", f"instances:compute:{SOUTH}"],
    ),
    "a region comes while the template changes: what stands is updated first": (
        SAMPLE.edited(topology=topology(EAST, WEST, SOUTH), infra=infra_body(note="new")),
        LANDED,
        [
            "instances:control:all",
            f"update:infra:{WEST}",
            f"instances:infra:{SOUTH}",
            f"update:infra:{EAST}",
            f"instances:compute:{SOUTH}",
        ],
    ),
    "a region comes while the control template changes": (
        SAMPLE.edited(topology=topology(EAST, WEST, SOUTH), control=control_body(note="new")),
        LANDED,
        [
            "update:control:all",
            "instances:control:all",
            f"instances:infra:{SOUTH}",
            f"instances:compute:{SOUTH}",
        ],
    ),
    "an account comes": (
        TWO,
        Bent(landed(TWO)).instances("compute", lambda one: None, account=HOME),
        [f"instances:compute:{WEST}", f"instances:compute:{EAST}"],
    ),
    "an account comes while the template changes": (
        TWO.edited(compute=compute_body(memory=512)),
        Bent(landed(TWO)).instances("compute", lambda one: None, account=HOME),
        [f"{kind}:compute:{region}" for region in (WEST, EAST) for kind in ("update", "instances")],
    ),
    "no instance stands and the stack set says something else": (
        SAMPLE.edited(compute=compute_body(memory=512)),
        Bent(LANDED).instances("compute", lambda one: None),
        ["define:compute", f"instances:compute:{WEST}", f"instances:compute:{EAST}"],
    ),
    "an account goes": (
        TWO.edited(topology=topology(accounts=(HOME, OTHER))),
        landed(Sample(topology(accounts=(HOME, OTHER, THIRD)))),
        [f"delete:{layer}:{region}" for layer in ("compute", "infra") for region in (EAST, WEST)],
    ),
    "a region goes": (
        SAMPLE,
        landed(Sample(topology(EAST, WEST, SOUTH))),
        [f"delete:{layer}:{SOUTH}" for layer in ("compute", "infra", "control")],
    ),
    "one runs another template": (
        SAMPLE,
        BENT.stack("compute", region=EAST, digest="f" * 64),
        [f"update:compute:{EAST}"],
    ),
    "one runs with another parameter": (
        SAMPLE,
        BENT.stack("compute", region=EAST, parameters=()),
        [f"update:compute:{EAST}", f"override:compute:{EAST}"],
    ),
    "one is OUTDATED though it runs the right thing": (
        SAMPLE,
        BENT.instances("compute", lambda one: replace(one, status=InstanceStatus.OUTDATED), region=EAST),
        [f"update:compute:{EAST}"],
    ),
    "one has lost its stack": (
        SAMPLE,
        BENT.instances("compute", lambda one: replace(one, stack=None), region=EAST),
        [f"update:compute:{EAST}", f"override:compute:{EAST}"][:1],
    ),
    "one account of two differs": (
        TWO,
        Bent(landed(TWO)).stack("compute", account=OTHER, region=EAST, digest="f" * 64),
        [f"update:compute:{EAST}"],
    ),
}


@pytest.mark.parametrize(("sample", "observed", "expected"), TABLE.values(), ids=TABLE)
def test_operations_follow_from_what_differs(sample, observed, expected):
    assert stack_steps(sample, observed) == expected


REASONS = {
    "as desired": (LANDED, ChangeAction.NO_OP, "runs this template and these parameters"),
    "another template": (BENT.stack("compute", digest="f" * 64), ChangeAction.UPDATE, "runs another template"),
    "another parameter": (
        BENT.stack("compute", parameters=(("Release", "old"),)),
        ChangeAction.UPDATE,
        "runs with other parameters: ArtifactBucketPrefix, CodeAppKey, CodeAppVersion, RegionRole, Release",
    ),
    "gone": (
        BENT.instances("compute", lambda one: replace(one, stack=None)),
        ChangeAction.UPDATE,
        "its stack is gone",
    ),
    "outdated": (
        BENT.instances("compute", lambda one: replace(one, status=InstanceStatus.OUTDATED)),
        ChangeAction.UPDATE,
        "StackSets does not call it CURRENT",
    ),
    "not there": (BENT.instances("compute", lambda one: None), ChangeAction.CREATE, "no instance there yet"),
}


@pytest.mark.parametrize(("observed", "action", "reason"), REASONS.values(), ids=REASONS)
def test_an_instance_says_why_it_changes_or_does_not(observed, action, reason):
    found = change(plan(SAMPLE, observed), f"instance:compute:{OTHER}:{EAST}")

    assert (found.action, found.reason) == (action, reason)


def test_only_the_accounts_that_differ_are_updated():
    observed = Bent(landed(TWO)).stack("compute", account=OTHER, region=EAST, digest="f" * 64)

    (step,) = [one for one in plan(TWO, observed).steps if one.id == f"update:compute:{EAST}"]

    assert step.action.targets == Targets((OTHER,))
    assert step.account == OTHER


def test_an_update_before_an_override_leaves_the_overrides_to_it():
    sample = SAMPLE.edited(topology=topology(WEST, EAST), compute=compute_body(memory=512))

    steps = {one.id: one for one in plan(sample, LANDED).steps}

    assert steps[f"update:compute:{EAST}"].action.overrides_follow
    assert steps[f"override:compute:{EAST}"].needs[-1] == f"update:compute:{EAST}"


def test_every_region_waits_for_the_gates_of_the_one_before():
    made = plan(TWO.edited(code="second"), landed(TWO))

    primary = next(one for one in made.steps if one.id == f"update:compute:{EAST}")
    assert {f"gate:{account}:{WEST}" for account in TWO_ACCOUNTS} <= set(primary.needs)


def test_a_replaced_resource_makes_the_change_a_risky_replacement():
    create_only = {"AWS::ApiGatewayV2::DomainName": frozenset({"Properties/EndpointType"})}
    sample = SAMPLE.edited(infra=infra_body(domain="EDGE"))
    around = Surroundings(accounts=(OTHER,), create_only=create_only)

    part = plan_stack_set(sample.desired(LANDED).infra, LANDED, around)

    changes = {one.id: one for one in part.changes}
    assert changes["stack-set:infra"].reason == "the template changed and replaces Domain"
    assert changes["stack-set:infra"].risk is Risk.HIGH
    assert changes[f"instance:infra:{OTHER}:{EAST}"].action is ChangeAction.REPLACE


STACK_SETS = {
    "as it is": (LANDED, SAMPLE, ChangeAction.NO_OP, "template and parameters are those of the stack set"),
    "missing": (
        BENT.without_set("compute"),
        SAMPLE,
        ChangeAction.CREATE,
        "stack set sample-production-compute does not exist",
    ),
    "template": (LANDED, SAMPLE.edited(compute=compute_body(memory=1)), ChangeAction.UPDATE, "the template changed"),
    "parameters": (
        BENT.stack_set("compute", parameters=(("Release", "old"),)),
        SAMPLE,
        ChangeAction.UPDATE,
        "parameters changed",
    ),
}


@pytest.mark.parametrize(("observed", "sample", "action", "reason"), STACK_SETS.values(), ids=STACK_SETS)
def test_a_stack_set_says_why_it_changes_or_does_not(observed, sample, action, reason):
    found = change(plan(sample, observed), "stack-set:compute")

    assert (found.action, found.reason) == (action, reason)


def test_defaults_that_cloudformation_lists_are_nobodys_change():
    present = LANDED.stack_set("sample-production-compute")
    listed = replace(present, parameters=(*present.parameters, ("Memory", "128")))

    changes = stack_set_changes(SAMPLE.desired(LANDED).compute, listed, {})

    assert changes == ()


def test_an_operation_in_flight_stops_what_builds_on_it():
    running = Operation("theirs", "UPDATE", OperationStatus.RUNNING)
    observed = BENT.stack_set("infra", operations=(running,))

    made = plan(SAMPLE.edited(code="second"), observed)

    assert not made.complete
    assert "await:infra:theirs" in step_ids(made)
    assert not any(":compute:" in one or one == "records" for one in step_ids(made))
    assert change(made, "stack-set:infra").reason == "UPDATE theirs is RUNNING: wait for it, then look again"


def test_an_operation_in_flight_on_compute_leaves_dns_for_the_next_look():
    running = Operation("theirs", "UPDATE", OperationStatus.QUEUED)

    made = plan(SAMPLE, BENT.stack_set("compute", operations=(running,)))

    assert step_ids(made) == ["await:compute:theirs"]
    assert not any(one.id.startswith("record") for one in made.changes)


STUCK = {
    "INOPERABLE": (
        BENT.instances("compute", lambda one: replace(one, status=InstanceStatus.INOPERABLE, reason="who knows")),
        "delete-stack-instances",
    ),
    "UPDATE_ROLLBACK_FAILED": (BENT.stack("compute", status="UPDATE_ROLLBACK_FAILED"), "continue-update-rollback"),
    "ROLLBACK_FAILED": (BENT.stack("compute", status="ROLLBACK_FAILED"), "delete-stack"),
}


@pytest.mark.parametrize(("observed", "command"), STUCK.values(), ids=STUCK)
def test_what_no_update_gets_out_of_refuses_the_plan_and_names_the_command(observed, command):
    made = plan(SAMPLE, observed)

    assert made.steps == ()
    assert not made.complete
    assert all(command in finding.fix for finding in made.findings)
    assert len(made.findings) == 2


def test_a_silent_place_is_unknown_and_not_planned():
    dropped = BENT.instances("compute", lambda one: replace(one, stack=None), region=EAST)
    observed = replace(dropped, silent=(Silent(EAST, OTHER, "stacks", "no answer"),))

    made = plan(SAMPLE.edited(compute=compute_body(memory=512)), observed)

    found = change(made, f"instance:compute:{OTHER}:{EAST}")
    assert found.action is ChangeAction.NO_OP
    assert "did not answer" in found.reason
    assert [one for one in step_ids(made) if ":compute" in one] == [f"update:compute:{WEST}"]
    assert not made.complete


UNITS = Sample(topology(units=(UNIT,)))


def test_organizational_units_are_planned_as_a_whole_and_looked_at_again():
    made = plan(UNITS, Bent(landed(UNITS)).without_set("infra", "compute"))

    step = next(one for one in made.steps if one.id == f"instances:compute:{WEST}")
    assert step.action.targets == Targets((), (UNIT,))
    assert not made.complete
    assert change(made, f"instance:compute:units:{EAST}").action is ChangeAction.CREATE
    assert f"gate:{MEMBERS[0]}:{WEST}" in step_ids(made)


def test_the_last_step_of_an_account_is_the_one_that_touches_it():
    observed = Bent(landed(TWO)).instances("infra", lambda one: None, account=HOME)
    sample = TWO.edited(infra=infra_body(note="new"))
    around = Surroundings(accounts=TWO_ACCOUNTS, create_only={})

    part = plan_stack_set(sample.desired(observed).infra, observed, around)

    found = last_steps(part, "infra")
    assert found.of_account(OTHER, EAST) == f"update:infra:{EAST}"
    assert found.of_account(HOME, EAST) == f"instances:infra:{EAST}"
    assert found.of_account(THIRD, EAST) == ""


def test_nothing_is_planned_for_a_world_of_nothing_but_a_bootstrap():
    made = plan(SAMPLE, NOTHING)

    assert made.steps == ()
    assert [finding.rule for finding in made.findings] == ["not-bootstrapped"]


def test_without_the_home_region_nothing_is_planned():
    made = plan(SAMPLE, replace(NOTHING, silent=(Silent(WEST, "", "stack sets", "503"),) * 2))

    assert made.steps == ()
    assert not made.complete
    assert [finding.rule for finding in made.findings] == ["home-unreachable"]
