"""How a template is sent: as it is, without its indentation, or by URL; the last is told before it happens.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.core.canonical import tightened
from orchestrator.core.plan import Finding, Severity

LARGEST_BODY = 51_200
"""Bytes of a template that CloudFormation takes inside a call."""


def as_sent(body: str) -> str:
    """The text that goes to CloudFormation: without indentation, a third of it, where it is too large with it."""
    return body if _size(body) <= LARGEST_BODY else tightened(body)


def goes_by_url(body: str) -> bool:
    """Too large for a call even without indentation: CloudFormation must read it from S3."""
    return _size(as_sent(body)) > LARGEST_BODY


def size_findings(bodies: Mapping[str, str]) -> tuple[Finding, ...]:
    """One note per template (layer -> text) that goes by URL."""
    return tuple(
        Finding(
            "template-by-url",
            Severity.INFO,
            f"the {layer} template",
            f"has {_size(as_sent(body)):,} bytes, and a call takes {LARGEST_BODY:,}: it is put into the home region's "
            "artifact bucket, and CloudFormation reads it from there",
        )
        for layer, body in sorted(bodies.items())
        if goes_by_url(body)
    )


def _size(body: str) -> int:
    return len(body.encode())
