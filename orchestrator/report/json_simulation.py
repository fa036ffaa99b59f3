"""A simulation for programs, as the command reference fixes it."""

from __future__ import annotations

import json

from orchestrator.core.critical_path import CriticalPath
from orchestrator.core.run_report import RunReport
from orchestrator.core.simulated import DeploySimulation, Expected, Loss, Rollout, problem_of
from orchestrator.report.json_documents import FORMAT, plan_json
from orchestrator.report.json_drill import drill_json


def deploy_simulation_json(found: DeploySimulation) -> str:
    """Seconds are rounded to milliseconds."""
    document = {
        "format": FORMAT,
        "application": found.application,
        "environment": found.environment,
        "simulated": True,
        "succeeded": found.succeeded,
        "regions": list(found.regions),
        "accounts": list(found.accounts),
        "accounts_in_all": found.accounts_in_all,
        "seed": found.seed,
        "durations": dict(found.durations),
        "spread": found.spread,
        "rollouts": [_rollout(one) for one in found.rollouts],
        "losses": [_loss(one) for one in found.losses],
        "losses_left_out": found.left_out,
        "not_run": list(found.not_run),
    }
    return json.dumps(document, indent=2) + "\n"


def drill_simulation_json(report: RunReport, path: CriticalPath) -> str:
    """The document of the drill, with its critical path."""
    return json.dumps({**json.loads(drill_json(report)), "critical_path": _path(path)}, indent=2) + "\n"


def _rollout(one: Rollout) -> dict[str, object]:
    return {
        "name": one.name,
        "succeeded": one.succeeded,
        "problem": problem_of(one.rounds),
        "steps": [step for done in one.rounds for step in json.loads(plan_json(done.plan))["steps"]],
        "critical_path": _path(one.path),
        "expected": _expected(one.expected),
    }


def _path(path: CriticalPath) -> dict[str, object]:
    return {
        "makespan_s": round(path.makespan_s, 3),
        "length_s": round(path.length_s, 3),
        "ratio": round(path.ratio, 3),
        "steps": [
            {
                "id": link.step,
                "region": link.region,
                "account": link.account,
                "starts_s": round(link.starts_s, 3),
                "duration_s": round(link.lasts_s, 3),
            }
            for link in path.links
        ],
    }


def _expected(one: Expected) -> dict[str, object]:
    return {
        "tries": one.tries,
        "median_s": None if one.median_s is None else round(one.median_s, 3),
        "worst_s": None if one.worst_s is None else round(one.worst_s, 3),
        "failures": list(one.failures),
    }


def _loss(one: Loss) -> dict[str, object]:
    return {
        "step": one.step,
        "region": one.region,
        "verdict": one.verdict.value,
        "duration_s": round(one.lasted_s, 3),
        "problem": one.problem,
        "releases": {region: seen.value for region, seen in one.releases},
        "answers": list(one.answers),
        "served": one.served,
        "left_to_do": one.left,
        "mended": one.mended,
    }
