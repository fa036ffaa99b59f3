"""A template before it is taken: its text from body or URL, and what it declares, asked of the emulator."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from orchestrator.core.errors import AwsError
from orchestrator.local import emulator, provisioning

_VIRTUAL_HOST = re.compile(
    r"^(?P<bucket>.+)\.s3[.-][a-z0-9.-]*amazonaws\.com(\.cn)?$|^(?P<global>.+)\.s3\.amazonaws\.com$"
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a template declares: each parameter with its default (None: it has none), and capabilities it needs."""

    parameters: Mapping[str, str | None]
    capabilities: tuple[str, ...]


async def text_of(fields: Mapping[str, Any], *, account: str, region: str) -> str:
    """The template of a request. Raises AwsError (ValidationError) when there is none, or when its URL has none."""
    if fields.get("TemplateBody"):
        return str(fields["TemplateBody"])
    if not fields.get("TemplateURL"):
        raise AwsError("Either Template URL or Template Body must be specified.", code="ValidationError")
    url = urlsplit(str(fields["TemplateURL"]))
    virtual = _VIRTUAL_HOST.match(url.hostname or "")
    bucket = (virtual["bucket"] or virtual["global"]) if virtual else ""
    path = f"/{bucket}{url.path}" if bucket else url.path
    reply = await emulator.call("GET", unquote(path), service="s3", account=account, region=region)
    elsewhere = reply.headers.get("x-amz-bucket-region")
    if reply.status == 301 and elsewhere:
        reply = await emulator.call("GET", unquote(path), service="s3", account=account, region=elsewhere)
    if reply.status != 200:
        raise AwsError(f"S3 error: no template at {fields['TemplateURL']}", code="ValidationError")
    return reply.body.decode()


async def summary_of(body: str, *, account: str, region: str) -> Summary:
    """What the template declares. Raises AwsError (ValidationError) with the emulator's words when it is not valid."""
    provisioning.admit(body)
    params = {"TemplateBody": body}
    status, root = await emulator.query("cloudformation", "ValidateTemplate", params, account=account, region=region)
    if status != 200:
        raise AwsError(root.findtext(".//Message", ""), code="ValidationError")
    needed = tuple(one.text or "" for one in root.findall(".//Capabilities/member"))
    return Summary(_declared(body), needed)


def check_capabilities(needed: tuple[str, ...], given: tuple[str, ...]) -> None:
    """Raises AwsError (InsufficientCapabilitiesException). CAPABILITY_NAMED_IAM includes CAPABILITY_IAM."""
    granted = {*given, *(("CAPABILITY_IAM",) if "CAPABILITY_NAMED_IAM" in given else ())}
    missing = [one for one in needed if one not in granted]
    if missing:
        raise AwsError(f"Requires capabilities : [{', '.join(missing)}]", code="InsufficientCapabilitiesException")


def _declared(body: str) -> dict[str, str | None]:
    """The emulator's own list of parameters cannot tell an empty default from none: read the template itself."""
    parameters = provisioning.parse(body).get("Parameters", {})
    return {name: str(one["Default"]) if "Default" in one else None for name, one in parameters.items()}
