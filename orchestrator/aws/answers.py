"""Refuses answers that are not AWS's: botocore reads HTML, an empty body or broken JSON as an empty result."""

from __future__ import annotations

import json
import re
from typing import Any

from orchestrator.aws.errors import NotAnAnswer

_ROOT = re.compile(
    rb"^\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(!doctype\s+\w+|[\w:.-]+)", re.IGNORECASE | re.DOTALL
)


def watch(client: Any) -> None:
    """Register the checks on one client; what fails them raises errors.NotAnAnswer, which `translated` explains."""
    client.meta.events.register("before-parse", _before_parse)
    client.meta.events.register("after-call", _after_call)


def _before_parse(*, operation_model: Any, response_dict: Any, **_: object) -> None:
    body = response_dict["body"]
    if response_dict["status_code"] < 300 and isinstance(body, bytes) and not _plausible(operation_model, body):
        raise NotAnAnswer(operation_model.name)


def _after_call(*, model: Any, http_response: Any, parsed: Any, **_: object) -> None:
    if http_response.status_code < 300 and not _complete(model.output_shape, parsed):
        raise NotAnAnswer(model.name)


def _plausible(model: Any, body: bytes) -> bool:
    """Whether the outermost element (or the JSON) can be this operation's answer."""
    if model.output_shape is None:
        return True
    match model.service_model.resolved_protocol:
        case "json":
            return _is_object(body)
        case "rest-json":
            return (not body and model.http["method"] != "GET") or _is_object(body)
        case "query":
            return _root(body) == f"{model.name}Response".encode()
        case _:
            return _is_rest_xml(model, body)


def _is_rest_xml(model: Any, body: bytes) -> bool:
    """Writes may answer without a body; to GET an empty one would read as "there is nothing"."""
    root = _root(body).lower()
    return bool(root or model.http["method"] != "GET") and not root.removeprefix(b"!doctype ").startswith(b"html")


def _root(body: bytes) -> bytes:
    found = _ROOT.match(body[:4096])
    return found[1] if found else b""


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


def _complete(shape: Any, parsed: Any) -> bool:
    """Whether the structures and lists that the service always answers are there (REST XML has no root to check)."""
    if shape is None:
        return True
    needed = (name for name in shape.required_members if shape.members[name].type_name in ("structure", "list"))
    return all(name in parsed for name in needed)
