"""A release's record as JSON, and back. Its own checksum tells a damaged one from a whole one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from orchestrator.core.canonical import canonical_json, digest, template_digest
from orchestrator.core.desired import Template
from orchestrator.core.release import ReleaseRecord
from orchestrator.core.state import Artifact

FORMAT = 1


def release_json(record: ReleaseRecord) -> str:
    """One object; the time is ISO 8601, `checksum` the SHA-256 of everything else in canonical JSON."""
    template = record.template
    told: dict[str, Any] = {
        "format": FORMAT,
        "release": record.release,
        "application": record.application,
        "environment": record.environment,
        "made_at": record.made_at.isoformat(),
        "run": record.run,
        "template": {
            "body": template.body,
            "digest": template.digest,
            "parameters": list(template.parameters),
            "capabilities": list(template.capabilities),
        },
        "parameters": dict(record.parameters),
        "artifacts": [
            {
                "name": one.name,
                "key": one.key,
                "sha256": one.sha256,
                "version": one.version,
                "size_bytes": one.size_bytes,
                "kind": one.kind,
            }
            for one in record.artifacts
        ],
    }
    return json.dumps({**told, "checksum": digest(canonical_json(told))})


def release_record_of(text: str) -> ReleaseRecord:
    """Raises ValueError, in words, for a record that is damaged or of another format than this version reads."""
    try:
        told = json.loads(text)
        if not isinstance(told, dict):
            raise TypeError("it is no object")
        if told.get("format") != FORMAT:
            raise ValueError(f"it has format {told.get('format')}, this version reads {FORMAT}")
        return _record(told)
    except (KeyError, TypeError, RecursionError, json.JSONDecodeError) as error:
        raise ValueError(f"it is damaged: {error!r}") from error


def _record(told: Mapping[str, Any]) -> ReleaseRecord:
    content = {key: value for key, value in told.items() if key != "checksum"}
    if told["checksum"] != digest(canonical_json(content)):
        raise ValueError("it is damaged: its checksum is that of other content")
    made_at, template = datetime.fromisoformat(_text(told, "made_at")), _template(told["template"])
    if made_at.tzinfo is None:
        raise ValueError("it is damaged: its time has no time zone")
    return ReleaseRecord(
        release=_text(told, "release"),
        application=_text(told, "application"),
        environment=_text(told, "environment"),
        made_at=made_at,
        run=_text(told, "run"),
        template=template,
        parameters=tuple(sorted((str(name), str(value)) for name, value in dict(told["parameters"]).items())),
        artifacts=tuple(_artifact(one) for one in told["artifacts"]),
    )


def _template(told: Mapping[str, Any]) -> Template:
    body = _text(told, "body")
    if template_digest(body) != told["digest"]:
        raise ValueError("it is damaged: its template is not the one that it names")
    return Template(
        layer="compute",
        body=body,
        digest=_text(told, "digest"),
        parameters=tuple(str(one) for one in told["parameters"]),
        capabilities=tuple(str(one) for one in told["capabilities"]),
    )


def _artifact(told: Mapping[str, Any]) -> Artifact:
    return Artifact(
        name=_text(told, "name"),
        sha256=_text(told, "sha256"),
        size_bytes=int(told["size_bytes"]),
        key=_text(told, "key"),
        file="",
        kind=_text(told, "kind"),
        version=_text(told, "version"),
    )


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told[key]
    if not isinstance(value, str) or not value:
        raise TypeError(f"no {key}")
    return value
