"""Few file handles, few addresses and a zone of ten thousand records: the same verdicts, in bounded memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.e2e.conftest import ROOT, Project, new_project
from tests.embedded import embedded_aws

pytestmark = pytest.mark.emulator

MIB = 1024 * 1024
HANDLES, ADDRESSES, PEAK = 32, 1536 * MIB, 256 * MIB
RECORDS, BATCH = 10_000, 1_000


@dataclass(frozen=True)
class Ended:
    """One command under the limits. `peak`: the most memory that it had, in bytes."""

    code: int
    told: str
    peak: int


# Linux counts what the parent held before exec towards the child's peak: a small parent in between keeps that small.
_LAUNCHER = """
import os, resource, sys
handles, addresses = int(sys.argv[1]), int(sys.argv[2])
child = os.fork()
if child == 0:
    resource.setrlimit(resource.RLIMIT_NOFILE, (handles, handles))
    resource.setrlimit(resource.RLIMIT_AS, (addresses, addresses))
    os.dup2(2, 1)
    os.execvpe(sys.argv[3], sys.argv[3:], os.environ)
_, status, used = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), used.ru_maxrss)
"""


def limited(project: Project, *words: str) -> Ended:
    command = [sys.executable, "-m", "orchestrator", "--local", *words]
    launched = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(HANDLES), str(ADDRESSES), *command],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    code, peak = map(int, launched.stdout.split())
    unit = 1 if sys.platform == "darwin" else 1024
    return Ended(code, launched.stderr, peak * unit)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Bootstrapped; its zone is full of other people's records."""
    folder = tmp_path_factory.mktemp("limits") / "shop"
    with embedded_aws(folder / ".orchestrator" / "local", replication_delay_s=0.3, propagation_delay_s=0.2) as embedded:
        project = new_project(folder, embedded)
        answer = project.run("bootstrap", "--yes")
        assert answer.code == 0, answer.err
        route53 = embedded.client("route53")
        zone = next(one["Id"] for one in route53.list_hosted_zones()["HostedZones"] if one["Name"] == "fed.dev.")
        for first in range(0, RECORDS, BATCH):
            changes = [_made(f"host-{number}.fed.dev") for number in range(first, first + BATCH)]
            route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
        yield project


def _made(name: str) -> dict[str, object]:
    record = {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    return {"Action": "CREATE", "ResourceRecordSet": record}


def test_a_crowded_zone_few_handles_and_little_memory_change_no_verdict(crowded: Project) -> None:
    commands = (("plan", "--exit-code"), ("deploy", "--yes"), ("plan", "--exit-code"), ("status",))

    ended = [limited(crowded, *words) for words in commands]

    assert [one.code for one in ended] == [2, 0, 0, 0], "\n".join(one.told for one in ended if one.code)
    assert max(one.peak for one in ended) < PEAK
