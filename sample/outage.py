"""The second half of the demo: a region dies under traffic, users move, the region returns, seconds counted.

Users are real: they resolve the shared name through the embedded AWS's name server, keep answers for their TTL, and
call over HTTP. What fails over are the deployed records and health checks; nothing here tells them to.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from orchestrator.clock import SystemClock
from orchestrator.core.detection import detection
from orchestrator.core.traffic import TrafficRequest, summarize
from orchestrator.local import LocalAws
from orchestrator.traffic import Traffic, Users

_RATE_PER_S = 10.0
_RESOLVERS = 4
_SETTLED = 20  # requests in a row that must agree before users count as moved
_PATIENCE_S = 90.0
_POLL_S = 0.05


class NotMoved(Exception):
    """Users did not get where they should in time."""


@dataclass(frozen=True, slots=True)
class Outage:
    """One region of one application on the embedded AWS, and how its records are meant to fail over."""

    aws: LocalAws
    host: str
    primary: str
    standby: str
    interval_s: int
    threshold: int
    ttl_s: int

    def play(self) -> None:
        """Tell the story on stdout. Raises NotMoved."""
        print(f"\nUsers ask {self.host} {_RATE_PER_S:.0f} times a second, through {_RESOLVERS} resolvers with caches.")
        print(f"Time runs {self.aws.clock_factor:g} times faster here than on AWS; seconds are told as on AWS.\n")
        with Traffic(self._users(), SystemClock()) as traffic:
            story = _Story(traffic, self.aws.clock_factor)
            story.until(lambda: story.all_in(self.primary), f"all users are served by {self.primary}")
            fault = self._admin("POST", "faults", {"kind": "outage", "plane": "data", "region": self.primary})
            died = story.say(f"{self.primary} DIES: it refuses every connection")
            story.until(lambda: story.any_in(self.standby, died), f"first user served by {self.standby}")
            moved = story.until(lambda: story.all_in(self.standby), f"all users are served by {self.standby}")
            self._admin("DELETE", f"faults/{fault['id']}", None)
            returned = story.say(f"{self.primary} returns")
            back = story.until(lambda: story.all_in(self.primary), f"all users are back in {self.primary}")
            requests = traffic.stop()
        self._sum_up(requests, moved - died, back - returned)

    def _users(self) -> Users:
        return Users(
            hosts=(self.host,),
            path="/health",
            port=self.aws.data_port,
            tls=False,
            rate_per_s=_RATE_PER_S,
            resolvers=_RESOLVERS,
            dns_servers=("127.0.0.1",),
            dns_port=self.aws.dns_port,
            longest_s=5 * _PATIENCE_S,
            regions={address: region for region, address in self.aws.data_plane.items()},
        )

    def _admin(self, method: str, path: str, body: dict[str, str] | None) -> dict[str, str]:
        request = urllib.request.Request(
            f"{self.aws.endpoint_url}/_orchestrator/{path}",
            data=json.dumps(body).encode() if body else None,
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            told: dict[str, str] = json.loads(answer.read())
        return told

    def _sum_up(self, requests: tuple[TrafficRequest, ...], moved_s: float, back_s: float) -> None:
        summary = summarize(requests, clock_factor=self.aws.clock_factor)
        expected = detection(self.interval_s, self.threshold, self.ttl_s)
        mean, worst = expected.moved_mean_s, expected.moved_worst_s
        served = ", ".join(f"{region} {count}" for region, count in summary.by_region)
        print(f"\n  users moved in {moved_s:.0f} s, and back in {back_s:.0f} s")
        print(f"  by arithmetic a user moves in {mean:.0f} s in the mean, {worst:.0f} s at worst")
        print(f"  longest time without any good answer: {summary.longest_outage_s:.0f} s")
        print(f"  requests: {summary.requests}, failed {summary.failed}; answered by {served}", flush=True)


class _Story:
    def __init__(self, traffic: Traffic, factor: float) -> None:
        self._traffic, self._factor = traffic, factor

    def say(self, what: str) -> float:
        """One line of the story; when it happened, in AWS's seconds."""
        at = self._traffic.elapsed_s() * self._factor
        print(f"  {at:5.0f} s  {what}", flush=True)
        return at

    def until(self, holds: Callable[[], bool], what: str) -> float:
        """Wait for it, then say it. Raises NotMoved."""
        deadline = time.monotonic() + _PATIENCE_S
        while not holds():
            if time.monotonic() > deadline:
                raise NotMoved(f"not within {_PATIENCE_S * self._factor:.0f} s: {what}")
            time.sleep(_POLL_S)
        return self.say(what)

    def all_in(self, region: str) -> bool:
        """The last requests were all answered well, by that region."""
        last = self._traffic.requests()[-_SETTLED:]
        return len(last) == _SETTLED and all(one.ok and one.region == region for one in last)

    def any_in(self, region: str, since_s: float) -> bool:
        """Somebody was served by that region since then."""
        since = since_s / self._factor
        return any(one.ok and one.region == region and one.at >= since for one in self._traffic.requests())
