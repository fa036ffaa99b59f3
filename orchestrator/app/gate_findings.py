"""What can be known of gates before anything is changed: alarms that nobody has, a command that cannot be run here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from orchestrator.core.errors import AwsError
from orchestrator.core.gate_actions import RunCommand, WatchAlarms
from orchestrator.core.plan import Finding, Plan, Severity
from orchestrator.core.topology import Topology
from orchestrator.ports import Alarms

_WORKERS = 16
_SHOWN = 3
LEFT_OUT = "gates-left-out"


def with_gate_findings(plan: Plan, topology: Topology, alarms: Alarms) -> Plan:
    """The plan with what its gates lack. A command that cannot be run refuses it: its gate would never open."""
    unrunnable = unrunnable_command(topology) if any(isinstance(one.action, RunCommand) for one in plan.steps) else ()
    found = (*unrunnable, *_missing_alarms(plan, topology, alarms))
    if not found:
        return plan
    told = replace(plan, findings=(*plan.findings, *found))
    return replace(told, steps=(), complete=False) if unrunnable else told


def with_left_out_gates(plan: Plan, written: Topology, passed: Topology) -> Plan:
    """The plan, and which gates of regions.yaml it has not, if any."""
    left_out = [key for key in written.gates.brought if key not in passed.gates.brought]
    if not left_out:
        return plan
    message = f"{', '.join(left_out)}: left out, for what they ask is not there"
    return replace(plan, findings=(*plan.findings, Finding(LEFT_OUT, Severity.INFO, written.source, message)))


def unrunnable_command(topology: Topology) -> tuple[Finding, ...]:
    """An error when this machine has no such executable file; a bare name is looked for in PATH."""
    argv = topology.gates.command
    if not argv:
        return ()
    # Absolute: what has no slash any more (./smoke beside a file in the folder we are in) is looked for elsewhere.
    program = str(Path(topology.base_dir, argv[0]).absolute()) if "/" in argv[0] else argv[0]
    if shutil.which(program):
        return ()
    place = program if "/" in argv[0] else "PATH"
    message = f"gates.command: there is no executable {argv[0]} on this machine ({place})"
    fix = "correct the first word (a path is relative to regions.yaml), or make the file executable"
    return (Finding("gate-command", Severity.ERROR, topology.source, message, fix),)


def _missing_alarms(plan: Plan, topology: Topology, alarms: Alarms) -> Iterator[Finding]:
    """A warning for each alarm that some place lacks: this release may be the one that makes it."""
    watched = [step.action for step in plan.steps if isinstance(step.action, WatchAlarms)]
    if not watched:
        return
    with ThreadPoolExecutor(max_workers=_WORKERS, thread_name_prefix="alarms") as workers:
        answers = workers.map(lambda one: _missing(one, alarms), watched)
    places: dict[str, list[str]] = {}
    for action, names in zip(watched, answers, strict=True):
        for name in names:
            places.setdefault(name, []).append(f"{action.region} (account {action.account})")
    yield from (_unknown(name, lacking, topology.source) for name, lacking in places.items())


def _missing(action: WatchAlarms, alarms: Alarms) -> tuple[str, ...]:
    """A place that cannot be asked may have everything; its gate will tell."""
    try:
        return tuple(alarms.missing(action.account, action.region, action.names))
    except AwsError:
        return ()


def _unknown(name: str, lacking: list[str], source: str) -> Finding:
    rest = f" and {len(lacking) - _SHOWN} other places" if len(lacking) > _SHOWN else ""
    message = f"gates.alarms: there is no alarm {name} in {', '.join(lacking[:_SHOWN])}{rest}: its gate fails there"
    fix = "correct the name or make the alarm; nothing, if this release makes it"
    return Finding("gate-alarm-unknown", Severity.WARNING, source, message, fix)
