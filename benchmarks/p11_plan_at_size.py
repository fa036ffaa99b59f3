"""P11: the CPU and memory of a plan that grows to 1,000 accounts x 20 regions, AWS's answers coming from memory.

Each size is 20,000 instances of infra and as many of compute. Not in it: what botocore needs for its calls.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from benchmarks.results import save
from benchmarks.world import REPOSITORY
from orchestrator import report
from orchestrator.app.saved_plan import check_saved
from orchestrator.cli.files import open_plan, write_file
from orchestrator.cli.main import collect_rarely
from orchestrator.core.names import TAG_TEMPLATE
from orchestrator.core.planning.deploy import plan_deploy
from orchestrator.core.state import ObservedState, Stack, StackInstance
from orchestrator.observe import Question, observe
from orchestrator.report import Style
from tests.core.landed import landed
from tests.sample_world import HOME, NAMES, Sample, topology

_REGIONS = (
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-west-1", "eu-west-2"),
    *("eu-west-3", "eu-central-1", "eu-north-1", "eu-south-1", "ap-south-1", "ap-east-1", "ap-northeast-1"),
    *("ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "me-south-1"),
)
_ACCOUNTS = (10, 100, 1000)
_CASES = ("nothing to do", "a release", "a first deployment")
_ROUNDS = 3


class StandIn:
    """AWS as far as a plan asks it: answers from one snapshot, kept as gateways give them, and only once."""

    def __init__(self, seen: ObservedState) -> None:
        self._seen = replace(seen, instances=())
        self._instances: dict[str, list[StackInstance]] = {}
        self._stacks: dict[tuple[str, str], list[Stack]] = {}
        for one in seen.instances:
            self._instances.setdefault(one.stack_set, []).append(replace(one, stack=None))
        for one in seen.instances:
            if one.stack is not None:
                self._stacks.setdefault(one.place, []).append(replace(one.stack, digest=""))

    @property
    def ports(self) -> Any:
        """What observe asks."""
        seen = self._seen
        zone = SimpleNamespace(
            zone=lambda _name: seen.zone,
            health_checks=lambda **_how: seen.health_checks,
            records=lambda _zone, names: [one for one in seen.records if one.name in names],
        )
        buckets = {one.region: one for one in seen.buckets}
        heads = {one.region: one.head for one in seen.replicas}
        return SimpleNamespace(
            clock=SimpleNamespace(now=lambda: seen.taken_at, monotonic=time.monotonic, sleep=time.sleep),
            stack_sets=SimpleNamespace(
                describe=seen.stack_set,
                instances=lambda name: self._instances.get(name, []),
            ),
            stacks=SimpleNamespace(list=lambda account, region, **_how: self._of(account, region)),
            buckets=SimpleNamespace(
                describe=lambda region, _bucket: buckets.get(region),
                head=lambda region, _bucket, _key, **_how: heads.get(region),
            ),
            dns=zone,
            lookup=SimpleNamespace(addresses=lambda _name: ()),
            drill_log=SimpleNamespace(read=lambda _place, _bucket, **_how: ()),
        )

    def _of(self, account: str, region: str) -> list[Stack]:
        found = self._stacks.get((account, region), [])
        assert all(dict(one.tags)[TAG_TEMPLATE] for one in found)
        return found


def world(case: str, accounts: int) -> tuple[Sample, ObservedState]:
    """What the operator has and what stands there."""
    places = tuple(f"{200_000_000_000 + number}" for number in range(accounts))
    sample = Sample(topology(*_REGIONS, accounts=places))
    seen = landed(sample)
    match case:
        case "a release":
            return sample.edited(code="second"), seen
        case "a first deployment":
            control = NAMES.stack_set("control")
            return sample, replace(
                seen,
                stack_sets=tuple(one for one in seen.stack_sets if one.name == control),
                instances=tuple(one for one in seen.instances if one.stack_set == control),
                replicas=(),
                records=(),
                health_checks=(),
            )
        case _:
            return sample, seen


def stand_in(case: str, accounts: int) -> tuple[Sample, Any]:
    """The operator's side and AWS's; the snapshot that it was made of is gone."""
    sample, seen = world(case, accounts)
    return sample, StandIn(seen).ports


class Stages:
    """CPU seconds of this process, stage by stage."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Within it time counts for this stage."""
        began = time.process_time()
        yield
        self.spent[name] = time.process_time() - began


