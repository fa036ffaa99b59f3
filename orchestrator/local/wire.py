"""AWS's wire formats, read and written by the service descriptions of botocore: query, REST-XML, and JSON errors."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

_NAMESPACES = {
    "cloudformation": "http://cloudformation.amazonaws.com/doc/2010-05-15/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def service_model(service: str) -> Any:
    """botocore's description of a service, e.g. `cloudformation`."""
    import botocore.session

    return botocore.session.get_session().get_service_model(service)


def from_query(shape: Any, params: Mapping[str, str], prefix: str = "") -> Any:
    """The value of `shape` in a form: `A.B.member.1=x` becomes {"A": {"B": ["x"]}}. Absent members are left out."""
    match shape.type_name:
        case "structure":
            found = {}
            for name, member in shape.members.items():
                key = f"{prefix}{member.serialization.get('name', name)}"
                if key in params or any(one.startswith(f"{key}.") for one in params):
                    found[name] = from_query(member, params, key if member.type_name not in _NESTED else f"{key}.")
            return found
        case "list":
            return _list_from_query(shape, params, prefix)
        case _:
            return _scalar(shape.type_name, params[prefix])


def from_xml(shape: Any, element: Element) -> Any:
    """The value of `shape` in an XML element. Absent members are left out."""
    match shape.type_name:
        case "structure":
            children = {_local(child.tag): child for child in element}
            named = {name: member.serialization.get("name", name) for name, member in shape.members.items()}
            return {
                name: from_xml(shape.members[name], children[tag]) for name, tag in named.items() if tag in children
            }
        case "list":
            return [from_xml(shape.member, child) for child in element]
        case _:
            return _scalar(shape.type_name, element.text or "")


def query_reply(service: str, operation: Any, result: Mapping[str, Any]) -> Reply:
    """The answer of a query-protocol operation."""
    root = Element(f"{operation.name}Response", xmlns=_NAMESPACES[service])
    if operation.output_shape is not None:
        _to_xml(root, operation.output_shape, result, operation.output_shape.serialization["resultWrapper"])
    SubElement(SubElement(root, "ResponseMetadata"), "RequestId").text = str(uuid.uuid4())
    return _xml(200, root)


def query_error(service: str, code: str, message: str, status: int = 400) -> Reply:
    """An error of a query-protocol service."""
    root = Element("ErrorResponse", xmlns=_NAMESPACES[service])
    _error(root, code, message)
    SubElement(root, "RequestId").text = str(uuid.uuid4())
    return _xml(status, root)


def rest_reply(
    shape: Any, result: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Reply:
    """The answer of a Route 53 operation, whose output has `shape`."""
    holder = Element("holder")
    _to_xml(holder, shape, result, shape.name)
    root = holder[0]
    root.set("xmlns", _ROUTE53)
    return _xml(status, root, headers)


def rest_error(code: str, message: str, status: int) -> Reply:
    """An error of Route 53."""
    root = Element("ErrorResponse", xmlns=_ROUTE53)
    _error(root, code, message)
    SubElement(root, "RequestId").text = str(uuid.uuid4())
    return _xml(status, root)


def json_error(code: str, message: str, status: int) -> Reply:
    """An error of API Gateway."""
    headers = {"content-type": "application/json", "x-amzn-errortype": code}
    return Reply(status, json.dumps({"message": message}).encode(), headers)


def invalid_change_batch(messages: tuple[str, ...]) -> Reply:
    """Route 53's own error for a refused batch: all messages in one, in brackets."""
    return rest_error("InvalidChangeBatch", f"[{', '.join(messages)}]", 400)


_ROUTE53 = "https://route53.amazonaws.com/doc/2013-04-01/"
_NESTED = ("structure", "list")


def _list_from_query(shape: Any, params: Mapping[str, str], prefix: str) -> list[Any]:
    """`prefix` ends in a dot. An empty list arrives as the bare key with an empty value."""
    prefix = f"{prefix}{shape.member.serialization.get('name', 'member')}."
    numbers = sorted({int(key[len(prefix) :].split(".")[0]) for key in params if key.startswith(prefix)})
    nested = shape.member.type_name in _NESTED
    return [
        from_query(shape.member, params, f"{prefix}{number}." if nested else f"{prefix}{number}") for number in numbers
    ]


def _scalar(type_name: str, text: str) -> Any:
    match type_name:
        case "boolean":
            return text.strip().lower() == "true"
        case "integer" | "long":
            return int(text)
        case _:
            return text


def _to_xml(parent: Element, shape: Any, value: Any, name: str) -> None:
    element = SubElement(parent, name)
    match shape.type_name:
        case "structure":
            for key, member in shape.members.items():
                location = member.serialization.get("location")
                if value.get(key) is not None and location is None:
                    _to_xml(element, member, value[key], member.serialization.get("name", key))
        case "list":
            for one in value:
                _to_xml(element, shape.member, one, shape.member.serialization.get("name", "member"))
        case "timestamp":
            element.text = datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case "boolean":
            element.text = "true" if value else "false"
        case _:
            element.text = str(value)


def _error(root: Element, code: str, message: str) -> None:
    error = SubElement(root, "Error")
    SubElement(error, "Type").text = "Sender"
    SubElement(error, "Code").text = code
    SubElement(error, "Message").text = message


def _xml(status: int, root: Element, headers: Mapping[str, str] | None = None) -> Reply:
    # What XML 1.0 cannot hold, such as escape characters in a reason, would make the whole answer unreadable.
    body = b"<?xml version='1.0' encoding='utf-8'?>\n" + _FORBIDDEN.sub("\ufffd", tostring(root, "unicode")).encode()
    request_id = {"x-amzn-requestid": str(uuid.uuid4())}
    return Reply(status, body, {"content-type": "text/xml", **request_id, **(headers or {})})


# https://www.w3.org/TR/xml/#charsets
_FORBIDDEN = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
