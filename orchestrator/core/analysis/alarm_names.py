"""Alarms that others wait for: deployments that turn back by them, composite alarms, gates. They must exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from orchestrator.core.analysis.document import Document, Resource
from orchestrator.core.analysis.joint_names import may_be_equal
from orchestrator.core.analysis.rule import Hit, Rule
from orchestrator.core.analysis.setting import Setting
from orchestrator.core.analysis.values import at, listed, text
from orchestrator.core.plan import Severity

ALARM_MISSING = Rule(
    id="alarm-missing",
    severity=Severity.ERROR,
    title="Something waits for an alarm that no template of the application makes",
    why="A deployment that names an alarm which is not there is refused or stopped, and a gate that waits for one "
    "stays shut: both in the first region, with its stacks already changed.",
    fix="correct the name, turn that alarm on, or take it out; one that no template makes needs a name that does not "
    "begin as the application's do",
)
RULES = (ALARM_MISSING,)

_ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
_IN_RULE = re.compile(r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*[\"']?([^\"')]+)")


def alarm_names(documents: tuple[Document, ...], setting: Setting) -> Iterator[Hit]:
    """Alarms under the application's own names that nobody makes. Nothing unless infra and compute are both known."""
    layers = [one for one in documents if one.layer in {"infra", "compute"}]
    if len(layers) < 2 or any(one.is_opaque for one in layers):
        return
    present = {one.text("AlarmName") for document in documents for one in document.of_type(*_ALARMS)} - {""}
    known = present | setting.levers
    for place, name in setting.gate_alarms:
        if _lacks(name, known, setting):
            yield Hit(ALARM_MISSING, setting.source, "alarms", place, _said(name, present), section="gates")
    for document in layers:
        for one in document.resources:
            for path, name in _waited_for(one):
                if _lacks(name, known, setting):
                    yield Hit(ALARM_MISSING, document.layer, one.name, f"Properties.{path}", _said(name, present))


def _lacks(name: str, known: set[str] | frozenset[str], setting: Setting) -> bool:
    return name.startswith(setting.prefix) and not any(may_be_equal(name, one) for one in known)


def _said(name: str, present: set[str]) -> str:
    near = get_close_matches(name, sorted(present), n=1)
    return f"there is no alarm {name}" + (f"; the nearest is {near[0]}" if near else "")


def _waited_for(one: Resource) -> Iterator[tuple[str, str]]:
    """The path below the properties, and the name."""
    match one.type:
        case "AWS::CodeDeploy::DeploymentGroup":
            for place, alarm in enumerate(listed(one.at("AlarmConfiguration", "Alarms"))):
                yield f"AlarmConfiguration.Alarms.{place}.Name", text(at(alarm, "Name"))
        case "AWS::ECS::Service":
            for place, alarm in enumerate(listed(one.at("DeploymentConfiguration", "Alarms", "AlarmNames"))):
                yield f"DeploymentConfiguration.Alarms.AlarmNames.{place}", text(alarm)
        case "AWS::CloudWatch::CompositeAlarm":
            for name in _IN_RULE.findall(one.text("AlarmRule")):
                yield "AlarmRule", name
        case _:
            return
