"""Scenes of lost calls to CloudFormation: stacks, stack sets and their operations."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from orchestrator.core.actions import (
    CreateInstances,
    CreateStackSet,
    DeleteInstances,
    DeleteStack,
    DeleteStackSet,
    OverrideInstances,
    PutStack,
    UpdateInstances,
)
from orchestrator.core.canonical import template_digest
from orchestrator.core.state import StackSet, Targets
from tests.local.lossy import HOME, WEST, done
from tests.local.lost_stage import TARGET, Scene, Stagehand
from tests.local.stack_sets import make_roles


def _template(version: str = "1", *, padding: str = "") -> str:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::Sub": "${Color} " + version}}}
    parameters = {"Color": {"Type": "String", "Default": "grey"}}
    return json.dumps({"Description": padding, "Parameters": parameters, "Resources": {"Topic": topic}})


# -- stacks -------------------------------------------------------------------------------------------------------


def _put_stack(name: str, version: str = "1") -> PutStack:
    body = _template(version)
    return PutStack(HOME, WEST, name, body, template_digest(body), (("Color", "red"),), ())


def _began(hand: Stagehand, name: str) -> list[str]:
    """What CloudFormation began to do to the stack."""
    events = hand.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
    own = [one for one in events if one["LogicalResourceId"] == name]
    return sorted(one["ResourceStatus"] for one in own if one["ResourceStatus"].endswith("_IN_PROGRESS"))


def create_stack(hand: Stagehand) -> Scene:
    name = hand.name()
    return Scene(lambda p: done(p, _put_stack(name)), lambda: _began(hand, name), ["CREATE_IN_PROGRESS"])


def update_stack(hand: Stagehand) -> Scene:
    name = hand.name()
    done(hand.ports, _put_stack(name))

    def effects() -> list[str]:
        return [one for one in _began(hand, name) if one == "UPDATE_IN_PROGRESS"]

    return Scene(lambda p: done(p, _put_stack(name, "2")), effects, ["UPDATE_IN_PROGRESS"])


def delete_stack(hand: Stagehand) -> Scene:
    name = hand.name()
    done(hand.ports, _put_stack(name))
    return Scene(
        lambda p: done(p, DeleteStack(HOME, WEST, name)), lambda: hand.ports.stacks.get(HOME, WEST, name), None
    )


# -- stack sets ---------------------------------------------------------------------------------------------------


def stack_set(name: str, version: str = "1", color: str = "red", *, padding: str = "") -> StackSet:
    body = _template(version, padding=padding)
    return StackSet(
        name=name,
        layer="compute",
        home_region=WEST,
        body=body,
        digest=template_digest(body),
        parameters=(("Color", "red"),),
        overrides=() if color == "red" else ((WEST, (("Color", color),)),),
        regions=(WEST,),
        targets=Targets(accounts=(TARGET,)),
        administration_role_arn=f"arn:aws:iam::{HOME}:role/AWSCloudFormationStackSetAdministrationRole",
        execution_role="AWSCloudFormationStackSetExecutionRole",
    )


def _operations(hand: Stagehand, name: str) -> list[tuple[str, str]]:
    listed = hand.client("cloudformation").list_stack_set_operations(StackSetName=name)["Summaries"]
    return sorted((one["Action"], one["Status"]) for one in listed)


def _made(hand: Stagehand, *, instances: bool = True) -> str:
    name = hand.name()
    make_roles(hand.embedded, TARGET)
    done(hand.ports, CreateStackSet(stack_set(name)))
    if instances:
        done(hand.ports, CreateInstances(stack_set(name), Targets(accounts=(TARGET,)), (WEST,), "made"))
    return name


_CREATED = ("CREATE", "SUCCEEDED")


def create_stack_set(hand: Stagehand) -> Scene:
    name = hand.name()

    def effects() -> list[str]:
        listed = hand.client("cloudformation").list_stack_sets(Status="ACTIVE")["Summaries"]
        return [one["StackSetName"] for one in listed if one["StackSetName"] == name]

    return Scene(lambda p: done(p, CreateStackSet(stack_set(name))), effects, [name])


def upload_template(hand: Stagehand) -> Scene:
    name = hand.name()
    large = stack_set(name, padding="x" * 1000 + name)
    body = json.loads(large.body)
    body["Metadata"] = {"why": "y" * 60_000}
    text = json.dumps(body)
    wanted = CreateStackSet(replace(large, body=text, digest=template_digest(text)))
    before = hand.versions(hand.large_bucket)
    return Scene(lambda p: done(p, wanted), lambda: hand.versions(hand.large_bucket) - before, 1)


def create_instances(hand: Stagehand) -> Scene:
    name = _made(hand, instances=False)
    action = CreateInstances(stack_set(name), Targets(accounts=(TARGET,)), (WEST,), "wanted")
    return Scene(lambda p: done(p, action), lambda: _operations(hand, name), [_CREATED])


def update_stack_set(hand: Stagehand) -> Scene:
    name = _made(hand)
    action = UpdateInstances(stack_set(name, "2"), Targets(accounts=(TARGET,)), (WEST,), "wanted")
    expected = [_CREATED, ("UPDATE", "SUCCEEDED")]
    return Scene(lambda p: done(p, action), lambda: _operations(hand, name), expected)


def override_instances(hand: Stagehand) -> Scene:
    name = _made(hand)
    action = OverrideInstances(stack_set(name, color="blue"), Targets(accounts=(TARGET,)), (WEST,), "wanted")
    expected = [_CREATED, ("UPDATE", "SUCCEEDED")]
    return Scene(lambda p: done(p, action), lambda: _operations(hand, name), expected)


def delete_instances(hand: Stagehand) -> Scene:
    name = _made(hand)
    action = DeleteInstances(name, WEST, Targets(accounts=(TARGET,)), (WEST,), "wanted")
    expected = [_CREATED, ("DELETE", "SUCCEEDED")]
    return Scene(lambda p: done(p, action), lambda: _operations(hand, name), expected)


def delete_stack_set(hand: Stagehand) -> Scene:
    name = _made(hand, instances=False)
    return Scene(lambda p: done(p, DeleteStackSet(name, WEST)), lambda: hand.ports.stack_sets.describe(name), None)


SCENES: dict[str, Callable[[Stagehand], Scene]] = {
    "stacks.CreateStack": create_stack,
    "stacks.UpdateStack": update_stack,
    "stacks.DeleteStack": delete_stack,
    "stack_sets.CreateStackSet": create_stack_set,
    "stack_sets.CreateStackInstances": create_instances,
    "stack_sets.UpdateStackSet": update_stack_set,
    "stack_sets.UpdateStackInstances": override_instances,
    "stack_sets.DeleteStackInstances": delete_instances,
    "stack_sets.DeleteStackSet": delete_stack_set,
    "template_upload.PutObject": upload_template,
}
"""By gateway and operation, and after a colon which of its uses."""
