"""The pinned emulator inside this process: calling it, and acting in another account and region.

Everything that reaches into the emulator's own modules says so here or names the reason where it does.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, fromstring

from orchestrator.local.wire import Reply

VERSION = "1.5.33"
_own_call: ContextVar[bool] = ContextVar("_own_call", default=False)


class WrongEmulator(Exception):
    """The installed emulator is not the one that this package was written for."""


def self_check() -> None:
    """Raises WrongEmulator when the version, or a part of the emulator that the wrapper leans on, is another."""
    from importlib.metadata import version

    found = version("ministack")
    if found != VERSION:
        raise WrongEmulator(f"ministack {found} is installed, {VERSION} is needed")
    for name, (function, parameters) in _seams().items():
        if tuple(inspect.signature(function).parameters) != parameters:
            raise WrongEmulator(f"ministack {found}: {name} is not as expected")


@contextlib.contextmanager
def acting_in(account: str, region: str) -> Iterator[None]:
    """Whatever the emulator's modules do inside the block, they do in this account and region."""
    from ministack.core.responses import request_scope

    with request_scope(account, region):
        yield


def account_of(access_key: str, fallback: str) -> str:
    """The account of a caller: a 12-digit access key is one; a session key belongs to its role's account."""
    from ministack.core.responses import _account_from_sts_session

    if len(access_key) == 12 and access_key.isdigit():
        return access_key
    return _account_from_sts_session(access_key) or fallback


async def query(
    service: str, action: str, params: Mapping[str, str], *, account: str, region: str
) -> tuple[int, Element]:
    """One query-protocol call of our own; the status and the answer as XML without namespaces.

    It goes to the service directly: no signature, no policy, no limit on the size of a template.
    """
    from ministack.app import SERVICE_HANDLERS

    form = urlencode({"Action": action, **params}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    token = _own_call.set(True)
    try:
        with acting_in(account, region):
            status, _, body = await SERVICE_HANDLERS[service]("POST", "/", headers, form, {})
    finally:
        _own_call.reset(token)
    root = fromstring(body)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return status, root


def lift_template_limit() -> None:
    """A stack set takes a template of 1 MB from a bucket; the emulator's CreateStack takes 51,200 bytes in a call."""
    from ministack.services.cloudformation import helpers

    limited = helpers._template_body_problem
    helpers._template_body_problem = lambda body: None if _own_call.get() else limited(body)


async def run(app: Any, scope: Mapping[str, Any], body: bytes) -> Reply:
    """Drives one ASGI request to its end and gathers the answer."""
    status, headers, parts = 0, dict[str, str](), list[bytes]()
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            headers.update({name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]})
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await app(dict(scope), receive, send)
    return Reply(status, b"".join(parts), headers)


def _seams() -> dict[str, tuple[Any, tuple[str, ...]]]:
    """What the wrapper replaces or calls in the emulator, with the parameters it relies on."""
    from ministack import app
    from ministack.core import lambda_runtime
    from ministack.services import cloudfront, cloudwatch, dynamodb, lambda_svc, s3
    from ministack.services.cloudformation import helpers

    return {
        "cloudwatch._evaluate_alarm": (cloudwatch._evaluate_alarm, ("alarm",)),
        "cloudwatch._record_history": (
            cloudwatch._record_history,
            ("alarm_name", "old_state", "new_state", "reason", "alarm_type", "reason_data"),
        ),
        "cloudwatch._dispatch_alarm_actions": (
            cloudwatch._dispatch_alarm_actions,
            ("alarm", "old_state", "new_state", "reason"),
        ),
        "cloudwatch._evaluate_parent_alarms": (cloudwatch._evaluate_parent_alarms, ("child", "seen")),
        "cloudwatch._dims_key": (cloudwatch._dims_key, ("dims",)),
        "cloudwatch._dims_from_list": (cloudwatch._dims_from_list, ("dimensions",)),
        "s3._record_object_version": (s3._record_object_version, ("bucket_name", "key", "prior_obj", "obj", "data")),
        "s3._maybe_replicate": (s3._maybe_replicate, ("bucket_name", "key", "obj", "data", "tags")),
        "s3._get_object_data": (s3._get_object_data, ("bucket_name", "key", "version_id")),
        "cloudformation.helpers._template_body_problem": (helpers._template_body_problem, ("body",)),
        "dynamodb._apply_replica_updates": (dynamodb._apply_replica_updates, ("name", "table", "updates")),
        "lambda_runtime._worker_key": (lambda_runtime._worker_key, ("func_name", "config", "qualifier")),
        "lambda_runtime.kill_workers": (lambda_runtime.kill_workers, ("workers",)),
        "lambda_svc._fetch_code_from_s3": (lambda_svc._fetch_code_from_s3, ("bucket", "key", "version_id")),
        "cloudfront.parse_distribution_dataplane_config": (
            cloudfront.parse_distribution_dataplane_config,
            ("dist",),
        ),
        "cloudfront._fetch_from_origin": (
            cloudfront._fetch_from_origin,
            (
                *("origin", "method", "uri", "query_string", "headers"),
                *("body", "viewer_is_https", "client_ip", "viewer_xff", "dist_arn"),
            ),
        ),
        "cloudfront._dist_config_el": (cloudfront._dist_config_el, ("dist",)),
        "app._parse_cloudfront_dataplane_host": (app._parse_cloudfront_dataplane_host, ("host",)),
        "app._handle_cloudfront_dataplane_request": (
            app._handle_cloudfront_dataplane_request,
            (
                *("host", "path", "raw_path", "raw_query_string", "method"),
                *("headers", "body", "query_params", "client_ip"),
            ),
        ),
        "app._handle_execute_api_request": (
            app._handle_execute_api_request,
            ("host", "path", "method", "headers", "body", "query_params", "raw_path", "raw_query_string"),
        ),
    }
