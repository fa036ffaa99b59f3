"""The administration endpoint of the embedded AWS, under /_orchestrator/: status, skipped, faults, organization."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from orchestrator.local import provisioning
from orchestrator.local.faults import FaultBook
from orchestrator.local.organization import Organization
from orchestrator.local.request import Request
from orchestrator.local.wire import Reply


class Admin:
    """Answers JSON. `status` is what the process says of itself; `settled` returns once the faults are in effect."""

    def __init__(
        self,
        status: Callable[[], Mapping[str, Any]],
        *,
        faults: FaultBook,
        settled: Callable[[], Awaitable[None]],
        organization: Organization,
        home_account: str,
    ) -> None:
        self._status, self._faults, self._settled = status, faults, settled
        self._organization, self._home_account = organization, home_account

    async def handle(self, request: Request) -> Reply:
        """GET status | skipped | faults; POST faults | organization; DELETE faults[/id]."""
        try:
            reply = self._dispatch(request)
            if request.method != "GET":
                await self._settled()
            return reply
        except (ValueError, TypeError, KeyError) as error:
            return _json(400, {"error": f"{type(error).__name__}: {error}"})

    def _dispatch(self, request: Request) -> Reply:
        match request.method, request.path.removeprefix("/_orchestrator/").split("/"):
            case "GET", ["status"]:
                return _json(200, self._status())
            case "GET", ["skipped"]:
                return _json(200, [asdict(one) for one in provisioning.skipped()])
            case "GET", ["faults"]:
                return _json(200, [one.as_json() for one in self._faults.current()])
            case "POST", ["faults"]:
                return _json(201, self._faults.add(json.loads(request.body)).as_json())
            case "DELETE", ["faults", *rest]:
                return _json(200, {"removed": self._faults.remove("/".join(rest))})
            case "POST", ["organization"]:
                return self._admit(json.loads(request.body))
            case _:
                return _json(404, {"error": f"nothing at {request.method} {request.path}"})

    def _admit(self, fields: Mapping[str, Any]) -> Reply:
        """{"unit": "ou-ab12-34567890", "accounts": ["111111111111"], "management_account": "..."}"""
        management = fields.get("management_account") or self._home_account
        self._organization.admit(fields["unit"], tuple(fields.get("accounts", ())), management)
        return _json(200, {"unit": fields["unit"]})


def _json(status: int, value: Any) -> Reply:
    return Reply(status, json.dumps(value).encode(), {"content-type": "application/json"})
