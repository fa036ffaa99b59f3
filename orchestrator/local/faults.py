"""Faults put into the embedded AWS on purpose: which are set, which one strikes a call, and how it shows."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from orchestrator.local.wire import Reply

_POLL_S = 0.05


class FaultKind(Enum):
    """What goes wrong."""

    OUTAGE = "outage"  # control plane: 503; data plane: connections are refused; dns: SERVFAIL
    THROTTLE = "throttle"  # the service's own throttling error
    LATENCY = "latency"  # answers `seconds` later
    BLACKHOLE = "blackhole"  # accepts, never answers
    ERROR = "error"  # answers `status` and `code`
    LOSE_ANSWER = "lose_answer"  # takes effect, then the connection breaks
    REPLICATION_FAIL = "replication_fail"  # S3: replicas into `region` fail
    REPLICATION_STALL = "replication_stall"  # S3: replicas into `region` wait until the fault is gone
    INSTANCE_FAIL = "instance_fail"  # StackSets: instances in `account` and `region` fail with `reason`
    RESOURCE_FAIL = "resource_fail"  # CloudFormation: `operation` on a resource of type `service` fails with `reason`


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault. Empty `region`, `service`, `operation`, `account` stand for any; `count` None: until removed.

    `seconds` is the delay of a latency; `lasts_s` ends any fault by itself. What fails on a resource is to create,
    update, revert (an update that is rolled back) or delete it.
    """

    id: str
    kind: FaultKind
    plane: str = "control"
    region: str = ""
    service: str = ""
    operation: str = ""
    account: str = ""
    seconds: float = 0.0
    lasts_s: float | None = None
    count: int | None = None
    status: int = 500
    code: str = "InternalFailure"
    reason: str = "Injected failure"

    def as_json(self) -> dict[str, Any]:
        """For the admin endpoint."""
        return {**asdict(self), "kind": self.kind.value}


class FaultBook:
    """The faults that are set. `changed` is called after every change."""

    def __init__(self) -> None:
        self.changed: Callable[[], None] = lambda: None
        self._faults: dict[str, tuple[Fault, float]] = {}
        self._number = 0

    def add(self, fields: Mapping[str, Any]) -> Fault:
        """Sets a fault from JSON fields. Raises ValueError or TypeError when they make none."""
        self._number += 1
        known = {**fields, "kind": FaultKind(fields.get("kind"))}
        fault = Fault(**{**known, "id": f"fault-{self._number}"})
        if fault.plane not in ("control", "data", "dns"):
            raise ValueError(f"plane is control, data or dns, not {fault.plane}")
        self._faults[fault.id] = (fault, time.monotonic())
        self.changed()
        return fault

    def remove(self, fault_id: str = "") -> int:
        """Removes one fault, or all of them; how many were removed."""
        gone = [one for one in self._faults if fault_id in ("", one)]
        for one in gone:
            del self._faults[one]
        self.changed()
        return len(gone)

    def current(self) -> tuple[Fault, ...]:
        """The faults in force; those whose time is over are dropped."""
        now = time.monotonic()
        over = [
            one
            for one, (fault, since) in self._faults.items()
            if fault.lasts_s is not None and now > since + fault.lasts_s
        ]
        for one in over:
            del self._faults[one]
        return tuple(fault for fault, _ in self._faults.values())

    def strike(self, *kinds: FaultKind, **where: str) -> Fault | None:
        """The first fault of these kinds that fits, counted down; `where` holds plane, region, service, and so on."""
        for fault in self.current():
            if fault.kind in kinds and all(_part(fault, name) in ("", value) for name, value in where.items()):
                self._count_down(fault)
                return fault
        return None

    async def over(self, fault: Fault) -> None:
        """Waits until the fault is gone: removed, or ended by its own time."""
        while any(one.id == fault.id for one in self.current()):  # noqa: ASYNC110 - time ends faults without an event
            await asyncio.sleep(_POLL_S)

    def _count_down(self, fault: Fault) -> None:
        if fault.count is None:
            return
        if fault.count <= 1:
            del self._faults[fault.id]
            self.changed()
            return
        self._faults[fault.id] = (replace(fault, count=fault.count - 1), self._faults[fault.id][1])


def _part(fault: Fault, name: str) -> str:
    """The part of a fault that a call is compared with."""
    match name:
        case "plane":
            return fault.plane
        case "region":
            return fault.region
        case "service":
            return fault.service
        case "operation":
            return fault.operation
        case "account":
            return fault.account
        case _:
            raise ValueError(f"a fault has no {name}")


def failure(service: str, fault: Fault) -> Reply:
    """How a service says that it cannot answer."""
    match fault.kind:
        case FaultKind.OUTAGE:
            return _shaped(service, 503, "ServiceUnavailable", "Service is unable to handle request.")
        case FaultKind.THROTTLE if service == "s3":
            return _shaped(service, 503, "SlowDown", "Please reduce your request rate.")
        case FaultKind.THROTTLE if service in _REST_JSON:
            return _shaped(service, 429, "TooManyRequestsException", "Rate Exceeded")
        case FaultKind.THROTTLE:
            return _shaped(service, 400, "ThrottlingException" if service in _JSON else "Throttling", "Rate exceeded")
        case _:
            return _shaped(service, fault.status, fault.code, fault.reason)


_REST_JSON = ("lambda", "apigateway", "execute-api")
_JSON = (
    "dynamodb",
    "acm",
    "kms",
    "logs",
    "ssm",
    "secretsmanager",
    "organizations",
    "events",
    "states",
    "monitoring",
    "route53-recovery-cluster",
)


def _shaped(service: str, status: int, code: str, message: str) -> Reply:
    if service in _JSON or service in _REST_JSON:
        body = json.dumps({"__type": code, "message": message, "Message": message}).encode()
        return Reply(status, body, {"content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code})
    root = Element("Error")
    error = root
    if service != "s3":
        root = Element("ErrorResponse")
        error = SubElement(root, "Error")
    SubElement(error, "Code").text = code
    SubElement(error, "Message").text = message
    return Reply(status, tostring(root), {"content-type": "text/xml"})
