"""R5: what a failover calls, and how long it takes from Enter to the lever, start-up included, while the rest hangs.

Everything but CloudWatch of the lever's region and the application there is black-holed, the failing region with it.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any

from benchmarks.results import save
from benchmarks.world import HOME_REGION, PRIMARY, REPOSITORY, Shape, World, world
from orchestrator import app

_SHAPE = Shape(accounts=1, regions=2)
_CLOCK_FACTOR = 10.0
_ROUNDS = 5
_DELAY_S = 0.05
_PATIENCE_S = 60
_STANDBY = HOME_REGION
_LEVER_MOVED = f"done     lever:evacuate:{PRIMARY}"
_BESIDE = ("cloudformation", "s3", "sts", "lambda", "acm", "apigateway", "kms", "logs", "ssm", "events")
"""Services of the lever's region: all that the tool knows but CloudWatch. The table is the application's."""

_DATA_PLANE = frozenset(
    {("s3", "ListObjectsV2"), ("s3", "GetObject"), ("sts", "AssumeRole"), ("sts", "GetCallerIdentity")}
)


def black_hole(running: World) -> None:
    """The failing region and every control plane hang; the standby and CloudWatch beside it answer."""
    for region in running.aws.data_plane:
        if region != _STANDBY:
            running.break_with(kind="blackhole", region=region)
    for service in _BESIDE:
        running.break_with(kind="blackhole", region=_STANDBY, service=service)
    running.break_with(kind="blackhole", plane="data", region=PRIMARY)


def silence(running: World) -> None:
    """The same, and neither DNS nor the standby answers."""
    black_hole(running)
    running.break_with(kind="blackhole", plane="data", region=_STANDBY)
    running.break_with(kind="blackhole", plane="dns")


def delay(running: World) -> None:
    """Every answer of AWS comes 50 ms later."""
    running.delay_answers(_DELAY_S)


def enter_to(running: World, sign: str, *options: str) -> float:
    """Seconds from the start of a process until a line of stderr says `sign`; the process then ends at once."""
    words = ["failover", "--from", PRIMARY, "--yes", *options]
    began = time.perf_counter()
    with subprocess.Popen(_command(running, *words), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
                          cwd=running.folder, env=_environment(), stdin=subprocess.DEVNULL) as process:  # fmt: skip
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if sign in line:
                took = time.perf_counter() - began
                process.kill()
                return took
    raise SystemExit(f"nobody said {sign!r}:\n{''.join(said)}")


def measure(running: World) -> list[dict[str, Any]]:
    """Each case several times; the first time only warms up."""
    cases: list[tuple[str, Callable[[World], None], str, tuple[str, ...]]] = [
        ("all is well, each call takes 50 ms", delay, _LEVER_MOVED, ()),
        ("all else black-holed, standby answers", black_hole, _LEVER_MOVED, ()),
        ("all black-holed, standby and DNS silent, --force", silence, _LEVER_MOVED, ("--force",)),
        ("all black-holed, standby and DNS silent: refused", silence, "error: ", ()),
    ]
    taken: dict[str, list[float]] = {name: [] for name, *_ in cases}
    for number in range(_ROUNDS + 1):
        for name, trouble, sign, options in cases:
            with _troubled(running, trouble):
                took = enter_to(running, sign, *options)
            if number:
                taken[name].append(took)
    return [_row(name, samples) for name, samples in taken.items()]


def counted(running: World) -> dict[str, Any]:
    """A whole failover, and where its calls went."""
    running.calls.clear()
    undertaking = app.switch(running.settings, verb="failover", region=PRIMARY, patience_s=10)
    with _troubled(running, black_hole):
        run = undertaking.carry_out(undertaking.plan(), on_event=lambda _event: None)
        calls = list(running.calls)
    return {
        "case": "calls of a whole failover",
        "verdict": run.verdict.value,
        "calls": len(calls),
        "to_a_control_plane": sum(not _of_a_data_plane(call.service, call.operation) for call in calls),
        "to_the_failing_region_us_east_1": sum(call.region == PRIMARY for call in calls),
        "elsewhere": sum(call.region not in (PRIMARY, _STANDBY) for call in calls),
    }


def _of_a_data_plane(service: str, operation: str) -> bool:
    """CloudWatch's metrics and alarms, S3's objects, and STS of a region."""
    return service == "cloudwatch" or (service, operation) in _DATA_PLANE


@contextlib.contextmanager
def _troubled(running: World, trouble: Callable[[World], None]) -> Iterator[None]:
    """The trouble, once both regions are in service and the standby's function is warm, as checkers keep it."""
    _eventually(lambda: _answers(running, _STANDBY), "the standby answers")
    trouble(running)
    try:
        yield
    finally:
        running.mend()
        _eventually(lambda: _latch_is_back(running), "the primary is in service")


def _latch_is_back(running: World) -> bool:
    cloudwatch = running.client("cloudwatch", region=_STANDBY)
    datum = {"MetricName": f"Evacuate-{PRIMARY}", "Value": 0.0, "Unit": "None"}
    cloudwatch.put_metric_data(Namespace="sample-production", MetricData=[datum])
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[f"sample-production-evacuate-{PRIMARY}"])["MetricAlarms"]
    return bool(alarm["StateValue"] != "ALARM")


def _answers(running: World, region: str) -> bool:
    connection = HTTPConnection(running.aws.data_plane[region], running.aws.data_port, timeout=1)
    try:
        connection.request("GET", "/health", headers={"Host": f"{_SHAPE.account_ids[0]}.sample.fed.dev"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _eventually(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {_PATIENCE_S} s: {what}")
        time.sleep(0.2)


def _command(running: World, *words: str) -> list[str]:
    return [sys.executable, "-m", "orchestrator", "--local", "--state-dir", str(running.folder / "state"), *words]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY)}


def _row(name: str, samples: list[float]) -> dict[str, Any]:
    low, middle, high = statistics.quantiles(samples, n=4)
    return {"case": name, "enter_to_s": middle, "quartiles_s": [low, high], "worst_s": max(samples)}


def main() -> None:
    """Measure and save."""
    with world(_SHAPE, clock_factor=_CLOCK_FACTOR) as running:
        # Checkers share these processors: at ten times the pace, the slower kind is quick enough.
        with (running.folder / "regions.yaml").open("a") as file:
            file.write("health: {interval: 30}\n")
        running.deploy()
        save("r5", [*measure(running), counted(running)])


if __name__ == "__main__":
    main()