def one_plan(case: str, accounts: int, path: Path) -> dict[str, Any]:
    """What `plan --out FILE` and the check of `deploy --plan FILE` do between AWS's answers and the texts."""
    collect_rarely()
    sample, ports = stand_in(case, accounts)
    stages = Stages()
    question = Question(
        topology=sample.topology,
        environment=sample.topology.environments[0],
        names=NAMES,
        accounts=sample.inputs.accounts,
        artifacts=sample.inputs.artifacts if case != "a release" else (),
    )
    assert question.names.home_account == HOME
    with stages.of("observe_s"):
        observed = observe(ports, question)
    with stages.of("plan_s"):
        plan = plan_deploy(sample.desired(observed), observed, {})
    with stages.of("text_s"):
        report.plan_text(plan, Style())
    # So far it is `plan`. `--out` writes it down, and a deployment checks it after a plan of its own.
    cpu_s, peak_mib = sum(stages.spent.values()), _peak_mib()
    with stages.of("out_s"):
        write_file(path, report.plan_json_parts(plan), what="the plan")
    cpu_with_out_s = sum(stages.spent.values())
    with stages.of("check_saved_s"), open_plan(str(path)) as saved:
        check_saved(saved, plan)
    return {
        "case": case,
        "instances": accounts * len(_REGIONS),
        "changes": len(plan.changes),
        "steps": len(plan.steps),
        "cpu_s": cpu_s,
        "cpu_with_out_s": cpu_with_out_s,
        **stages.spent,
        "peak_mib": peak_mib,
        "out_mib": path.stat().st_size / 2**20,
        "peak_with_out_mib": _peak_mib(),
    }


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(child: Callable[[str, int], dict[str, Any]]) -> list[dict[str, Any]]:
    """Case by case, the sizes one after the other, every second round in reverse: growth pairs runs of one minute."""
    rows = []
    for case in _CASES:
        rounds = []
        for number in range(_ROUNDS):
            order = _ACCOUNTS[::-1] if number % 2 else _ACCOUNTS
            taken = {accounts: child(case, accounts) for accounts in order}
            rounds.append([taken[accounts] for accounts in _ACCOUNTS])
        rows += [{**_median([one[at] for one in rounds]), **_growth(rounds, at)} for at in range(len(_ACCOUNTS))]
    return rows


def _growth(rounds: list[list[dict[str, Any]]], at: int) -> dict[str, float]:
    """CPU per instance beside that of the smallest size, and of what came on top of the size before beside the average
    of that one without what the smallest needs: medians of the rounds' ratios. Above 1: it grows faster than plans do.
    """
    if at == 0:
        return {}
    per_instance = [_per_instance(one[at]) / _per_instance(one[0]) for one in rounds]
    growth = {"cpu_per_instance_to_smallest": statistics.median(per_instance)}
    if at > 1:
        on_top = [_slope(one[at - 1], one[at]) / _slope(one[0], one[at - 1]) for one in rounds]
        growth["cpu_of_one_more_instance_to_before"] = statistics.median(on_top)
    return growth


def _per_instance(row: dict[str, Any]) -> float:
    return float(row["cpu_with_out_s"] / row["instances"])


def _slope(small: dict[str, Any], large: dict[str, Any]) -> float:
    cpu_s = large["cpu_with_out_s"] - small["cpu_with_out_s"]
    return float(cpu_s / (large["instances"] - small["instances"]))


def _median(samples: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        key: statistics.median([one[key] for one in samples]) if isinstance(value, float) else value
        for key, value in samples[0].items()
    }


def _child(case: str, accounts: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.p11_plan_at_size", case, str(accounts)]
    told = subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE)
    row: dict[str, Any] = json.loads(told.stdout)
    print(row, flush=True)
    return row


def main(arguments: list[str]) -> None:
    """Measure and save; with a case and a number of accounts, print that one."""
    if arguments:
        with TemporaryDirectory() as folder:
            print(json.dumps(one_plan(arguments[0], int(arguments[1]), Path(folder, "plan.json"))))
    else:
        save("p11", measure(_child))


if __name__ == "__main__":
    main(sys.argv[1:])
