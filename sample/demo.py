"""`make demo`: the sample application in two regions and two accounts of the embedded AWS; one region dies and returns.

What changes the embedded AWS happens through the command line, as a user would type it; the users are played here.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from orchestrator import local
from sample.outage import NotMoved, Outage

_STATE = Path(".orchestrator") / "demo"
_ACCOUNTS = ("111111111111", "222222222222")
_REGIONS = ("us-east-1", "us-west-2")
_FACTOR = "8"


@dataclass(frozen=True, slots=True)
class Region:
    """Where a region of the embedded AWS answers HTTP."""

    name: str
    address: str
    port: int

    def ask(self, method: str, host: str, path: str, body: str = "") -> tuple[int, dict[str, object]]:
        """One request to the region, by the host name that a user would type."""
        connection = http.client.HTTPConnection(self.address, self.port, timeout=10)
        try:
            connection.request(method, path, body=body or None, headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


def main() -> int:
    """Up, bootstrap, deploy, call, outage, status, down. The exit code of the first step that fails."""
    began = time.monotonic()
    steps = [
        ["local", "up", "--clock-factor", _FACTOR],
        ["--local", "bootstrap", "--yes"],
        ["--local", "deploy", "--yes"],
    ]
    try:
        for words in steps:
            if code := _orchestrator(*words):
                return code
        aws = local.status(_STATE / "local")
        if aws is None:
            return 1
        _call_every_region([Region(name, aws.data_plane[name], aws.data_port) for name in _REGIONS])
        print(f"\n{time.monotonic() - began:.0f} s from source to two regions, two accounts each.", flush=True)
        _outage(aws).play()
        if code := _orchestrator("--local", "status"):
            return code
        code = _orchestrator("--local", "deploy", "--yes")
        print(f"\n{time.monotonic() - began:.0f} s in all.", flush=True)
        return code
    except (NotMoved, OSError) as error:
        print(f"\nthe demo failed: {error}", file=sys.stderr)
        return 1
    finally:
        _orchestrator("local", "down")


def _outage(aws: local.LocalAws) -> Outage:
    """As regions.yaml of this project says: primary, standby, a check every 10 s, three in a row, a TTL of 60 s."""
    primary, standby = _REGIONS
    host = f"{_ACCOUNTS[0]}.sample.fed.dev"
    return Outage(aws, host, primary, standby, interval_s=10, threshold=3, ttl_s=60)


def _orchestrator(*words: str) -> int:
    print(f"\n$ orchestrator {' '.join(words)}", flush=True)
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", "--state-dir", str(_STATE), *words], check=False
    ).returncode


def _call_every_region(regions: list[Region]) -> None:
    """Create an order in one region, read it in the other: the table is global, the functions are each region's own."""
    print("\nEach region answers on its own address, by its regional host name:\n")
    print(f"  {'request':<62} {'status':<6}  answered by")
    for account in _ACCOUNTS:
        order = ""
        for region in regions:
            host = f"{region.name}.{account}.sample.fed.dev"
            _show("GET", host, "/health", *region.ask("GET", host, "/health"))
            if not order:
                body = json.dumps({"item": "lamp", "quantity": 1})
                status, answer = region.ask("POST", host, "/orders", body)
                order = str(answer.get("order", {}).get("id", ""))  # type: ignore[attr-defined]
                _show("POST", host, "/orders", status, answer)
            else:
                path = f"/orders/{order}"
                _show("GET", host, path, *region.ask("GET", host, path))


def _show(method: str, host: str, path: str, status: int, answer: dict[str, object]) -> None:
    request = f"{method} {host}{path}"
    print(f"  {request[:62]:<62} {status:<6}  {answer.get('region')}, release {answer.get('release')}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
