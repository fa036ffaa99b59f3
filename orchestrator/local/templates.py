"""A template before it is taken: its text from body or URL, and what it declares, asked of the emulator."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from orchestrator.core.errors import AwsError
from orchestrator.local import code_source, emulator, provisioning

_VIRTUAL_HOST = re.compile(r"^(?P<bucket>.+?)\.s3[a-z0-9.-]*\.amazonaws\.com(\.cn)?$")
_MAX_BODY = 51_200


@dataclass(frozen=True, slots=True)
class Summary:
    """What a template declares: each parameter with its default (None: it has none), and capabilities it needs."""

    parameters: Mapping[str, str | None]
    capabilities: tuple[str, ...]


def text_of(fields: Mapping[str, Any], *, account: str, region: str) -> str:
    """The template of a request. Raises AwsError (ValidationError) when there is none, or when its URL has none."""
    if fields.get("TemplateBody"):
        if len(str(fields["TemplateBody"]).encode()) > _MAX_BODY:
            raise AwsError(f"templateBody must have length less than or equal to {_MAX_BODY}", code="ValidationError")
        return str(fields["TemplateBody"])
    if not fields.get("TemplateURL"):
        raise AwsError("Either Template URL or Template Body must be specified.", code="ValidationError")
    url = urlsplit(str(fields["TemplateURL"]))
    virtual = _VIRTUAL_HOST.match(url.hostname or "")
    path = unquote(url.path).lstrip("/")
    bucket, _, key = f"{virtual['bucket']}/{path}".partition("/") if virtual else path.partition("/")
    with emulator.acting_in(account, region):
        body = code_source.fetch(bucket, key)
    if body is None:
        raise AwsError(f"S3 error: no template at {fields['TemplateURL']}", code="ValidationError")
    return body.decode()


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
