"""What drills of the sample application must leave as it was, and drills in processes of their own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.core.names import Names
from orchestrator.name_lookup import DnsServerLookup
from tests.e2e.conftest import ROOT, Project, deploy, new_project
from tests.embedded import embedded_aws
from tests.servers import eventually

EAST, WEST = "us-east-1", "us-west-2"
HOME_ACCOUNT, TARGET_ACCOUNT = "000000000000", "111111111111"
NAMES = Names("shop", "production", HOME_ACCOUNT)
FACTOR = 10


@contextlib.contextmanager
def drilled(folder: Path) -> Iterator[Project]:
    """A deployed project whose drills take seconds."""
    state = folder / ".orchestrator" / "local"
    with embedded_aws(state, replication_delay_s=0.3, propagation_delay_s=0.2, clock_factor=FACTOR) as embedded:
        project = new_project(folder, embedded)
        # At ten times the pace, checkers that ask three times as often would keep this machine busy with functions.
        project.configure("interval: 10, failure_threshold: 3", "interval: 30, failure_threshold: 2")
        project.configure("ttl: 60", "ttl: 20")
        project.configure(
            "objectives: {rto: 180}", "objectives: {rto: 300}\ndrills: {hold: 5, abort: {alarms: [nobody-has-it]}}"
        )
        yield deploy(project)


@dataclass(frozen=True)
class Remains:
    """Everything that a drill could have left changed."""

    levers: dict[str, str]
    records: list[Any]
    checks: list[Any]
    faults: list[Any]
    unfinished: list[str]


def remains(project: Project) -> Remains:
    """As AWS tells it, not as the tool does."""
    client = project.embedded.client
    zone, route53 = "", client("route53")
    for one in route53.list_hosted_zones()["HostedZones"]:
        zone = one["Id"] if one["Name"] == "fed.dev." else zone
    alarms = [
        one
        for region in (EAST, WEST)
        for one in client("cloudwatch", region).describe_alarms(AlarmNamePrefix=NAMES.prefix)["MetricAlarms"]
    ]
    return Remains(
        levers={one["AlarmName"]: "out" if one["StateValue"] == "ALARM" else "in" for one in alarms},
        records=route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"],
        checks=route53.list_health_checks()["HealthChecks"],
        faults=project.embedded.admin("GET", "faults"),
        unfinished=_unfinished(project),
    )


def _unfinished(project: Project) -> list[str]:
    s3 = project.embedded.client("s3", WEST)
    listed = s3.list_objects_v2(Bucket=NAMES.artifact_bucket(WEST), Prefix=f"drills/{WEST}/").get("Contents", ())
    keys = {one["Key"] for one in listed}
    begun = {key.removesuffix(".begun.json") for key in keys if key.endswith(".begun.json")}
    return sorted(begun - {key.removesuffix(".ended.json") for key in keys})


def answered(project: Project) -> str:
    """The region that the name server sends users to, "" when its answer is another."""
    aws = project.embedded.aws
    addresses = asyncio.run(DnsServerLookup(("127.0.0.1",), aws.dns_port)("shop.fed.dev")).addresses
    return next((region for region, one in aws.data_plane.items() if (one,) == tuple(addresses)), "")


@contextlib.contextmanager
def sick(shop: Project, region: str) -> Iterator[None]:
    """Every user gets an error there; in the end the checkers must have seen that it is over."""
    try:
        with shop.embedded.fault(kind="error", status=500, plane="data", region=region):
            yield
    finally:
        assert eventually(lambda: well(shop))


def well(shop: Project) -> bool:
    status = shop.run("status", "--format", "json").json
    return all(one["healthy"] for one in status["regions"].values()) and answered(shop) == EAST


@dataclass(frozen=True)
class Drilling:
    """A drill in a process of its own, heard line by line."""

    process: subprocess.Popen[str]
    heard: list[str]

    def until(self, words: str) -> None:
        """Read on until a line of its progress has these words."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.heard.append(line)
            if words in line:
                return
        raise AssertionError(f"it ended without {words!r}:\n{''.join(self.heard)}")

    def send(self, number: signal.Signals) -> None:
        """A signal to it alone."""
        self.process.send_signal(number)

    def finish(self) -> tuple[int, str, str]:
        """Exit code, stdout, all of stderr."""
        out, err = self.process.communicate(timeout=120)
        return self.process.returncode, out, "".join(self.heard) + err


@contextlib.contextmanager
def drilling(project: Project, *words: str) -> Iterator[Drilling]:
    """`orchestrator --local drill WORDS --yes`, ended with the block at the latest."""
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestrator", "--local", "drill", *words, "--yes"],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **project.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield Drilling(process, [])
        finally:
            if process.poll() is None:
                process.kill()
