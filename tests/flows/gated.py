"""A deployed world with gates, a release that is to pass them, and ways to spoil its standby."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.core.check_health import CheckState
from orchestrator.core.gates import Gates
from orchestrator.core.topology import Rollout
from orchestrator.executor import Polling, execute
from orchestrator.simulation import InlineWorkers
from tests.flows.stage import Stage
from tests.sample_world import EAST, OTHER, WEST, Sample, topology

STANDBY, PRIMARY = (OTHER, WEST), (OTHER, EAST)
EVERYTHING = Gates(
    probes=2, alarms=("errors",), bake_s=120, health_check=True, command=("./smoke",), function="judge"
)  # fmt: skip
KINDS = ("gate", "gate-alarms", "gate-health", "gate-command", "gate-function")


def stage_with(gates, *, accounts=(OTHER,), deadline_s=300):
    made = topology(accounts=accounts)
    made = replace(made, gates=gates, rollout=Rollout(gate_deadline_s=deadline_s))
    stage = Stage(Sample(made)).deployed()
    stage.sample = stage.sample.edited(code="second")
    return stage


def released(stage, region):
    return {
        dict(stack.parameters)["Release"]
        for stack, _ in stage.aws.stacks.all()
        if "-compute" in stack.name and stack.region == region
    }


def failures(run):
    return {step.id: step.reason for step in run.failed}


def lasted(run, step_id):
    step = next(one for one in run.steps if one.id == step_id)
    return (step.ended_at - step.started_at).total_seconds()


def carried_out(stage, **ports):
    changed = replace(stage.aws.ports, **ports)
    emit, workers = stage.events.append, InlineWorkers()
    return execute(stage.plan(), changed, run="run-9", emit=emit, polling=Polling(), workers=workers).run


# -- spoilt standbys ---


def sick(stage):
    stage.aws.faults.sick.add(WEST)


def ringing(stage):
    stage.aws.alarms.ringing.add((*STANDBY, "errors"))


def missing(stage):
    stage.aws.alarms.unknown.add((*STANDBY, "errors"))


def without_data(stage):
    stage.aws.alarms.without_data.add((*STANDBY, "errors"))


def rings_later(stage):
    def ring():
        if stage.aws.alarms.ringing or not released(stage, WEST) - released(stage, EAST):
            return
        stage.aws.clock.schedule(stage.aws.clock.monotonic() + 30, lambda: ringing(stage))

    stage.aws.clock.every(1, ring)


def unhealthy(stage):
    check = next(one for one in stage.aws.dns.checks if one.host.startswith(WEST))
    stage.aws.dns.state_of = _state_of(stage, check)


def _state_of(stage, check):
    before = stage.aws.dns.state_of
    return lambda one: CheckState((False,)) if one.id == check.id else before(one)


def hangs(stage):
    stage.aws.commands.ends[STANDBY] = None
