"""The door of the embedded AWS: every signed call comes in here, meets its faults, and goes to our services or on to
the emulator. Health, administration and the unsigned data plane have doors of their own.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from orchestrator.core.errors import AwsError
from orchestrator.local import emulator, provisioning, route_settings, templates
from orchestrator.local.admin import Admin
from orchestrator.local.authorization import refusal
from orchestrator.local.dns_answer_api import DnsAnswerApi
from orchestrator.local.faults import FaultBook, FaultKind, failure
from orchestrator.local.health_checks_api import HealthChecksApi
from orchestrator.local.records import RecordsGuard
from orchestrator.local.request import Receive, Request, Send, answer, read, replayed
from orchestrator.local.routing_controls import RoutingControls
from orchestrator.local.stacksets_api import StackSetsApi
from orchestrator.local.wire import Reply, query_error

_GLOBAL_SERVICES = ("route53", "iam", "organizations", "cloudfront")
_MAKES_STACKS = ("CreateStack", "UpdateStack", "CreateChangeSet", "ValidateTemplate")
# AWS Organizations makes this role in every member account, so nobody here has to.
_ALWAYS_THERE = "OrganizationAccountAccessRole"


class Gateway:
    """An ASGI application around the emulator's."""

    def __init__(
        self,
        inner: Any,
        *,
        home_account: str,
        admin: Admin,
        faults: FaultBook,
        stack_sets: StackSetsApi,
        health_checks: HealthChecksApi,
        records: RecordsGuard,
        dns_answers: DnsAnswerApi,
        routing_controls: RoutingControls,
    ) -> None:
        self._inner, self._home_account = inner, home_account
        self._admin, self._faults = admin, faults
        self._stack_sets, self._health_checks, self._records = stack_sets, health_checks, records
        self._dns_answers, self._routing_controls = dns_answers, routing_controls

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Serves one ASGI scope."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        request = await read(scope, receive)
        if request.path.startswith("/_orchestrator/"):
            await answer(send, await self._admin.handle(request))
            return
        refused = await self._meet_faults(request)
        if refused is not None:
            await answer(send, refused)
            return
        lost = self._faults.strike(FaultKind.LOSE_ANSWER, **_where(request))
        if lost:
            await self._lose(scope, request, send)
            return
        reply = await self._own(request, scope)
        if reply is not None:
            await answer(send, reply)
        else:
            await self._inner(_as_if_encrypted(scope), replayed(request.body, receive), send)

    async def _own(self, request: Request, scope: Mapping[str, Any]) -> Reply | None:
        """The answer of a service of ours; None when the emulator is to answer."""
        account = emulator.account_of(request.access_key, self._home_account)
        match request.service:
            case "cloudformation":
                return await self._cloudformation(request, account)
            case "route53":
                forward = partial(emulator.run, self._inner, _as_if_encrypted(scope), request.body)
                own = (
                    refusal(request, account)
                    or self._health_checks.handle(request, account)
                    or self._dns_answers.handle(request)
                )
                return own or await self._records.handle(request, account, forward)
            case "route53-recovery-cluster":
                return refusal(request, account) or self._routing_controls.handle(request)
            case "apigateway" if route_settings.serves(request):
                return refusal(request, account) or route_settings.delete(request, account)
            case "sts":
                return await self._role_to_assume(request)
            case _:
                return None

    async def _cloudformation(self, request: Request, account: str) -> Reply | None:
        if self._stack_sets.serves(request.action):
            return refusal(request, account) or await self._stack_sets.handle(request, account)
        if request.action in _MAKES_STACKS:
            with contextlib.suppress(AwsError):  # without a template, the emulator says what is missing
                provisioning.admit(templates.text_of(request.form, account=account, region=request.region))
        return None

    async def _role_to_assume(self, request: Request) -> Reply | None:
        """The emulator lets anyone assume a role that does not exist; AWS does not."""
        if request.action != "AssumeRole":
            return None
        arn = request.form.get("RoleArn", "")
        account, name = (arn.split(":") + [""] * 5)[4], arn.rpartition("/")[2]
        if not account or name == _ALWAYS_THERE:
            return None
        known, _ = await emulator.query("iam", "GetRole", {"RoleName": name}, account=account, region="us-east-1")
        if known == 200:
            return None
        caller = emulator.account_of(request.access_key, self._home_account)
        message = f"User: arn:aws:iam::{caller}:root is not authorized to perform: sts:AssumeRole on resource: {arn}"
        return query_error("sts", "AccessDenied", message, 403)

    async def _meet_faults(self, request: Request) -> Reply | None:
        where = _where(request)
        late = self._faults.strike(FaultKind.LATENCY, **where)
        if late:
            await asyncio.sleep(late.seconds)
        hole = self._faults.strike(FaultKind.BLACKHOLE, **where)
        if hole:
            await self._faults.over(hole)
        struck = self._faults.strike(FaultKind.OUTAGE, FaultKind.THROTTLE, FaultKind.ERROR, **where)
        return failure(request.service, struck) if struck else None

    async def _lose(self, scope: Mapping[str, Any], request: Request, send: Send) -> None:
        """Lets the call take effect, then breaks off in the middle of the answer."""
        if await self._own(request, scope) is None:
            await emulator.run(self._inner, _as_if_encrypted(scope), request.body)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1024")]})
        await send({"type": "http.response.body", "body": b"<"})


def _as_if_encrypted(scope: Mapping[str, Any]) -> dict[str, Any]:
    """With IAM enforced, the emulator takes the transport from this header."""
    return {**scope, "headers": [*scope["headers"], (b"x-forwarded-proto", b"https")]}


def _where(request: Request) -> dict[str, str]:
    region = request.region
    if request.service in _GLOBAL_SERVICES:  # whatever region the client signs for, these live in one
        region = "us-gov-west-1" if region.startswith("us-gov-") else "us-east-1"
    return {"plane": "control", "region": region, "service": request.service, "operation": request.action}
