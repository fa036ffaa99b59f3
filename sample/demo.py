"""`make demo`: the sample application from source to two regions and two accounts of the embedded AWS.

Everything happens through the command line, as a user would type it; only the HTTP calls at the end are made here.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

_STATE = Path(".orchestrator") / "demo"
_ACCOUNTS = ("111111111111", "222222222222")
_REGIONS = ("us-east-1", "us-west-2")


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
    """Up, bootstrap, deploy, call, status, down. The exit code of the first step that fails."""
    began = time.monotonic()
    try:
        for words in (["local", "up"], ["--local", "bootstrap", "--yes"], ["--local", "deploy", "--yes"]):
            if code := _orchestrator(*words):
                return code
        _call_every_region(_regions())
        if code := _orchestrator("--local", "status"):
            return code
        print(f"\n{time.monotonic() - began:.0f} s from source to two regions, two accounts each.", flush=True)
        return _orchestrator("--local", "deploy", "--yes")
    finally:
        _orchestrator("local", "down")


def _orchestrator(*words: str) -> int:
    print(f"\n$ orchestrator {' '.join(words)}", flush=True)
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", "--state-dir", str(_STATE), *words], check=False
    ).returncode


def _regions() -> list[Region]:
    command = [sys.executable, "-m", "orchestrator", "--state-dir", str(_STATE), "local", "status", "--format", "json"]
    places = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["data_plane"]
    found = []
    for name in _REGIONS:
        address, _, port = places[name].removeprefix("http://").rpartition(":")
        found.append(Region(name, address, int(port)))
    return found


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
