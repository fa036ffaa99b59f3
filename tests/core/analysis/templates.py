"""Small templates for the rules, and what the rules say of them."""

from __future__ import annotations

import json
from typing import Any

from orchestrator.core.analysis import analyse
from orchestrator.core.plan import Finding
from orchestrator.core.topology import Accepted, Environment, HostedZone, Region, RegionRole, Topology

EAST = Region("us-east-1", RegionRole.PRIMARY)
WEST = Region("us-west-2", RegionRole.SECONDARY)
ONCE = {"Conditions": {"Once": {"Fn::Equals": [{"Ref": "ReferenceRegion"}, "true"]}}}

Json = dict[str, Any]


def environment(*, accounts: tuple[str, ...] = ("111111111111",), units: tuple[str, ...] = ()) -> Environment:
    return Environment("production", accounts, units, "sample.fed.dev", HostedZone("fed.dev"))


def topology(*accepted: Accepted) -> Topology:
    return Topology(
        application="sample",
        partition="aws",
        home_region="us-west-2",
        reference_region="us-west-2",
        regions=(EAST, WEST),
        environments=(environment(),),
        code=(),
        stack_sets=(),
        accepted=accepted,
    )


def resource(kind: str, properties: Json | None = None, **attributes: Any) -> Json:
    """A resource of a template; `kind` without `AWS::`."""
    return {"Type": f"AWS::{kind}", "Properties": properties or {}, **attributes}


def template(resources: Json, **sections: Any) -> str:
    return json.dumps({"Resources": resources, **sections})


def one(kind: str, properties: Json | None = None, **attributes: Any) -> str:
    """A template of the one resource `One`."""
    return template({"One": resource(kind, properties, **attributes)}, **ONCE)


def said(body: str, layer: str = "infra", **given: Any) -> tuple[Finding, ...]:
    """What all rules say of one template."""
    return analyse(topology(), given.pop("environment", environment()), {layer: body}, **given)


def rules(body: str, rule: str, **given: Any) -> list[str]:
    """Where one rule has something to say."""
    return [finding.where for finding in said(body, **given) if finding.rule == rule]


def changed(before: str, after: str, rule: str, **create_only: frozenset[str]) -> list[str]:
    """Where one rule has something to say of a change; types of `create_only` are written `SQS__Queue`."""
    fixed = {f"AWS::{kind.replace('__', '::')}": paths for kind, paths in create_only.items()}
    found = said(after, before={"infra": before}, create_only=fixed)
    return [finding.where for finding in found if finding.rule == rule]
