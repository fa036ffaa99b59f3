"""From a joined part to a Plan: fingerprint, basis, and the order in which people read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import chain

from orchestrator.core.canonical import canonical_json, digest, digest_of
from orchestrator.core.desired import DesiredState
from orchestrator.core.fan_out import ALL_AT_ONCE
from orchestrator.core.gates import Gates
from orchestrator.core.plan import Change, ChangeAction, ChangeKind, Finding, Plan, Severity
from orchestrator.core.planning.part import Part

_INPUTS = ("template of ", "code ")
_GATES = "gates of regions.yaml"
_ROLLOUT = "rollout of regions.yaml"
_KINDS = {kind: place for place, kind in enumerate(ChangeKind)}
_SEVERITIES = {severity: place for place, severity in enumerate((Severity.ERROR, Severity.WARNING, Severity.INFO))}


def finish(desired: DesiredState, part: Part, verb: str) -> Plan:
    """The plan of one verb. An ERROR finding leaves no steps: nothing is half planned."""
    refused = any(finding.severity is Severity.ERROR for finding in part.findings)
    changes = tuple(sorted(part.changes, key=lambda change: (_KINDS[change.kind], change.region, change.id)))
    basis = _basis(desired, changes, verb)
    return Plan(
        application=desired.topology.application,
        environment=desired.environment.name,
        verb=verb,
        release=desired.release,
        changes=changes,
        steps=() if refused else part.steps,
        findings=tuple(sorted(set(part.findings), key=lambda one: (_SEVERITIES[one.severity], one.rule, one.where))),
        basis=basis,
        fingerprint=fingerprint_of(verb, basis),
        complete=part.complete and not refused,
    )


def fingerprint_of(verb: str, basis: tuple[tuple[str, str], ...]) -> str:
    """Of a verb and all that its plan rests on."""
    return digest_of(chain([verb], basis))


def change_digest(action: str, region: str, account: str, fields: Sequence[tuple[str, str, str]]) -> str:
    """What a basis holds of a change: a reader of a saved plan can prove that it shows what was planned."""
    return digest(canonical_json((action, region, account, fields)))


def inputs_of(basis: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The part of a basis that the user brought: templates and code."""
    return tuple((item, value) for item, value in basis if item.startswith(_INPUTS))


def moved(before: tuple[tuple[str, str], ...], now: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """What differs between two bases, in words: what a stale plan no longer fits."""
    old, new = dict(before), dict(now)
    lines = []
    for item in sorted(old.keys() | new.keys()):
        if item not in new:
            lines.append(f"{item}: planned then, needs nothing now")
        elif item not in old:
            lines.append(f"{item}: must change now, not in the plan")
        elif old[item] != new[item]:
            lines.append(f"{item}: is not as it was")
    return tuple(lines)


def refusals(plan: Plan) -> tuple[Finding, ...]:
    """The findings that forbid carrying the plan out."""
    return tuple(finding for finding in plan.findings if finding.severity is Severity.ERROR)


def changes_of(basis: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The part of a basis that was derived from what was observed: a digest of each change."""
    return tuple((item, value) for item, value in basis if not item.startswith((*_INPUTS, _GATES, _ROLLOUT)))


def _basis(desired: DesiredState, changes: tuple[Change, ...], verb: str) -> tuple[tuple[str, str], ...]:
    inputs = {f"{_INPUTS[0]}{one.layer}": one.digest for one in desired.stack_sets}
    inputs |= {f"{_INPUTS[1]}{one.name}": one.sha256 for one in desired.artifacts}
    rollout = desired.topology.rollout
    if rollout.waves or rollout.fan_out != ALL_AT_ONCE:
        # Who reviewed an order and its numbers has not agreed to others.
        inputs[_ROLLOUT] = digest(canonical_json([repr(rollout.waves), repr(rollout.fan_out)]))
    gates = desired.topology.gates
    if verb == "deploy" and gates != Gates():
        # A plan that was reviewed with gates is not carried out without them.
        inputs[_GATES] = digest(canonical_json(asdict(gates)))
    touched = {change.id: _change_digest(change) for change in changes if change.action is not ChangeAction.NO_OP}
    return tuple(sorted({**inputs, **touched}.items()))


def _change_digest(change: Change) -> str:
    fields = [(one.path, one.before, one.after) for one in change.fields]
    return change_digest(change.action.value, change.region, change.account, fields)
