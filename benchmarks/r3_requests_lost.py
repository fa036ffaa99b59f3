"""R3: requests lost while releases are deployed under traffic: those that land, and those that roll back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.guarded import NAME
from benchmarks.results import save
from benchmarks.world import PRIMARY, Shape, World, world
from orchestrator.clock import SystemClock
from orchestrator.core.traffic import TrafficRequest, summarize
from orchestrator.exchange import Limits
from orchestrator.traffic import Traffic, Users

SHAPE = Shape(accounts=1, regions=2)
_LEAST = 2_000
# Each user waits for his answer. More of them at once would only make the emulator start more functions.
_WORKERS = 4
_RATE_PER_S = 60.0
# Longer than a cold start on a busy machine; API Gateway itself gives up after 30 s.
_PATIENCE = Limits(answer_s=20.0)
_COMPUTE = "blueprints.compute:Compute"
_GUARDED = "benchmarks.guarded:Guarded"


# Starts in an instant: every health checker and every user starts one anew after a release, all on the same cores.
_APPLICATION = """\
import json
import os


def handler(event, context):
    told = {"region": os.environ["AWS_REGION"], "release": os.environ["RELEASE"]}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(told)}
"""


@dataclass(frozen=True, slots=True)
class Release:
    """When one release was carried out, in seconds of the traffic's clock."""

    started: float
    ended: float

    def met(self, request: TrafficRequest) -> bool:
        """The request was in flight while the release was carried out."""
        return request.ended >= self.started and request.at <= self.ended


def measure(running: World) -> list[dict[str, Any]]:
    """Releases one after another, until enough requests for the shared name met one; then the same with roll-backs."""
    shared = f"{running.shape.account_ids[0]}.sample.fed.dev"
    standby = f"{running.shape.region_names[1]}.{shared}"
    rows = []
    for what, release in (("lands", _land), ("rolls back in the primary", _roll_back)):
        with Traffic(_users(running, (shared, standby)), SystemClock()) as traffic:
            releases: list[Release] = []
            while len(_met(traffic.requests(), releases, shared)) < _LEAST:
                started = traffic.elapsed_s()
                release(running, f"{what} {len(releases)}")
                releases.append(Release(started, traffic.elapsed_s()))
            requests = traffic.stop()
        rows += [_row(what, name, _met(requests, releases, name), releases) for name in (shared, standby)]
        print(*rows[-2:], sep="\n", flush=True)
    return rows


def _land(running: World, mark: str) -> None:
    running.change_code(mark)
    running.carry_out(running.counted_plan()[0])


def _roll_back(running: World, mark: str) -> None:
    """The standby takes the release; in the primary its last resource fails. Without that resource it then lands."""
    _with_guard(running, lambda: _fail(running, mark))
    running.carry_out(running.counted_plan()[0])


def _fail(running: World, mark: str) -> None:
    running.change_code(mark)
    running.carry_out(running.counted_plan()[0], fails=True)


def _with_guard(running: World, act: Callable[[], None]) -> None:
    file, store = (
        running.folder / "regions.yaml",
        running.client("ssm", region=PRIMARY, account=running.shape.account_ids[0]),
    )
    plain = file.read_text()
    file.write_text(plain.replace(_COMPUTE, _GUARDED))
    store.put_parameter(Name=NAME, Value="taken", Type="String")
    try:
        act()
    finally:
        store.delete_parameter(Name=NAME)
        file.write_text(plain)


def _users(running: World, hosts: tuple[str, ...]) -> Users:
    aws = running.aws
    return Users(
        hosts=hosts,
        path="/",
        port=aws.data_port,
        tls=False,
        workers=_WORKERS,
        rate_per_s=_RATE_PER_S,
        limits=_PATIENCE,
        dns_servers=("127.0.0.1",),
        dns_port=aws.dns_port,
        regions={address: region for region, address in aws.data_plane.items()},
    )


def _met(requests: tuple[TrafficRequest, ...], releases: list[Release], host: str) -> list[TrafficRequest]:
    return [one for one in requests if one.host == host and any(release.met(one) for release in releases)]


def _row(what: str, host: str, met: list[TrafficRequest], releases: list[Release]) -> dict[str, Any]:
    summary = summarize(met)
    return {
        "release": what,
        "host": host,
        "releases": len(releases),
        "seconds": sum(one.ended - one.started for one in releases),
        "requests": summary.requests,
        "lost": summary.failed,
        "longest_outage_s": summary.longest_outage_s,
        "p50_s": dict(summary.latency_s)[50],
        "p99_s": dict(summary.latency_s)[99],
        "by_region": [f"{region} {count}" for region, count in summary.by_region],
        "failures": sorted({f"{one.status} {one.error}" for one in met if not one.ok}),
    }


def main() -> None:
    """Measure and save."""
    with world(SHAPE) as running:
        (running.folder / "app" / "app.py").write_text(_APPLICATION)
        running.deploy()
        save("r3", measure(running))


if __name__ == "__main__":
    main()
