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
    """The template as a call holds it: indentation is a third of it, and goes where a call would be too small."""
    return tightened(body) if len(body.encode()) > LARGEST_BODY else body


def by_url(body: str) -> bool:
    """Whether no call takes it: CloudFormation must read it from S3."""
    return len(as_sent(body).encode()) > LARGEST_BODY


def size_findings(bodies: Mapping[str, str]) -> tuple[Finding, ...]:
    """One note per template (layer -> text) that goes by URL."""
    return tuple(
        Finding(
            "template-by-url",
            Severity.INFO,
            f"the {layer} template",
            f"has {len(as_sent(body).encode()):,} bytes without its indentation, and a call takes {LARGEST_BODY:,}: "
            "it is put into the home region's artifact bucket, and CloudFormation reads it from there",
        )
        for layer, body in sorted(bodies.items())
        if by_url(body)
    )
