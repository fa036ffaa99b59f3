"""Scenes of lost calls to Route 53, levers, API Gateway and Lambda."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from orchestrator.core.actions import (
    ChangeRecords,
    CreateHealthCheck,
    DeleteHealthCheck,
    MoveLever,
    UpdateHealthCheck,
)
from orchestrator.core.dns import HealthCheck, RecordAction, RecordChange, RecordSet
from orchestrator.core.drill import Outage
from orchestrator.core.drill_actions import BeginOutage, EndOutage
from orchestrator.core.gate_actions import InvokeFunction
from orchestrator.core.levers import Lever, LeverKind, Position
from tests.local import test_api_outages as apis
from tests.local.failover import make_zone
from tests.local.lossy import EAST, HOME, WEST, done
from tests.local.lost_stage import TARGET, Scene, Stagehand


def _check(hand: Stagehand) -> HealthCheck:
    name = hand.name()
    return HealthCheck(name=name, caller_reference=name, host=f"{name}.dev")


def _found(hand: Stagehand, name: str) -> list[tuple[str, int]]:
    """(path, version) of each check of that name with its tags."""
    return [(one.path, one.version) for one in hand.ports.dns.health_checks(tags={"scene": name, "Name": name})]


def create_check(hand: Stagehand) -> Scene:
    check = _check(hand)
    action = CreateHealthCheck(check, (("scene", check.name),))
    return Scene(lambda p: done(p, action), lambda: _found(hand, check.name), [("/", 1)])


def _made_check(hand: Stagehand) -> HealthCheck:
    check = _check(hand)
    done(hand.ports, CreateHealthCheck(check, (("scene", check.name),)))
    (made,) = hand.ports.dns.health_checks(tags={"scene": check.name})
    return made


def update_check(hand: Stagehand) -> Scene:
    made = _made_check(hand)
    action = UpdateHealthCheck(replace(made, path="/ready"), (("scene", made.name),))
    return Scene(lambda p: done(p, action), lambda: _found(hand, made.name), [("/ready", made.version + 1)])


def delete_check(hand: Stagehand) -> Scene:
    made = _made_check(hand)
    return Scene(lambda p: done(p, DeleteHealthCheck(made.id, made.name)), lambda: _found(hand, made.name), [])


def change_records(hand: Stagehand) -> Scene:
    """A record whose policy moves: sent a second time Route 53 would refuse the batch."""
    zone, domain = make_zone(hand.embedded)
    old = RecordSet(name=f"app.{domain}", type="TXT", ttl_s=60, values=('"old"',))
    new = replace(old, values=('"new"',), set_identifier="one", weight=1)
    hand.ports.dns.change(zone, [RecordChange(RecordAction.CREATE, old)], comment="before")
    moved = (RecordChange(RecordAction.DELETE, old), RecordChange(RecordAction.CREATE, new))
    action = ChangeRecords(zone, domain, moved, seen=(old,))
    return Scene(lambda p: done(p, action), lambda: list(hand.ports.dns.records(zone, frozenset({old.name}))), [new])


# -- levers, outages, gates ---------------------------------------------------------------------------------------


def move_lever(hand: Stagehand) -> Scene:
    lever = Lever(kind=LeverKind.EVACUATE, region=EAST, place=WEST, namespace=hand.name())

    def effects() -> list[str]:
        return [
            one["MetricName"] for one in hand.client("cloudwatch").list_metrics(Namespace=lever.namespace)["Metrics"]
        ]

    return Scene(lambda p: done(p, MoveLever(lever, Position.OUT)), effects, [lever.metric])


def switch_control(hand: Stagehand) -> Scene:
    control = f"arn:aws:route53-recovery-control::{HOME}:controlpanel/0123abcd/routingcontrol/{uuid.uuid4().hex[:16]}"
    lever = Lever(kind=LeverKind.EVACUATE, region=EAST, place="", namespace="", routing_control=control)
    return Scene(
        lambda p: done(p, MoveLever(lever, Position.IN)),
        lambda: hand.ports.levers.positions([lever])[lever],
        Position.IN,
    )


def _served(hand: Stagehand, *, rest: bool) -> tuple[Outage, Callable[[], object]]:
    host = apis.new_host()
    outage = Outage(apis.REGION, ((apis.ACCOUNT, host),))
    if not rest:
        api = apis.http_api(hand.embedded, host)
        return outage, lambda: (apis.stage(hand.embedded, api)["RouteSettings"], apis.tags(hand.embedded, api))
    api, client = apis.rest_api(hand.embedded, host), hand.client("apigateway", apis.REGION, apis.ACCOUNT)
    arn = f"arn:aws:apigateway:{apis.REGION}::/restapis/{api}/stages/{apis.STAGE}"

    def stands() -> object:
        settings = client.get_stage(restApiId=api, stageName=apis.STAGE).get("methodSettings", {})
        limits = {key: one.get("throttlingBurstLimit") for key, one in settings.items()}
        return limits, client.get_tags(resourceArn=arn)["tags"]

    return outage, stands


def begin_outage(hand: Stagehand, *, rest: bool = False) -> Scene:
    undisturbed, stood = _served(hand, rest=rest)
    done(hand.ports, BeginOutage(undisturbed, 60))
    outage, stands = _served(hand, rest=rest)
    return Scene(lambda p: done(p, BeginOutage(outage, 60)), stands, stood())


def end_outage(hand: Stagehand, *, rest: bool = False) -> Scene:
    outage, stands = _served(hand, rest=rest)
    before = stands()
    done(hand.ports, BeginOutage(outage, 60))
    assert stands() != before
    return Scene(lambda p: done(p, EndOutage(outage)), stands, before)


_JUDGE = b'def handler(event, context):\n    return {"ok": True}\n'


def invoke(hand: Stagehand) -> Scene:
    """A judge only answers: one that was not heard is asked again."""
    name, packed = hand.name(), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("judge.py", _JUDGE)
    hand.client("lambda", WEST, TARGET).create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=f"arn:aws:iam::{TARGET}:role/judge",
        Handler="judge.handler",
        Code={"ZipFile": packed.getvalue()},
    )
    return Scene(lambda p: done(p, InvokeFunction(TARGET, WEST, name, "{}")), lambda: None, None)


SCENES: dict[str, Callable[[Stagehand], Scene]] = {
    "dns.CreateHealthCheck": create_check,
    "dns.ChangeTagsForResource": create_check,
    "dns.UpdateHealthCheck": update_check,
    "dns.DeleteHealthCheck": delete_check,
    "dns.ChangeResourceRecordSets": change_records,
    "levers.PutMetricData": move_lever,
    "recovery_cluster.UpdateRoutingControlStates": switch_control,
    "stage_tags.TagResource": begin_outage,
    "http_stage.UpdateStage": begin_outage,
    "http_stage.DeleteRouteSettings": end_outage,
    "stage_tags.UntagResource": end_outage,
    "stage_tags.TagResource:REST": partial(begin_outage, rest=True),
    "rest_stage.UpdateStage": partial(end_outage, rest=True),
    "stage_tags.UntagResource:REST": partial(end_outage, rest=True),
    "functions.Invoke": invoke,
}
"""By gateway and operation, and after a colon which of its uses."""
