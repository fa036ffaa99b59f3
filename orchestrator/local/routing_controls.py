"""ARC's routing controls: their states, and the API of their cluster on the wire (AWS JSON 1.0).

Every control exists and is Off until it is set, as ARC makes them. There are no safety rules: an ERROR fault with the
code ConflictException stands for one. Which of the five endpoints is asked is told by the region that a call is signed
for. Source: Routing Control API reference (route53-recovery-cluster).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from orchestrator.local.request import Request
from orchestrator.local.wire import Reply

_ARN = re.compile(r"arn:aws[a-z-]*:route53-recovery-control::\d{12}:controlpanel/\w+/routingcontrol/(\w+)")
_STATES = ("On", "Off")


class RoutingControls:
    """The state of every control, by ARN, for all accounts."""

    def __init__(self) -> None:
        self._on: set[str] = set()

    def is_on(self, arn: str) -> bool:
        """Whether a control is On."""
        return arn in self._on

    def handle(self, request: Request) -> Reply:
        """The answer to one call. Nothing is changed by one that is refused."""
        try:
            fields = json.loads(request.body or b"{}")
            return _reply(200, self._dispatch(request.action, fields))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return refused("ValidationException", f"Invalid request: {error}")

    def _dispatch(self, action: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        match action:
            case "GetRoutingControlState":
                arn = _known(fields["RoutingControlArn"])
                return {"RoutingControlArn": arn, "RoutingControlState": "On" if self.is_on(arn) else "Off"}
            case "UpdateRoutingControlState":
                return self._update([fields])
            case "UpdateRoutingControlStates":
                return self._update(fields["UpdateRoutingControlStateEntries"])
            case _:
                raise ValueError(f"{action} is not simulated")

    def _update(self, entries: list[Mapping[str, Any]]) -> dict[str, Any]:
        wanted = {_known(one["RoutingControlArn"]): _STATES.index(one["RoutingControlState"]) == 0 for one in entries}
        self._on = {arn for arn in self._on | wanted.keys() if wanted.get(arn, True)}
        return {}


def asked_of(request: Request) -> tuple[tuple[str, ...], bool]:
    """For policies: the controls that a call names (() for none), and whether it overrides safety rules."""
    try:
        fields = json.loads(request.body or b"{}")
        entries = fields.get("UpdateRoutingControlStateEntries") or [fields]
        return tuple(str(one["RoutingControlArn"]) for one in entries), bool(fields.get("SafetyRulesToOverride"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return (), False


def refused(code: str, message: str, status: int = 400) -> Reply:
    """An error of the cluster."""
    return _reply(status, {"__type": code, "message": message})


def _known(arn: str) -> str:
    if not _ARN.fullmatch(arn):
        raise ValueError(f"{arn} is not the ARN of a routing control")
    return arn


def _reply(status: int, fields: Mapping[str, Any]) -> Reply:
    return Reply(status, json.dumps(fields).encode(), {"content-type": "application/x-amz-json-1.0"})
