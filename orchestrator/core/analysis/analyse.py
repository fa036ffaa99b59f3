"""All rules over the templates of an application: what would interrupt, tie together, expose or lose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from orchestrator.core.analysis import (
    alarm_names,
    control_plane,
    downtime,
    health_path,
    independence,
    integrations,
    joints,
    listeners,
    recovery,
    security,
)
from orchestrator.core.analysis.document import read_document
from orchestrator.core.analysis.rule import Family, Hit, Rule
from orchestrator.core.analysis.setting import Setting, Subject
from orchestrator.core.analysis.suppression import Suppression, applied, written
from orchestrator.core.diff import CreateOnly, template_changes
from orchestrator.core.levers import levers
from orchestrator.core.names import Names
from orchestrator.core.plan import Finding
from orchestrator.core.topology import Environment, Topology

FAMILIES: Mapping[Family, tuple[Rule, ...]] = {
    Family.DOWNTIME: (*downtime.RULES, *listeners.RULES, *integrations.RULES),
    Family.INDEPENDENCE: (*independence.RULES, *control_plane.RULES),
    Family.SECURITY: security.RULES,
    Family.RECOVERY: recovery.RULES,
    Family.JOINTS: (*joints.RULES, *alarm_names.RULES, *health_path.RULES),
}
RULES: Mapping[str, Rule] = {rule.id: rule for rules in FAMILIES.values() for rule in rules}

Bodies = Mapping[str, str]
"""Layer -> template, as JSON text."""

_NOTHING: Bodies = MappingProxyType({})
_NO_RULES: CreateOnly = MappingProxyType({})


def analyse(
    topology: Topology,
    environment: Environment,
    bodies: Bodies,
    *,
    before: Bodies = _NOTHING,
    create_only: CreateOnly = _NO_RULES,
) -> tuple[Finding, ...]:
    """Findings of all templates, sorted by place. Never raises, whatever the templates hold.

    `before` are the deployed templates, `create_only` the replacement rules of the types that differ.
    """
    subject = _subject(_setting(topology, environment), bodies, before, create_only)
    hits = sorted(set(_hits(subject)), key=lambda hit: (hit.layer, hit.resource, hit.path, hit.rule.id, hit.message))
    suppressions = (*_configured(topology), *(one for document in subject.documents for one in written(document)))
    return tuple(sorted(applied(hits, suppressions, RULES), key=lambda one: (one.where, one.rule, one.message)))


def _setting(topology: Topology, environment: Environment) -> Setting:
    # Units may hold one account today and two tomorrow.
    accounts = 2 if environment.organizational_units else len(environment.accounts)
    prefix = Names(topology.application, environment.name).prefix
    host = environment.host_for("${AWS::AccountId}")
    return Setting(
        prefix=f"{prefix}-",
        regions=tuple(one.name for one in topology.regions),
        accounts=accounts,
        hosts=(host, f"${{AWS::Region}}.{host}"),
        health_path=topology.health.path.split("?")[0],
        levers=frozenset(one.alarm for one in levers(topology, prefix)),
        gate_alarms=tuple((str(place), name) for place, name in enumerate(topology.gates.alarms)),
        source=topology.source,
    )


def _subject(setting: Setting, bodies: Bodies, before: Bodies, create_only: CreateOnly) -> Subject:
    changed = {layer: body for layer, body in before.items() if layer in bodies and body != bodies[layer]}
    return Subject(
        setting=setting,
        documents=tuple(read_document(layer, body) for layer, body in sorted(bodies.items())),
        before={layer: read_document(layer, body) for layer, body in changed.items()},
        changes={layer: template_changes(body, bodies[layer], create_only) for layer, body in changed.items()},
    )


def _hits(subject: Subject) -> Iterator[Hit]:
    yield from downtime.downtime(subject)
    yield from alarm_names.alarm_names(subject.documents, subject.setting)
    by_layer = {one.layer: one for one in subject.documents}
    if "infra" in by_layer and "compute" in by_layer:
        yield from joints.joints(by_layer["infra"], by_layer["compute"], subject.setting)
        yield from health_path.health_path(by_layer["infra"], by_layer["compute"], subject.setting)
    for document in subject.documents:
        yield from integrations.integrations(document)
        yield from independence.independence(document, subject.setting)
        yield from control_plane.global_control_plane(document)
        yield from security.security(document, subject.setting.prefix)
        yield from recovery.recovery(document)


def _configured(topology: Topology) -> Iterator[Suppression]:
    """What regions.yaml accepts."""
    for one in topology.accepted:
        layer, _, resource = one.resource.partition(".")
        where = f"{topology.source}: analysis.suppress.{one.resource}.{one.rule}"
        yield Suppression(layer, resource, one.rule, one.reason, where)
